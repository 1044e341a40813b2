/// Original Flare's method: the share of a channel's intervals that lie in the best window around the most frequent one.
///
/// Source: austin-taylor/flare, `flare/analytics/command_control.py`. Ties are settled here, where the original leaves them to
/// chance: of equally frequent intervals the smallest is the mode, of equally full windows the first is the best.
public struct ClassicScore: Sendable, Hashable {
    /// Share of the kept intervals in the best window, 0…1.
    public var share: Double
    /// Middle of the best window in whole seconds.
    public var interval: Int64
    /// Intervals kept: at least `minInterval` long.
    public var occurrences: Int

    /// Original Flare's settings.
    public struct Options: Sendable, Hashable {
        /// A channel needs more flows, and more kept intervals, than this.
        public var minFlows = 10
        /// Shorter intervals, in seconds, are left out.
        public var minInterval: Int64 = 30
        /// Width of the window in seconds, at least 1.
        public var window: Int64 = 2

        public init() {}
    }

    /// Scores a channel.
    ///
    /// - Parameter seconds: flow starts in whole seconds (rounded down), ascending.
    /// - Returns: `nil` where the original does not judge: too few flows or too few intervals kept.
    public init?(seconds: [Int64], options: Options = Options()) {
        guard seconds.count > options.minFlows else { return nil }
        let kept = zip(seconds.dropFirst(), seconds).map { $0 - $1 }.filter { $0 >= options.minInterval }.sorted()
        guard kept.count > options.minFlows else { return nil }
        let mode = Self.mode(ofSorted: kept)
        var best = (share: -1.0, start: mode)
        for start in (mode - options.window)...mode {
            let inside = Self.count(below: start + options.window, in: kept) - Self.count(below: start, in: kept)
            let share = Double(inside) / Double(kept.count)
            if share > best.share { best = (share, start) }
        }
        share = best.share
        interval = best.start + options.window / 2
        occurrences = kept.count
    }

    /// The most frequent value, the smallest of equally frequent ones; `values` not empty.
    static func mode(ofSorted values: [Int64]) -> Int64 {
        var best = (value: values[0], count: 0)
        var start = 0
        for index in values.indices where index + 1 == values.count || values[index + 1] != values[index] {
            let count = index + 1 - start
            if count > best.count { best = (values[index], count) }
            start = index + 1
        }
        return best.value
    }

    /// How many of the ascending values are below the bound, by bisection.
    private static func count(below bound: Int64, in values: [Int64]) -> Int {
        var low = 0
        var high = values.count
        while low < high {
            let middle = (low + high) / 2
            if values[middle] < bound { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
