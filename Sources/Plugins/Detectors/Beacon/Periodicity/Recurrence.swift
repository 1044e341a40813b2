import Foundation

/// The period that a channel's callbacks tell by when they come again, whether as neighbours or not: the middle of the distances about
/// a period, less those that other callbacks make by chance. Neighbours tell too short a one where others come between, and so does a chain
/// that may go over from one caller to another: it takes whichever comes first.
struct Recurrence {
    /// Seconds.
    let period: Double
    /// Distances about the period, beyond those by chance, a callback: 1 where all are of callers with this period.
    let share: Double
    /// Callbacks within a period that are others'.
    let others: Double
    /// The same as deviations of the distances' number.
    private let deviations: Double
    /// Whether the middle was found near the guess: of much jitter it runs away.
    private let isSettled: Bool
    private static let reach = 0.2

    /// Periods that lie no further apart, as a share, are one.
    static let same = 0.15
    /// Rhythms whose distances fall into each other's windows.
    private static let mixed = 0.5...1.6
    /// Others come between, and most callbacks have the period.
    private static let fewestOthers = 0.1
    private static let leastShare = 0.5
    /// Some tens of callbacks do not tell others from jitter.
    private static let leastDeviations = 8.0

    /// The period of callbacks between which others come; `nil` where none do, or it does not tell more than what is known.
    ///
    /// - Parameters:
    ///   - rhythms: the periods of those that were found.
    ///   - period: the one that is told first.
    static func told(by starts: [Double], rhythms: [Double], about period: Double) -> Double? {
        let ratios = rhythms.map { $0 / period }
        guard ratios.allSatisfy({ abs($0 - 1) <= same || !mixed.contains($0) }) else { return nil }
        let again = Recurrence(Array(starts.prefix(RhythmPeeling.longest)), about: period)
        let isTold = again.others >= fewestOthers && again.share >= leastShare && again.deviations >= leastDeviations
        return isTold && again.isSettled ? again.period : nil
    }

    /// The period of two clocks that take turns: every second callback comes as steadily as a clock, and neighbours do not. `nil` where
    /// that is not so. Two sleeps in turn that vary by less than a hundredth look the same.
    static func clocksInTurn(_ starts: [Double]) -> Double? {
        let starts = starts.prefix(RhythmPeeling.longest)
        let (period, apart) = Pace.spread(zip(starts.dropFirst(2), starts).map { $0 - $1 })
        let neighbours = Ascending.sorted(zip(starts.dropFirst(), starts).map { $0 - $1 })
        guard starts.count >= RhythmPeeling.fewestCallbacks + 2 else { return nil }
        let quartiles = neighbours[3 * neighbours.count / 4] - neighbours[neighbours.count / 4]
        // Times in whole seconds make neighbours of one clock differ too.
        return apart <= 0.01 * period && quartiles > max(5 * apart, 0.1 * period, 2) ? period : nil
    }

    /// Half the window about the period, as a share of it: more than the jitter that is told apart from traffic without a period.
    private static let half = 0.3
    /// Shorter distances than a callback's next are others'; still shorter ones are of one callback.
    private static let between = 0.12...0.45
    private static let rounds = 8

    /// - Parameters:
    ///   - starts: first flows of the callbacks, in seconds, ascending.
    ///   - guess: a period, or half of it.
    init(_ starts: [Double], about guess: Double) {
        let distances = Self.distances(starts, upTo: 2 * (1 + Self.reach) * (1 + Self.half) * guess)
        let single = Self(distances, starts.count, about: guess)
        let double = Self(distances, starts.count, about: 2 * guess)
        // Two callers of one period are as one of half of it, which does not come again.
        self = double.deviations > 2 * single.deviations + 3 ? double : single
    }

    private init(_ distances: [Double], _ count: Int, about guess: Double) {
        var period = guess
        var excess = 0.0
        var rate = 0.0
        var deviations = 0.0
        for _ in 0..<Self.rounds {
            let (near, far) = (Self.between.lowerBound * period, Self.between.upperBound * period)
            let (low, high) = ((1 - Self.half) * period, (1 + Self.half) * period)
            rate = Double(distances.count { $0 > near && $0 <= far }) / (far - near)
            let about = distances.filter { $0 >= low && $0 <= high }
            let chance = rate * (high - low)
            excess = Double(about.count) - chance
            deviations = excess / max(1, Double(about.count) + chance).squareRoot()
            guard excess > 0 else { break }
            let middle = (about.reduce(0, +) - rate * (high * high - low * low) / 2) / excess
            guard abs(middle / period - 1) > 1e-4 else { break }
            period = min(max(middle, (1 - Self.reach) * guess), (1 + Self.reach) * guess)
        }
        self.period = period
        self.deviations = deviations
        isSettled = abs(period / guess - 1) < 0.99 * Self.reach
        share = excess / Double(max(1, count))
        others = rate * period / Double(max(1, count))
    }

    private static func distances(_ starts: [Double], upTo most: Double) -> [Double] {
        var distances: [Double] = []
        for (place, start) in starts.enumerated() {
            for later in starts[(place + 1)...] {
                guard later - start <= most else { break }
                distances.append(later - start)
            }
        }
        return distances
    }
}
