/// How many records were left out, by the minute of their time, in bounded memory.
///
/// A record's time is what its line says, so that there may be as many minutes as records. Where there are too many, all
/// are counted in steps twice as long: a record counts as left out until its step lies before the window.
struct LeftOutCounts: Sendable {
    /// So many steps are told from each other at most, about 1 MB: minutes of eleven days.
    static let mostSteps = 1 << 14
    private static let minute: Int64 = 60_000_000_000

    private var counts: [Int64: Int] = [:]
    /// In minutes.
    private(set) var step: Int64 = 1
    private var newestMinute = Int64.min

    var isEmpty: Bool { counts.isEmpty }
    /// How many were left out.
    var total: Int { counts.values.reduce(0, +) }
    /// How many steps have records.
    var steps: Int { counts.count }
    /// The latest minute with a record that was left out, in nanoseconds since 1970.
    var newest: Int64? { isEmpty ? nil : newestMinute.multipliedClamped(by: Self.minute) }

    /// Counts a record.
    ///
    /// - Parameter time: in nanoseconds since 1970.
    mutating func add(at time: Int64) {
        let minute = time / Self.minute
        newestMinute = max(newestMinute, minute)
        counts[minute / step, default: 0] += 1
        while counts.count > Self.mostSteps {
            step *= 2
            counts = Dictionary(counts.map { ($0.key / 2, $0.value) }, uniquingKeysWith: +)
        }
    }

    /// Forgets what lies before a moment.
    mutating func forget(before moment: Int64) {
        counts = counts.filter { $0.key >= moment / Self.minute / step }
        if counts.isEmpty { self = LeftOutCounts() }
    }
}
