import FlareKit
import FlareKitTesting
import Foundation
import Testing

/// What a detector alone does not report becomes a finding where enrichers know enough of it.
@Suite("Candidates")
struct CandidateTests {
    /// Reports channels by a p-value, which is one over the number of their records.
    struct Counting: ThresholdDetector {
        var largest = 0.01
        let name = "counting"
        let techniques = ["T1071"]
        let demand = Demand()

        var withoutThreshold: Self { Self(largest: 1) }
        func missing(_ finding: Finding, _ census: Census) -> String { "more records" }

        func shortfall(of finding: Finding, _ census: Census) -> Double {
            10 * log10(1 / Double(finding.occurrences ?? 1) / largest)
        }

        func judge(_ channel: ChannelView, _ census: Census) throws -> Finding? {
            var finding = Finding(detector: name, channel: channel, census: census, score: 0.5, summary: "calls")
            finding.basis = .rhythm
            finding.occurrences = channel.count
            return finding
        }

        func settle(_ judged: [Judged<Finding>], _ channels: ChannelTable, _ census: Census) async throws -> [Finding] {
            judged.map(\.judgement).filter { 1 / Double($0.occurrences ?? 1) <= largest }
        }
    }

    /// Gives evidence on one destination.
    struct Knowing: Enricher {
        let peer: String
        let modifiers: [Finding.Modifier]
        var takesCandidates = true

        func enrich(_ findings: inout [Finding], _ run: RunContext) async throws {
            for place in findings.indices where findings[place].channel?.peer.description == peer {
                findings[place].add(modifiers)
            }
        }
    }

    private static let selfSigned = Finding.Modifier(
        "cert_self_signed", 9, "CN=x", side: .certificate, techniques: ["T1573.002"])
    private static let nameless = Finding.Modifier("sni_missing", 6, "no name", side: .name)

    private func run(_ enrichers: [Knowing]) async throws -> RunOutcome {
        func records(_ count: Int, _ peer: String) -> [MemoryRecord] {
            (0..<count).map { MemoryRecord(at: Double($0) * 60, from: "10.0.0.1", to: peer) }
        }
        let source = MemorySource(
            records(200, "203.0.113.1") + records(20, "203.0.113.2") + records(20, "203.0.113.3")
                + records(2, "203.0.113.4"))
        return try await RunEngine(version: "test", now: Timestamp(seconds: 86_400)).run(
            Pipeline(
                name: "test", sources: [.init("memory", source)],
                enrichers: enrichers.enumerated().map { .init("knowing \($0.offset)", $0.element) },
                detectors: [.init("counting", Counting())], sinks: [.init("sink", MemorySink())]))
    }

    private func peers(_ outcome: RunOutcome) -> Set<String> {
        Set(outcome.findings.compactMap { $0.channel?.peer.description })
    }

    @Test("evidence of two strong sides makes a finding of a channel that came near, and counts it as one")
    func evidence() async throws {
        let outcome = try await run([Knowing(peer: "203.0.113.2", modifiers: [Self.selfSigned, Self.nameless])])
        #expect(peers(outcome) == ["203.0.113.1", "203.0.113.2"])
        #expect(outcome.run.detectors.map(\.findings) == [2])
        #expect(outcome.run.findings == 2)
        #expect(outcome.run.dropped.isEmpty)
        let techniques = Dictionary(
            uniqueKeysWithValues: outcome.findings.map { ($0.channel?.peer.description, $0.texts("techniques")) })
        #expect(techniques["203.0.113.1"] == ["T1071"])
        #expect(techniques["203.0.113.2"] == ["T1071", "T1573.002"])
    }

    @Test("evidence of one side, too little of it, or of a channel that came nowhere near, does not")
    func tooLittle() async throws {
        let halves = [Finding.Modifier("a", 3, "", side: .name), Finding.Modifier("b", 3, "", side: .port)]
        for (peer, modifiers) in [
            ("203.0.113.2", [Self.selfSigned]), ("203.0.113.2", halves),
            ("203.0.113.4", [Self.selfSigned, Self.nameless]),
        ] {
            #expect(peers(try await run([Knowing(peer: peer, modifiers: modifiers)])) == ["203.0.113.1"], "\(peer)")
        }
        #expect(peers(try await run([])) == ["203.0.113.1"])
    }

    @Test("an alert is enough, and what speaks against it is counted too")
    func alert() async throws {
        let alert = Finding.Modifier("alert", 20, "a rule", side: .alert)
        let known = Finding.Modifier("known", -15, "an updater", side: .known)
        #expect(peers(try await run([Knowing(peer: "203.0.113.2", modifiers: [alert])])).contains("203.0.113.2"))
        #expect(
            peers(try await run([Knowing(peer: "203.0.113.2", modifiers: [alert, known])])) == ["203.0.113.1"])
    }

    @Test("an enricher that takes no candidates sees them once they are findings")
    func costly() async throws {
        let note = Finding.Modifier("note", 1, "seen")
        let outcome = try await run([
            Knowing(peer: "203.0.113.2", modifiers: [Self.selfSigned, Self.nameless]),
            Knowing(peer: "203.0.113.2", modifiers: [note], takesCandidates: false),
            Knowing(peer: "203.0.113.3", modifiers: [note], takesCandidates: false),
        ])
        #expect(outcome.findings.filter { $0.modifiers.contains(note) }.count == 1)
    }
}
