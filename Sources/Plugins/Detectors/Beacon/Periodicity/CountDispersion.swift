import Foundation

/// Whether flows are counted more steadily than their gaps allow: a clock whose bursts run into each other.
///
/// Where bursts overlap no gap tells the period, and gaps look like chance. In windows of several periods the clock shows: long and short gaps
/// make up for each other, so that counts vary less than with the same gaps in random order. The counts a and b of two windows in a row
/// have (a − b)² / (a + b) = 1 in the mean under Poisson, whatever the rate of the pair (given their sum a is binomial), and the index of
/// dispersion of a renewal process tends to the squared coefficient of variation of its gaps (Cox and Lewis, The Statistical Analysis of Series of
/// Events, 1966). What gaps in random order come to is found by shuffling them in blocks, so that a rate that changes slowly changes nothing.
struct CountDispersion: Sendable {
    /// How often gaps without any order make counts as steady at any of the windows looked at; 1 where the gaps are a clock's by themselves.
    private(set) var pValue = 1.0
    /// −log₁₀ of it.
    var evidence: Double { -log10(pValue) }

    static let fewestFlows = 96
    /// Flows a window in the mean.
    private static let windows = [6.0, 12, 24]
    private static let fewestPairs = 8
    /// Larger p-values under Poisson are not worth shuffling.
    private static let worthShuffling = 1e-3
    /// Gaps in a block are shuffled; a block is four of the longest windows.
    private static let block = 96
    /// Flows shuffled in all, in so many rounds.
    private static let mostShuffled = 200_000
    private static let rounds = 2...16
    /// Seconds for which a transfer of many parts, several at a time, may go on: it counts as steadily as a clock.
    private static let longestTransfer = 3600.0
    /// Where shuffled gaps count more steadily than this, they are a clock's themselves, and tell more than counts do.
    private static let leastNull = 0.25

    /// A longer gap than so many of the longest tenth is a silence, and counts for nothing.
    private static let silence = 6.0

    /// - Parameters:
    ///   - times: flow starts in seconds, ascending.
    ///   - gaps: between them, ascending.
    init(times: [Double], sorted gaps: [Double], scale: TimeScale) {
        guard times.count >= Self.fewestFlows else { return }
        let stretches = Self.stretches(of: times, apart: Self.silence * gaps[gaps.count * 9 / 10])
        let lengths = stretches.map { $0[$0.count - 1] }
        let each = lengths.reduce(0, +) / Double(times.count)
        guard each > 0 else { return }
        var shuffled: [[Double]] = []
        for window in Self.windows.map({ $0 * each }) {
            let counted = Pairs(stretches, window: window)
            guard counted.pairs >= Self.fewestPairs, Self.pValue(counted, null: 1) <= Self.worthShuffling else {
                continue
            }
            if shuffled.isEmpty { shuffled = Self.shuffled(stretches) }
            let null = min(1, Pairs(shuffled, window: window).mean)
            if null >= Self.leastNull { pValue = min(pValue, Self.pValue(counted, null: null)) }
        }
        guard pValue < 1, let run = lengths.max() else { return }
        pValue = max(pValue, SessionLength.pValue(run: run, longest: Self.longestTransfer, scale: scale))
    }

    /// The stretches without a silence, each in seconds since its first flow.
    private static func stretches(of times: [Double], apart: Double) -> [[Double]] {
        var stretches: [[Double]] = []
        var begin = 0
        for place in 1...times.count where place == times.count || times[place] - times[place - 1] > apart {
            stretches.append(times[begin..<place].map { $0 - times[begin] })
            begin = place
        }
        return stretches
    }

    /// The lower tail of χ², for all windows.
    private static func pValue(_ counted: Pairs, null: Double) -> Double {
        let ratio = counted.mean / null
        guard ratio < 1 else { return 1 }
        let half = Double(counted.pairs) / 2
        return min(1, max(1e-12, Double(windows.count) * lowerGamma(half, half * ratio)))
    }

    /// The regularized lower incomplete gamma function, by its series (Abramowitz and Stegun, 6.5.29), which is short where x < a.
    private static func lowerGamma(_ a: Double, _ x: Double) -> Double {
        guard x > 0 else { return 0 }
        var (term, sum, step) = (1.0, 1.0, a)
        while term > 1e-12 * sum {
            step += 1
            term *= x / step
            sum += term
        }
        return sum * exp(a * log(x) - x - lgamma(a + 1))
    }

    /// The squared differences of the counts of two windows in a row, by their sums.
    private struct Pairs {
        private var sum = 0.0
        private(set) var pairs = 0

        init(_ stretches: [[Double]], window: Double) {
            for stretch in stretches { add(stretch, window) }
        }

        private mutating func add(_ times: [Double], _ window: Double) {
            let most = (times[times.count - 1] / (2 * window)).rounded(.down)
            guard most > 0 else { return }
            var (pair, first, second) = (0.0, 0.0, 0.0)
            for time in times {
                let itsPair = (time / (2 * window)).rounded(.down)
                if itsPair != pair {
                    close(first, second)
                    (pair, first, second) = (itsPair, 0, 0)
                }
                if itsPair >= most { return }
                if time - 2 * window * pair < window { first += 1 } else { second += 1 }
            }
        }

        private mutating func close(_ first: Double, _ second: Double) {
            guard first + second >= 2 else { return }
            sum += (first - second) * (first - second) / (first + second)
            pairs += 1
        }

        var mean: Double { sum / Double(max(1, pairs)) }
    }

    /// Stretches of the same gaps in other orders, several times; always the same ones, so that a channel is judged alike each time.
    private static func shuffled(_ stretches: [[Double]]) -> [[Double]] {
        let flows = stretches.reduce(0) { $0 + $1.count }
        let count = min(max(mostShuffled / flows, rounds.lowerBound), rounds.upperBound)
        var dice = SplitMix(state: 1)
        return (0..<count).flatMap { _ in
            stretches.map { times in
                var gaps = zip(times.dropFirst(), times).map { $0 - $1 }
                for begin in stride(from: 0, to: gaps.count, by: block) {
                    gaps[begin..<min(gaps.count, begin + block)].shuffle(using: &dice)
                }
                var time = 0.0
                return [0]
                    + gaps.map { gap in
                        time += gap
                        return time
                    }
            }
        }
    }
}

/// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
