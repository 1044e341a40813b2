import FlareKit

/// A stretch of time on an axis, in whole seconds since 1970.
struct Span: Equatable {
    let start: Int64
    let end: Int64

    var length: Int64 { end - start }

    init(start: Int64, end: Int64) {
        self.start = start
        self.end = max(end, start + 1)
    }

    /// From the second in which the window begins to the one after its end.
    init(_ window: TimeWindow) {
        let first = Self.second(window.since?.nanoseconds ?? 0)
        let last = (window.until ?? Timestamp(nanoseconds: 0)).moved(back: 1)
        self.init(start: first, end: Self.second(last.nanoseconds) + 1)
    }

    /// The second that a moment lies in.
    static func second(_ nanoseconds: Int64) -> Int64 {
        Timestamp(nanoseconds: nanoseconds).wholeSeconds
    }

    /// Where a moment lies, 0 at the start and 1 at the end.
    func share(of second: Int64) -> Double { Double(second - start) / Double(length) }
}

/// The marks of a time axis.
struct TimeTicks {
    private static let steps: [Int64] = [
        1, 5, 10, 30, 60, 300, 600, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800, 2_419_200,
        31_536_000,
    ]

    /// Seconds since 1970 of each mark: whole minutes, hours or days, at most `count` of them.
    static func seconds(in span: Span, atMost count: Int64 = 7) -> [Int64] {
        let step =
            steps.first { span.length / $0 < count } ?? steps[steps.count - 1]
            * (span.length / (31_536_000 * count) + 1)
        let first = span.start + (step - span.start % step) % step
        return Array(stride(from: first, through: span.end, by: Int(step)).prefix(Int(count) + 1))
    }

    /// What a mark says: the time of the day, or the date at its beginning.
    static func label(_ second: Int64) -> String {
        let text = Timestamp(nanoseconds: second.multipliedClamped(by: 1_000_000_000)).description
        let time = text.dropFirst(11).prefix(5)
        return second % 86_400 == 0
            ? String(text.dropFirst(5).prefix(5))
            : second % 60 == 0 ? String(time) : String(text.dropFirst(11).prefix(8))
    }
}
