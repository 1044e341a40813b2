/// A channel's flows, cut into callbacks: flows closer than a burst gap belong to one callback.
///
/// One callback is often several connections. Which gap divides callbacks is not known, so a channel is looked at under several.
struct BurstView: Sendable {
    /// Flows at most this many seconds apart are one callback.
    var burstGap: Double
    /// Idle seconds between the last flow of a callback and the first of the next, in order; infinite where the sensor was silent.
    var idle: [Double]
    /// For each idle time the index of the flow that ends it: the first of the next callback.
    var next: [Int32]
    /// Median of the idle times.
    var median: Double

    /// The 5 % quantile of the idle times.
    var shortest: Double

    /// Burst gaps looked at: 0.05 s · 1.7ᵏ up to 50 minutes.
    static let burstGaps: [Double] = {
        var gaps: [Double] = []
        var gap = 0.05
        while gap < 3000 {
            gaps.append(gap)
            gap *= 1.7
        }
        return gaps
    }()

    /// A callback is short: flows that last longer in the mean, in seconds, are a day's work and not a callback.
    static let longestCallback = 300.0
    /// And mostly there is none: the least share of the time that is idle.
    static let leastIdleShare = 2.0 / 3

    /// Fewest idle times a view is worth looking at.
    static let fewestIdle = 4

    /// All views of a channel, from the shortest burst gap to the longest, each given to `body` in turn.
    ///
    /// - Parameters:
    ///   - gaps: seconds between flows, in order.
    ///   - sorted: the finite ones of them, ascending.
    /// - Complexity: O(n) for each burst gap, and less as flows are merged.
    static func forEach(gaps: [Double], sorted: [Double], _ body: (BurstView) -> Void) {
        var idle = gaps
        var next = Array(Int32(1)...Int32(max(1, gaps.count)))
        var merged = 0
        let total = sorted.reduce(0, +)
        var busy = 0.0
        for burstGap in burstGaps {
            while merged < sorted.count && sorted[merged] <= burstGap {
                busy += sorted[merged]
                merged += 1
            }
            let left = sorted.count - merged
            guard left >= fewestIdle, total - busy >= leastIdleShare * total else { return }
            guard busy <= longestCallback * Double(left + 1) else { continue }
            if idle.count > left {
                var kept = 0
                for position in idle.indices where idle[position] > burstGap {
                    idle[kept] = idle[position]
                    next[kept] = next[position]
                    kept += 1
                }
                idle.removeLast(idle.count - kept)
                next.removeLast(next.count - kept)
            }
            body(
                BurstView(
                    burstGap: burstGap, idle: idle, next: next, median: sorted[merged + left / 2],
                    shortest: sorted[merged + Int(Double(left) * 0.05)]))
        }
    }
}
