import FlareKit
import History
import HistorySamples
import TestKit
import Testing

@Suite("The history enricher")
struct HistoryEnricherTests {
    private func enrich(
        _ path: String, _ options: String, hour: Int, _ findings: [Finding]
    ) async throws -> [Finding] {
        let enricher = try HistoryEnricher(HistoryOptions.read("{path: \"\(path)\"\(options)}"))
        var findings = findings
        let context = RunContext(header: header(hour: hour), window: .all)
        try await enricher.enrich(&findings, context)
        return findings
    }

    @Test("before the first run everything is new")
    func noHistory() async throws {
        let folder = TemporaryFolder()
        let findings = try await enrich(folder.history, ", new_only: true", hour: 1, [finding()])
        #expect(findings.count == 1)
        #expect(findings[0].evidence["known_since"] == nil)
        #expect(folder.names == [])
    }

    @Test(
        "a name that a history of some length knows for a short time, or not, is young; all names of a short one are not"
    )
    func youngNames() async throws {
        let folder = TemporaryFolder()
        let day = 24
        try await run(into: folder.history, hour: 1, [named(80, "old.example")])
        try await run(into: folder.history, hour: 8 * day, [named(443, "young.example")])
        let asked = [named(80, "old.example"), named(443, "young.example"), named(8080, "new.example"), finding(25)]
        let early = try await enrich(folder.history, "", hour: 5 * day, asked)
        #expect(early.allSatisfy { $0.modifiers.isEmpty })
        let late = try await enrich(folder.history, "", hour: 10 * day, asked)
        #expect(
            late.map { $0.modifiers.map(\.reason) } == [
                [], ["a history of 9 d 23 h knows young.example for 2 d"],
                ["a history of 9 d 23 h knows new.example not at all"], [],
            ])
        #expect(late[1].priority > late[0].priority)
    }

    @Test("a finding that earlier runs have reported for two weeks is less of a concern")
    func knownLong() async throws {
        let folder = TemporaryFolder()
        let day = 24
        try await run(into: folder.history, hour: 1, [finding()])
        try await run(into: folder.history, hour: 8 * day, [finding(443)])
        let early = try await enrich(folder.history, "", hour: 14 * day, [finding(), finding(443)])
        #expect(early.allSatisfy { $0.modifiers.isEmpty })
        let late = try await enrich(folder.history, "", hour: 15 * day, [finding(), finding(443)])
        #expect(late.map { $0.modifiers.map(\.name) } == [["known_long"], []])
        #expect(late[0].priority < late[1].priority)
        #expect(late[0].modifiers[0].reason == "earlier runs have reported it for 14 d 23 h")
    }

    private func named(_ port: Int, _ host: String) -> Finding {
        var finding = finding(port)
        finding.host = host
        return finding
    }

    @Test("a known finding says since when, and goes where only new ones are wanted")
    func known() async throws {
        let folder = TemporaryFolder()
        try await run(into: folder.history, hour: 1, [finding()])
        try await run(into: folder.history, hour: 2, [finding()])
        let all = try await enrich(folder.history, "", hour: 3, [finding(), finding(443)])
        #expect(all.count == 2)
        #expect(all[0].evidence["known_since"] == .time(moment(1)))
        #expect(all[0].evidence["runs_before"] == .integer(2))
        let new = try await enrich(folder.history, ", new_only: true", hour: 3, [finding(), finding(443)])
        #expect(new.map(\.channel?.port) == [443])
        let again = try await enrich(folder.history, ", new_only: true, forget_after: 2h", hour: 5, [finding()])
        #expect(again.count == 1)
    }
}
