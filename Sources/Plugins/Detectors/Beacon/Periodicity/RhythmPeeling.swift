import Foundation

/// A rhythm of a channel that may hold several: its period, and how many callbacks keep it.
public struct FoundRhythm: Sendable, Hashable {
    /// Seconds.
    public var period: Double
    public var callbacks: Int
}

/// The rhythms of a channel, one after the other: the chain of callbacks that says most is found, taken out, and the rest is searched anew.
///
/// A chain's links are one period long, within the window of its width. A link that chance makes with probability q says −log q; where a
/// chain breaks, some is lost. The best chain is found exactly, by dynamic programming, as a sequence that may break anywhere.
enum RhythmPeeling {
    struct Chain {
        var period: Double
        /// Nats that its links say.
        var evidence: Double
        /// Nats a callback: of two implants in turn each says more than both as one of twice the pace.
        var mean: Double { evidence / Double(max(1, members.count)) }
        /// Indices of its callbacks: of those that have another one period before or after.
        var members: [Int]
    }

    /// A period other than the first guess has to say so many times as much.
    static let preference = 1.2
    /// What a break costs, in nats.
    static let breakCost = 4.0
    /// A rhythm says at least so much in all and a callback, and has so many callbacks and this share of all.
    static let leastEvidence = 16.0
    static let leastMean = 0.3
    static let fewestCallbacks = 6
    static let leastShare = 0.15
    static let mostRhythms = 3
    /// Of longer channels the first callbacks are searched, and the counts scaled up.
    static let longest = 4096

    /// The rhythms found, the one that says most first.
    ///
    /// - Parameters:
    ///   - starts: first flows of the callbacks, in seconds, ascending.
    ///   - guess: a period to start from, and half the width of its window as a share.
    ///   - scale: what an hour is.
    static func rhythms(_ starts: [Double], guess: (period: Double, width: Double), scale: TimeScale) -> [FoundRhythm] {
        var rest = Array(starts.prefix(longest))
        let all = rest.count
        var found: [FoundRhythm] = []
        while found.count < mostRhythms {
            let rhythm = Rhythm(times: rest, scale: scale)
            var guesses = found.map { (period: $0.period, width: 0.13) }
            if rhythm.period > 0 {
                guesses += [1.0, 0.5, 1.0 / 3].map { (period: $0 * rhythm.period, width: rhythm.width) }
            }
            let least = max(fewestCallbacks, Int(leastShare * Double(all)))
            func isRhythm(_ chain: Chain) -> Bool {
                chain.evidence >= leastEvidence && chain.mean >= leastMean && chain.members.count >= least
            }
            var chain = guesses.compactMap { best(of: rest, about: $0.period, width: $0.width) }.filter(isRhythm)
                .max { $0.mean < $1.mean }
            if found.isEmpty, let expected = best(of: rest, about: guess.period, width: guess.width),
                isRhythm(expected),
                expected.mean * preference >= chain?.mean ?? 0
            {
                chain = expected
            }
            guard let chain else { break }
            let count = Double(chain.members.count) * Double(starts.count) / Double(all)
            found.append(FoundRhythm(period: chain.period, callbacks: Int(count.rounded())))
            var isTaken = [Bool](repeating: false, count: rest.count)
            for member in chain.members { isTaken[member] = true }
            rest = rest.indices.filter { !isTaken[$0] }.map { rest[$0] }
        }
        return joined(found)
    }

    /// Chains of every second callback of one caller are that caller's, where another has half their period.
    private static func joined(_ found: [FoundRhythm]) -> [FoundRhythm] {
        func isDouble(_ one: FoundRhythm, _ other: FoundRhythm) -> Bool {
            abs(one.period / other.period / 2 - 1) <= 0.05
        }
        let doubles = found.filter { one in found.contains { isDouble(one, $0) } }
        guard doubles.count > 1, let first = found.firstIndex(of: doubles[0]) else { return found }
        var rest = found.filter { !doubles.contains($0) }
        rest.insert(
            FoundRhythm(period: doubles[0].period / 2, callbacks: doubles.reduce(0) { $0 + $1.callbacks }),
            at: min(first, rest.count))
        return rest
    }

    /// The best chain near a period, sharpened once by its own links.
    static func best(of starts: [Double], about period: Double, width: Double) -> Chain? {
        guard let rough = chain(of: starts, period: period, width: width) else { return nil }
        let links = links(rough, starts)
        guard links.count >= 3 else { return rough }
        let (middle, deviation) = Pace.spread(links)
        let sharp = chain(of: starts, period: middle, width: min(0.3, max(0.02, 3 * deviation / middle)))
        guard let sharp, sharp.evidence > rough.evidence else { return rough }
        return sharp
    }

    private static func links(_ chain: Chain, _ starts: [Double]) -> [Double] {
        zip(chain.members.dropFirst(), chain.members).map { starts[$0] - starts[$1] }
            .filter { abs($0 - chain.period) <= 0.3 * chain.period }
    }

    private static func chain(of starts: [Double], period: Double, width: Double) -> Chain? {
        guard starts.count >= fewestCallbacks else { return nil }
        let (low, high) = (period * (1 - width), period * (1 + width))
        // Seconds with traffic: a silence of the channel counts as two periods.
        let active = zip(starts.dropFirst(), starts).reduce(0) { $0 + min($1.0 - $1.1, 2 * period) }
        let byChance = 1 - exp(-Double(starts.count) / max(active, period) * (high - low))
        let gain = -log(byChance)
        var best = [Double](repeating: 0, count: starts.count)
        var from = [Int](repeating: -1, count: starts.count)
        var first = 0
        /// The best end of a chain that lies more than half a period back: from there a chain may go on after a break.
        var broken = -1
        var passed = 0
        for index in starts.indices {
            while starts[passed] <= starts[index] - low {
                if broken < 0 || best[passed] > best[broken] { broken = passed }
                passed += 1
            }
            if broken >= 0, best[broken] > breakCost {
                best[index] = best[broken] - breakCost
                from[index] = broken
            }
            while starts[first] < starts[index] - high { first += 1 }
            var place = first
            while starts[place] <= starts[index] - low {
                if best[place] + gain > best[index] {
                    best[index] = best[place] + gain
                    from[index] = place
                }
                place += 1
            }
        }
        guard var end = best.indices.max(by: { best[$0] < best[$1] }), best[end] > 0 else { return nil }
        let evidence = best[end]
        var members = [end]
        while from[end] >= 0 {
            end = from[end]
            members.append(end)
        }
        members.reverse()
        let steps = zip(members.dropFirst(), members).map { starts[$0] - starts[$1] }
        let isLink = steps.map { $0 >= low && $0 <= high }
        members = zip(members, zip([false] + isLink, isLink + [false])).filter { $0.1.0 || $0.1.1 }.map { $0.0 }
        let links = zip(steps, isLink).filter { $0.1 }.map { $0.0 }
        // Pairs are no rhythm: most callbacks have one before and one after.
        guard 3 * links.count >= 2 * members.count else { return nil }
        // Nor are two sleeps in turn, both within the window: their middle is neither.
        let middle = Pace.median(links)
        guard abs(links.reduce(0, +) / Double(links.count) / middle - 1) <= 0.1 else { return nil }
        return Chain(period: middle, evidence: evidence, members: members)
    }
}
