import FlareKit
import Foundation

/// The domains that a source asked for and that do not exist: what a domain-generation algorithm leaves.
struct GeneratedNames {
    private(set) var keys: [ChannelKey] = []
    private(set) var times: [Int64] = []
    /// Those of names that look drawn.
    private var drawnTimes: [Int64] = []
    private(set) var questions = 0
    private var drawn = 0

    /// Fewer are anybody's typing errors.
    static let fewest = 10
    private static let shortestLabel = 7
    /// The mean of how likely a machine drew labels, from which on it counts as one.
    private static let likely = 0.5

    mutating func add(_ key: ChannelKey, _ times: [Int64]) {
        keys.append(key)
        self.times.append(contentsOf: times)
        questions += times.count
        guard let domain = key.peer.name, let label = domain.split(separator: ".").first,
            let model = BuiltInNames.nameModel,
            label.utf8.count >= Self.shortestLabel
        else { return }
        guard model.likelihood(String(label)) ?? 0 >= Self.likely else { return }
        drawn += 1
        drawnTimes += times
    }

    /// Share of the domains that look drawn by a machine, 0...1.
    var drawnShare: Double { Double(drawn) / Double(max(1, keys.count)) }

    /// Seconds from one name to the next, the median, bursts counted once; `nil` where less than half of them lie within a half of it.
    var steadyInterval: Double? {
        let gaps = self.gaps
        guard gaps.count >= 5 else { return nil }
        let typical = gaps[gaps.count / 2]
        return gaps.count { abs($0 - typical) <= typical / 2 } * 2 >= gaps.count ? typical : nil
    }

    private var gaps: [Double] {
        // What a person mistyped meanwhile has no rhythm.
        let sorted = (drawn >= Self.fewest ? drawnTimes : times).sorted()
        return zip(sorted.dropFirst(), sorted).map { Double($0.subtractingClamped($1)) / 1e9 }.filter { $0 > 0.1 }
            .sorted()
    }

    /// A sum of weights of evidence as a probability: see docs/dns-c2.md.
    var probability: Double {
        guard keys.count >= Self.fewest else { return 0 }
        let number = min(20, 12 * log10(Double(keys.count) / 5))
        return (-20 + number + 24 * (drawnShare - 0.25) + (steadyInterval == nil ? 0 : 4)).probabilityOfDecibans
    }
}
