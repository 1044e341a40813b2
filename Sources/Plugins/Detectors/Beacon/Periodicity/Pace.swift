import Foundation

/// The pace of a view's callbacks, for the evidence on a finding: period, jitter, misses, drift. No part of the score.
struct Pace {
    /// Seconds between callbacks, or from the end of one to the next: the median of the intervals that are one period long.
    let period: Double
    /// 1.4826 · MAD of those.
    let deviation: Double
    let callbacks: Int
    /// Callbacks seen and those between them that a gap of k periods lacks.
    let expected: Int
    let fitting: Double
    let burst: Int
    let drift: Double
    let second: Double?
    /// Indices of the first flows of the first and last callback of the best active stretch.
    let active: ClosedRange<Int>
    /// First flows of the callbacks, in seconds.
    let starts: [Double]

    init(of measured: ChannelViews.Measured, times: [Double]) {
        let view = measured.view
        let firsts = [0] + view.next.map { Int($0) }
        starts = firsts.map { times[$0] }
        callbacks = firsts.count
        let isKnown = view.idle.map(\.isFinite)
        let intervals = measured.fromEnds ? view.idle : zip(starts.dropFirst(), starts).map { $0 - $1 }
        let known = zip(intervals, isKnown).filter { $0.1 }.map { $0.0 }
        let guess = measured.evidence.map { $0.period * $0.shape.moments.mean } ?? Self.median(known)
        let single = known.filter { abs($0 - guess) <= 0.5 * guess }
        let typical = single.count >= 3 ? single : known
        let (period, deviation) = Self.spread(typical)
        (self.period, self.deviation) = (period, deviation)
        let silence = measured.evidence?.silence ?? BlockRegularity.silence * view.median
        let lacking = known.filter { $0 <= silence }.reduce(0) { $0 + max(0, Int(($1 / period).rounded()) - 1) }
        expected = firsts.count + lacking
        let margin = max(3 * deviation, 0.05 * period)
        fitting = known.isEmpty ? 0 : Double(known.count { abs($0 - period) <= margin }) / Double(known.count)
        let sizes = zip(firsts.dropFirst(), firsts).map { Double($0 - $1) }
        burst = max(1, Int(Self.median(sizes)))
        let half = single.count / 2
        let early = Self.median(Array(single.prefix(half)))
        drift = early > 0 ? Self.median(Array(single.suffix(half))) / early - 1 : 0
        second = Self.second(known, period: period, margin: margin)
        let stretch = measured.blocks.stretch
        active =
            stretch.isEmpty
            ? firsts[0]...firsts[firsts.count - 1]
            : firsts[stretch.lowerBound]...firsts[min(firsts.count - 1, stretch.upperBound)]
    }

    /// Hours of the day with a callback.
    ///
    /// - Parameter offset: seconds from midnight to the first flow.
    func hoursOfDay(offset: Double) -> Int {
        Set(starts.map { Int((($0 + offset) / 3600).rounded(.down)) % 24 }).count
    }

    /// The median of the intervals that are no whole multiple of the period, where they are a fifth of all and alike among themselves.
    private static func second(_ intervals: [Double], period: Double, margin: Double) -> Double? {
        let others = intervals.filter { interval in
            let multiple = max(1, (interval / period).rounded())
            return abs(interval - multiple * period) > margin * multiple.squareRoot()
        }
        guard others.count >= 3, Double(others.count) >= 0.2 * Double(intervals.count) else { return nil }
        let (middle, deviation) = spread(others)
        return deviation < 0.2 * middle ? middle : nil
    }

    /// The median, and 1.4826 · MAD: what the standard deviation would be of values that are normal.
    static func spread(_ values: [Double]) -> (middle: Double, deviation: Double) {
        let middle = median(values)
        return (middle, 1.4826 * median(values.map { abs($0 - middle) }))
    }

    /// The upper median; 0 of nothing.
    static func median(_ values: [Double]) -> Double {
        values.isEmpty ? 0 : Ascending.sorted(values)[values.count / 2]
    }
}
