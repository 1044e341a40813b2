/// The most frequent interval of a channel and the share of intervals around it, as original Flare counts them
/// (austin-taylor/flare, flare/analytics/command_control.py, `percent_grouping`).
///
/// Times are whole seconds. Where several intervals are equally frequent, the smallest counts.
public struct ModalInterval: Equatable, Sendable {
    /// Intervals that were kept, those of at least `minimumInterval`.
    public let occurrences: Int
    /// The greatest share of them inside one window, 0...1.
    public let share: Double
    /// The middle of that window, in whole seconds.
    public let interval: Int64

    /// - Parameters:
    ///   - times: nanoseconds since 1970 of the flows' starts, rising.
    ///   - minimumInterval: seconds; shorter intervals are left out.
    ///   - moreThan: how many intervals have to be exceeded.
    ///   - window: seconds, at least 1.
    /// - Returns: `nil` where no more than `moreThan` intervals are left.
    /// - Complexity: O(n log n).
    public init?(times: [Int64], minimumInterval: Int64 = 30, moreThan: Int = 10, window: Int64 = 2) {
        var kept: [Int64] = []
        kept.reserveCapacity(times.count)
        var before: Int64?
        for time in times {
            // Rounded down, before 1970 too.
            let second = time / 1_000_000_000 - (time % 1_000_000_000 < 0 ? 1 : 0)
            if let before, second - before >= minimumInterval { kept.append(second - before) }
            before = second
        }
        guard kept.count > moreThan else { return nil }
        kept.sort()
        guard let mode = Self.mode(ofSorted: kept) else { return nil }
        var best: (count: Int, start: Int64) = (0, 0)
        for start in (mode - window)...mode {
            let count = Ascending.count(below: start + window, in: kept) - Ascending.count(below: start, in: kept)
            if count > best.count { best = (count, start) }
        }
        occurrences = kept.count
        share = Double(best.count) / Double(kept.count)
        interval = best.start + window / 2
    }

    /// The most frequent value, the smallest of several; `nil` of nothing.
    private static func mode(ofSorted values: [Int64]) -> Int64? {
        var best: (value: Int64, count: Int)?
        var start = 0
        while start < values.count {
            var end = start + 1
            while end < values.count, values[end] == values[start] { end += 1 }
            if end - start > best?.count ?? 0 { best = (values[start], end - start) }
            start = end
        }
        return best?.value
    }
}
