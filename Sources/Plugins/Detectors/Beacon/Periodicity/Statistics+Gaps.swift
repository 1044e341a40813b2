import Foundation

extension Statistics {
    /// The statistics that need the gaps alone.
    ///
    /// - Parameters:
    ///   - rhythm: of the channel, whatever the view, as are the counts.
    ///   - sorted: the channel's finite gaps, ascending.
    init(of view: BurstView, blocks: BlockRegularity, rhythm: Rhythm, counts: CountDispersion, sorted: [Double]) {
        let count = Double(view.idle.count)
        self[.blocks] = blocks.weighted
        self[.bestStretch] = log(1 + blocks.bestStretch)
        self[.regularHours] = blocks.regularHours
        self[.rhythm] = log(1 + rhythm.weighted)
        self[.steadyCounts] = counts.evidence
        self[.fewCallbacks] = -log(count)
        self[.secondPairs] = Self.likeness(of: view.idle, beyond: view.burstGap, distance: 2)
        let ambiguous =
            Ascending.count(below: view.burstGap * 2.5, in: sorted)
            - Ascending.count(below: view.burstGap / 2.5, in: sorted)
        self[.unambiguous] = 1 - Double(ambiguous) / count
        self[.evenBursts] = Self.burstEvenness(of: view.next)
        self[.lateness] = log(0.001 + view.shortest / view.median)
    }

    /// The mean of |a − b| / (a + b) from which on neighbours count as alike: a log-normal's with σ = 0.9; Poisson has 0.5.
    static let alikeMean = 0.44

    /// How much smaller |a − b| / (a + b) of rests at a distance is than ``alikeMean``, in deviations.
    ///
    /// Under Poisson it is uniform in 0 … 1, so that its mean over N pairs has a deviation of about 1 / √(12 N); a tenth is taken off
    /// because pairs overlap. The local variation of spike trains (Shinomoto, Shima, Tanji, Neural Computation 15, 2003) without its
    /// square: it does not mind a rate that changes slowly.
    ///
    /// - Parameters:
    ///   - idle: idle times in order; infinite ones are passed over.
    ///   - burstGap: what every idle time is longer than; the rest is what lies beyond.
    static func likeness(of idle: [Double], beyond burstGap: Double, distance: Int) -> Double {
        guard idle.count > distance else { return 0 }
        var sum = 0.0
        var pairs = 0.0
        for index in 0..<(idle.count - distance) {
            let first = idle[index] - burstGap
            let second = idle[index + distance] - burstGap
            guard first.isFinite && second.isFinite else { continue }
            sum += abs(first - second) / (first + second)
            pairs += 1
        }
        return pairs > 0 ? (alikeMean - sum / pairs) * (12 * pairs).squareRoot() * 0.9 : 0
    }

    /// 1 − deviation / mean of the flows a callback, at least 0; the last callback is left out, the window may have cut it.
    ///
    /// - Parameter next: for each idle time the index of the flow that ends it.
    static func burstEvenness(of next: [Int32]) -> Double {
        guard !next.isEmpty else { return 0 }
        var previous: Int32 = 0
        var sum = 0.0
        var squares = 0.0
        for start in next {
            let size = Double(start - previous)
            sum += size
            squares += size * size
            previous = start
        }
        let mean = sum / Double(next.count)
        return max(0, 1 - max(0, squares / Double(next.count) - mean * mean).squareRoot() / mean)
    }
}
