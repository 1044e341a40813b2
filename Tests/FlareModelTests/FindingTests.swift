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

    @Test("list the techniques of their detector and of what does not speak against them, parts without their whole")
    func techniques() {
        var finding = Self.finding
        #expect(finding.evidence["techniques"] == nil)
        finding.techniques = ["T1071", "T1573"]
        finding.modifiers = [
            .init("port_unusual", 5, "", techniques: ["T1571"]), .init("remote", 0, "", techniques: ["T1219"]),
            .init("known", -15, "", techniques: ["T1046"]), .init("http", 1, "", techniques: ["T1071.001"]),
        ]
        finding.listTechniques()
        #expect(finding.texts("techniques") == ["T1071.001", "T1219", "T1571", "T1573"])
        finding.techniques = []
        finding.modifiers = []
        finding.listTechniques()
        #expect(finding.evidence["techniques"] == nil)
    }

    static func rhythm(_ score: Double, _ modifiers: [Finding.Modifier] = []) -> Finding {
        var finding = Finding(detector: "test", subject: .channel(key), score: score, summary: "calls")
        finding.basis = .rhythm
        finding.modifiers = modifiers
        return finding
    }

    @Test("say why they deserve a look by what speaks most for them, else by what speaks against them")
    func why() {
        let modifiers = [
            Finding.Modifier("unknown", 3, "nobody calls it", label: "no known program"),
            Finding.Modifier("cert_self_signed", 9, "CN=x", side: .certificate, label: "self-signed certificate"),
            Finding.Modifier("alert", 20, "24 on its flows", side: .alert), Finding.Modifier("name_rare", 2, ""),
            Finding.Modifier("port_unusual", 5, "4444"), Finding.Modifier("known", -15, "Dropbox", side: .known),
        ]
        #expect(Self.rhythm(1, modifiers).why == "alert: 24 on its flows; self-signed certificate; port unusual")
        #expect(Self.rhythm(1, [modifiers[5]]).why == "known: Dropbox")
        #expect(Self.rhythm(1).why == "calls")
    }

    @Test(
        "add the odds of their score and all evidence, and cut nothing off",
        arguments: [
            ([], 0, 0.5), ([10], 10, 10.0 / 11), ([-10], -10, 1.0 / 11), ([40, -20], 20, 100.0 / 101),
            ([400], 400, 1), ([-400], -400, 0),
        ] as [([Double], Double, Double)])
    func weights(amounts: [Double], weight: Double, priority: Double) {
        var finding = Self.finding
        finding.modifiers = amounts.map { .init("test", $0, "") }
        #expect(abs(finding.weight - weight) < 1e-9)
        #expect(abs(finding.priority - priority) < 1e-9)
        #expect(finding.weights.reduce(0) { $0 + $1.amount } == finding.weight)
    }

    @Test("a score counts as its odds, as far as it can tell of harm", arguments: [0, 0.5, 0.9, 0.99, 1, .nan, -1, 2])
    func scores(score: Double) {
        let weight = Self.rhythm(score).scoreWeight
        #expect((-20...10).contains(weight))
        #expect(score != 0.5 || weight == 0)
        #expect(score != 0.9 || abs(weight - 9.542) < 0.001)
        #expect(Self.rhythm(score).weight == weight + Finding.baseRate)
    }

    @Test("a p-value counts where it says more than the score, within the same bounds")
    func tests() {
        var finding = Self.rhythm(0.2)
        let weight = finding.scoreWeight
        finding.testWeight = Finding.testWeight(pValue: 0.01)
        #expect(finding.scoreWeight == weight)
        finding.testWeight = Finding.testWeight(pValue: 1e-12)
        #expect(finding.scoreWeight == 10)
        #expect(finding.weights[0].reason.contains("chance"))
        // 1 / (-e p ln p) at p = 0.001 is 53, of odds of 1 to 100.
        #expect(abs(Finding.testWeight(pValue: 0.001) - (10 * log10(53.26) - 20)) < 0.01)
        #expect(Finding.testWeight(pValue: 0) == 10 && Finding.testWeight(pValue: 1) == -20)
    }

    @Test("a perfect rhythm alone is medium; high asks for evidence of one side, critical for two, an alert is enough")
    func severities() {
        #expect(Self.rhythm(1).severity == .medium)
        #expect(Self.rhythm(0.5).severity == .low)
        #expect(Self.rhythm(1, [.init("a", 9, "", side: .name)]).severity == .high)
        #expect(Self.rhythm(1, [.init("a", 9, "", side: .name), .init("b", 9, "", side: .name)]).severity == .high)
        #expect(Self.rhythm(1, [.init("a", 9, "", side: .name), .init("b", 3, "", side: .port)]).severity == .critical)
        #expect(Self.rhythm(1, [.init("a", 9, "", side: .name), .init("b", 2, "", side: .port)]).severity == .high)
        #expect(Self.rhythm(1, [.init("a", 20, "", side: .alert)]).severity == .critical)
        #expect(Self.rhythm(1, [.init("a", 20, "", side: .list)]).severity == .critical)
        #expect(Self.rhythm(1, [.init("a", 20, "", side: .list), .init("b", -30, "", side: .known)]).severity == .low)
        // What is no rhythm speaks for itself.
        var scan = Self.finding
        scan.score = 0.9
        #expect(scan.severity == .critical)
    }

    @Test("that no program is known, or that two weak pieces of one side agree, makes no rhythm urgent")
    func weakSides() {
        let unknown = Finding.Modifier("unknown", 3, "no known program calls it", side: .known)
        let weak = [Finding.Modifier("a", 2, "", side: .site), .init("b", 2, "", side: .site)]
        #expect(Self.rhythm(1, [unknown] + weak).priority > 0.79)
        #expect(Self.rhythm(1, [unknown] + weak).severity == .medium)
        #expect(Self.rhythm(1, [unknown, .init("a", 3, "", side: .site)]).severity == .high)
        // What speaks against a side is counted.
        let against = Finding.Modifier("c", -3, "", side: .site)
        #expect(Self.rhythm(1, [unknown, .init("a", 5, "", side: .site), against]).severity == .medium)
    }

    @Test("are urgent by the pipeline's rule")
    func rule() {
        var finding = Self.rhythm(1, [.init("a", 9, "", side: .name)])
        finding.severityRule.highSides = 2
        #expect(finding.severity == .medium)
        finding.severityRule.medium = 0.95
        #expect(finding.severity == .low)
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
