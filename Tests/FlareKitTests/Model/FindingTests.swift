import FlareKit
import Foundation
import Testing

@Suite("Findings")
struct FindingTests {
    static let key = ChannelKey(
        source: IPAddress(v4: 0xC0A8_0035), peer: .address(IPAddress(v4: 0xA099_4C81)), port: 80, proto: 6)

    static var finding: Finding { Finding(detector: "test", subject: .channel(key), score: 0.5, summary: "calls") }

    @Test("keep their id over runs, and differ by detector and channel")
    func ids() {
        #expect(Self.finding.id == Self.finding.id)
        #expect(Self.finding.id.count == 16)
        var other = Self.key
        other.port = 443
        #expect(Finding(detector: "test", subject: .channel(other), score: 0.5, summary: "").id != Self.finding.id)
        #expect(Finding(detector: "rest", subject: .channel(Self.key), score: 0.5, summary: "").id != Self.finding.id)
    }

    @Test(
        "are as urgent as score and modifiers together",
        arguments: [
            ([], 0.5, Severity.medium), ([0.3], 0.8, .critical), ([0.1], 0.6, .high), ([-0.2], 0.3, .low),
            ([0.9, -0.3], 1, .critical),
            ([-0.9], 0, .low),
        ] as [([Double], Double, Severity)])
    func priority(amounts: [Double], priority: Double, severity: Severity) {
        var finding = Self.finding
        finding.modifiers = amounts.map { .init("test", $0, "") }
        #expect(abs(finding.priority - priority) < 1e-12)
        #expect(Severity(priority: (finding.priority * 1e6).rounded() / 1e6) == severity)
    }

    @Test("the columns of a run do not change with the data")
    func columns() {
        let field = Field("dest_whois", .text, "Owner.")
        let extra = Field("jitter", .number, unit: "%", "Jitter.")
        let names = Column.all(with: [field, extra, extra]).map(\.name)
        #expect(names.prefix(4) == ["src_ip", "dest_ip", "dest_port", "proto"])
        #expect(names.suffix(2) == ["summary", "jitter"])
        #expect(Set(names).count == names.count)
    }

    @Test("survive being written down and read back")
    func codable() throws {
        var finding = Self.finding
        finding.evidence = ["a": .number(0.5), "b": .texts(["x", "y"]), "c": .boolean(true), "d": .integer(7)]
        finding.firstSeen = Timestamp(nanoseconds: 1_234_567_890_123_456_789)
        let back = try JSONDecoder().decode(Finding.self, from: JSONEncoder().encode(finding))
        #expect(back.subject == finding.subject)
        #expect(back.evidence == finding.evidence)
        #expect(back.firstSeen == finding.firstSeen)
    }
}
