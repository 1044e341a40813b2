import FlareKit
import History
import HistoryDatabase
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

    // MARK: Verdicts

    private func acknowledge(
        _ path: String, as kind: TriageVerdict.Kind, _ finding: Finding, hour: Int, until: Int? = nil
    ) async throws -> TriageVerdict {
        try await HistoryFile(writing: path).acknowledge(
            String(finding.id.prefix(8)), as: kind, note: "the backup", owner: "anna", given: moment(hour),
            until: until.map(moment))
    }

    @Test("what was judged benign is hidden for that channel alone, counted, and back once the verdict has ended")
    func benign() async throws {
        let folder = TemporaryFolder()
        try await run(into: folder.history, hour: 1, [finding(), finding(443)])
        let verdict = try await acknowledge(folder.history, as: .benign, finding(), hour: 2, until: 48)
        #expect(verdict.words == "benign by anna on 1970-01-01 until 1970-01-03: the backup")
        #expect([verdict.source, verdict.peer, verdict.proto] == ["192.168.0.53", "160.153.76.129", "tcp"])
        #expect(verdict.port == 80)

        let enricher = try HistoryEnricher(HistoryOptions.read("{path: \"\(folder.history)\"}"))
        let context = RunContext(header: header(hour: 24), window: .all)
        var findings = [finding(), finding(443), finding(80, name: "evil.example")]
        try await enricher.enrich(&findings, context)
        #expect(findings.map(\.channel?.port) == [443, 80])
        let hidden = context.ledger.dropped.map(\.rule)
        #expect(hidden.count == 1)
        #expect(hidden.first?.contains("benign by anna") == true, "\(hidden)")

        let late = try await enrich(folder.history, "", hour: 49, [finding(80, seen: 0, 48)])
        #expect(late.first?.evidence["verdict"]?.description.hasSuffix("the backup; it called again since") == true)
    }

    @Test(
        "what was judged malicious is raised, and says whether it called again since; a later verdict takes its place")
    func malicious() async throws {
        let folder = TemporaryFolder()
        try await run(into: folder.history, hour: 1, [finding()])
        _ = try await acknowledge(folder.history, as: .malicious, finding(), hour: 2)
        let before = try await enrich(folder.history, "", hour: 3, [finding(80, seen: 0, 1)])
        #expect(before[0].evidence["verdict"] == .text("malicious by anna on 1970-01-01: the backup"))
        #expect(before[0].modifiers.map(\.name) == ["verdict"])
        let again = try await enrich(folder.history, "", hour: 3, [finding(80, seen: 0, 3)])
        #expect(again[0].modifiers[0].reason.hasSuffix("and it called again since"))
        _ = try await acknowledge(folder.history, as: .watch, finding(), hour: 4)
        let watched = try await enrich(folder.history, "", hour: 5, [finding()])
        #expect(watched[0].evidence["verdict"] == .text("watch by anna on 1970-01-01: the backup"))
        #expect(watched[0].modifiers.isEmpty)
    }

    @Test("a verdict on a finding that no run reported is an error, and so is an id that several have")
    func unknown() async throws {
        let folder = TemporaryFolder()
        try await run(into: folder.history, hour: 1, (1...40).map { finding($0) })
        for id in ["ffffffffffff", ""] {
            await #expect(throws: PluginError.self) {
                try await HistoryFile(writing: folder.history).acknowledge(
                    id, as: .watch, note: "", owner: "anna", given: moment(1), until: nil)
            }
        }
    }
}
