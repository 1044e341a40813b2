import FlareKit
import FlareKitTesting
import Testing

@testable import Context

@Suite("Lookups of EVE as channels")
struct DomainGroupingTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    private func lines() throws -> String {
        var lines: [String] = []
        for call in 0..<8 {
            for type in ["query", "answer"] {
                lines.append(
                    Line.event(
                        "dns", at: Double(call * 60), id: call, to: "10.0.0.53", 53, proto: "UDP",
                        said: #""dns":{"version":2,"type":"\#(type)","rrname":"implant.example","rrtype":"A"}"#))
            }
            lines.append(Line.flow(at: Double(call * 60), id: 100 + call))
        }
        return try folder.write("eve.json", Array(lines.joined(separator: "\n").utf8) + [10])
    }

    @Test("the questions make a channel toward the domain, the answers none")
    func questions() async throws {
        let outcome = try await run(
            try Sources.eve([try lines()]), [ContextEnricher(ContextOptions())],
            detector: CountingDetector(grouping: Grouping(by: .domain)))
        #expect(outcome.findings.map { $0.channel?.peer } == [.name("implant.example")])
        #expect(outcome.findings.first?.occurrences == 8)
        #expect(outcome.run.ingest.isBalanced)
    }

    @Test("the source keeps its law with flows and lookups, and with lookups alone")
    func law() async throws {
        let source = try Sources.eve([try lines()])
        let kinds: [[RecordKind: Set<ColumnName>]] = [
            [.dns: [.query, .id]], [.dns: [.query], .flow: [.bytesToServer]],
        ]
        for kinds in kinds {
            let scan = Scan(kinds: kinds, now: Timestamp(seconds: 1_900_000_000))
            #expect(try await SourceLaw.breaches(of: source, scan) == [])
        }
    }
}
