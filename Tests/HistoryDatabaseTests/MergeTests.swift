import FlareKit
import HistoryDatabase
import HistorySamples
import TestKit
import Testing

@Suite("Findings of several sites")
struct MergeTests {
    private static func site(_ name: String, _ findings: [Finding], hour: Int = 400) async throws
        -> (site: String, findings: [SiteFinding])
    {
        let folder = TemporaryFolder()
        try await run(into: folder.history, hour: 1, [finding(8080, name: "old.example")])
        try await run(into: folder.history, hour: hour, findings)
        return (name, try await HistoryFile(reading: folder.history).siteFindings(last: 7 * 86_400))
    }

    @Test("of one id are one, with what each site says")
    func same() async throws {
        let merged = MergedFinding.merge([
            try await Self.site("a", [finding(name: "evil.example", score: 0.5)]),
            try await Self.site("b", [finding(name: "evil.example", score: 0.9, seen: 1, 3)]),
        ])
        #expect(merged.count == 1)
        #expect(Set(merged[0].sites.map(\.site)) == ["a", "b"])
        #expect(merged[0].sitesOfDestination == ["a", "b"])
        #expect(merged[0].finding.pipeline == "test")
    }

    @Test("move up where several sites call the destination, whoever calls it")
    func moved() async throws {
        let merged = MergedFinding.merge([
            try await Self.site("a", [finding(name: "one.example"), finding(443, name: "all.example", score: 0.8)]),
            try await Self.site("b", [finding(443, name: "all.example", score: 0.8, seen: 0, 2)]),
            try await Self.site("c", [finding(444, name: "all.example", score: 0.8)]),
        ])
        #expect(merged.count == 3)
        let shared = try #require(merged.first { $0.finding.port == 443 })
        #expect(shared.amount == 3)
        #expect(shared.priority > shared.finding.priority)
        let alone = try #require(merged.first { $0.finding.peer == "one.example" })
        #expect(alone.amount == 0)
        #expect(abs(alone.priority - alone.finding.priority) < 1e-9)
    }

    @Test("of two sensors that saw the same calls are one site, and do not move up")
    func sameCalls() async throws {
        let merged = MergedFinding.merge([
            try await Self.site("a", [finding(443, name: "all.example", score: 0.8, seen: 1, 5)]),
            try await Self.site("b", [finding(443, name: "all.example", score: 0.7, seen: 1, 5)]),
        ])
        #expect(merged.count == 1)
        #expect(merged[0].isSeenTwice)
        #expect(merged[0].sites.map(\.site) == ["a", "b"])
        #expect(merged[0].sitesOfDestination == ["a"])
        #expect(merged[0].amount == 0)
    }

    @Test("that are expected at every site are, and do not move up")
    func expected() async throws {
        func clock(_ last: Int, _ score: Double = 0.2) -> Finding {
            var finding = finding(123, name: "ntp.example", score: score, seen: 0, last)
            finding.expectation = "NTP"
            return finding
        }
        let all = MergedFinding.merge([
            try await Self.site("a", [clock(1)]), try await Self.site("b", [clock(2)]),
        ])
        #expect(all.map(\.expected) == ["NTP"])
        #expect(all[0].amount == 0)
        let one = MergedFinding.merge([
            try await Self.site("a", [clock(1)]),
            try await Self.site("b", [finding(123, name: "ntp.example", seen: 0, 2)]),
        ])
        #expect(one.map(\.expected) == [nil])
        #expect(one[0].amount == 3)
    }

    @Test("of long ago are not among them")
    func old() async throws {
        let site = try await Self.site("a", [finding()])
        #expect(site.findings.map(\.peer) == ["160.153.76.129"])
    }
}
