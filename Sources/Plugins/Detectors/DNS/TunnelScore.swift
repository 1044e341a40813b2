import FlareKit
import Foundation

/// How likely lookups below a domain carry data, as a sum of weights of evidence in decibans (docs/dns-c2.md).
struct TunnelScore {
    /// One piece of evidence.
    struct Part {
        var name: String
        var decibans: Double
    }

    private(set) var parts: [Part] = []

    /// Of the domains that a host asks for about one in three hundred is expected to be a tunnel's.
    static let prior = -25.0

    init(_ traffic: DomainTraffic) {
        let unique = Double(traffic.names) / Double(max(1, traffic.questions))
        // Ten times the bytes, ten decibans: 500 bytes are what a day of ordinary names below one domain has.
        add("bytes in names", 10 * log10(max(1, traffic.carried) / 500), -20...20)
        add("length of names", (traffic.nameLength - 12) * 0.35, -8...14)
        add("names never asked again", (unique - 0.5) * 10, -5...5)
        add("names drawn by a machine", traffic.drawn * 8 - 3, -3...5)
        add("types that carry data", traffic.share(\.carriesData) * 10 + traffic.share(\.isOdd) * 10, 0...20)
        add("texts in answers", traffic.answered == 0 ? 0 : Double(traffic.texts) / Double(traffic.answered) * 4, 0...4)
        add("rate", 3 * log10(max(0.1, traffic.rate) / 10), -5...6)
        if let seconds = traffic.timeToLive { add("time to live", seconds <= 15 ? 3 : seconds >= 600 ? -6 : 0, -6...3) }
        // Lists of senders answer that a name is not on them; what carries data has to be answered.
        if let failed = traffic.failedShare { add("answers that failed", failed > 0.8 ? -8 : 0, -8...0) }
        if traffic.addressesAnswered > 0, let called = traffic.addressesCalled {
            let share = Double(called) / Double(traffic.addressesAnswered)
            add("addresses that were answered and called", called == 0 ? 3 : -15 * share, -15...3)
        }
        add("addresses as names", -35 * traffic.addresses, -35...0)
        add("hashes as names", -15 * traffic.hashes, -15...0)
    }

    private mutating func add(_ name: String, _ decibans: Double, _ range: ClosedRange<Double>) {
        let clamped = min(max(decibans, range.lowerBound), range.upperBound)
        guard clamped.magnitude >= 0.05 else { return }
        parts.append(Part(name: name, decibans: clamped))
    }

    /// In decibans, with the prior.
    var sum: Double { parts.reduce(Self.prior) { $0 + $1.decibans } }

    /// As a probability, 0...1.
    var probability: Double { sum.probabilityOfDecibans }
}
