import FlareKit
import FlareKitTesting
import Foundation
import TestKit
import Testing

@testable import Table

/// Files that nfcapd wrote of flows that `netflow.py` exported.
@Suite("Flows that nfcapd collected")
struct NetFlowTests {
    private let folder = TemporaryFolder()

    private func file(_ sampling: String...) throws -> String {
        let script = Project.root.appending(path: "Tests/TableTests/netflow.py").path
        let output = try Program.run(
            Project.root.appending(path: ".venv/bin/python3").path, [script, folder.url.path] + sampling)
        return output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private func source(_ path: String, sampled: Bool = false) throws -> NetFlowSource {
        var options = NetFlowSourceOptions()
        options.paths = [OptionPath(path)]
        options.sampled = sampled
        return try NetFlowSource(options)
    }

    private static let columns: Set<ColumnName> = [
        .bytesToServer, .bytesToClient, .packetsToServer, .packetsToClient, .duration, .sourcePort,
    ]

    @Test("the directions and pieces of a conversation are one record, from the client to the server")
    func joined() async throws {
        let (records, ingest) = try await MemoryRun.records(
            of: source(file()), kind: .flow, columns: Self.columns)
        #expect(ingest.isBalanced && ingest.read == 390, "\(ingest)")
        #expect(ingest.used["flow"]?.count == 151, "\(ingest)")
        let calls = records.filter { $0.destination == IPAddress("45.77.10.20") }.sorted { $0.start < $1.start }
        #expect(calls.count == 120)
        let first = try #require(calls.first)
        #expect(first.source == IPAddress("10.20.1.7") && first.port == 443 && first.proto == 6)
        #expect(first.numbers[.sourcePort] == 50_000)
        #expect(first.numbers[.bytesToServer] == 420 && first.numbers[.bytesToClient] == 820)
        #expect(first.numbers[.packetsToServer] == 4 && first.numbers[.packetsToClient] == 3)
        #expect(abs(first.start.nanoseconds - Timestamp(seconds: Call.midnight).nanoseconds) < 5_000_000)
        let long = try #require(records.first { $0.destination == IPAddress("104.131.9.9") })
        #expect(long.numbers[.bytesToServer] == 36_000 && long.numbers[.bytesToClient] == 18_000)
        #expect(abs((long.numbers[.duration] ?? 0) - 3_595_100_000_000) < 10_000_000)
        #expect(records.filter { $0.destination == IPAddress("10.20.0.53") }.count == 30)
    }

    @Test("what nfdump prints of them says the same", arguments: ["json", "csv"])
    func printed(_ form: String) async throws {
        let path = try file()
        let text = try Program.run("/usr/bin/env", ["TZ=UTC", "nfdump", "-r", path, "-6", "-o", form])
        try Data(text.utf8).write(to: folder.url.appending(path: "flows"))
        let (records, ingest) = try await MemoryRun.records(
            of: source(folder.path("flows")), kind: .flow, columns: Self.columns)
        #expect(ingest.rejectedCount == 0, "\(ingest)")
        #expect(records.count == 151)
        let sent = records.compactMap { $0.numbers[.bytesToServer] }.reduce(0, +)
        #expect(sent == 88_200)
    }

    @Test("a beacon is found, and a connection of an hour is none")
    func beacon() async throws {
        let findings = try await found(source(file())).findings
        #expect(findings.map(\.source) == [IPAddress("10.20.1.7")])
        #expect(abs((findings.first?.interval ?? 0) - 60) < 1)
    }

    @Test("sampled flows are refused with the reason, or read where an option says so")
    func sampled() async throws {
        let path = try file("100")
        let failure = await #expect(throws: (any Error).self) { try await found(source(path)) }
        #expect("\(failure as Any)".contains("sampled"), "\(failure as Any)")
        let findings = try await found(source(path, sampled: true)).findings
        #expect(findings.map(\.source) == [IPAddress("10.20.1.7")])
    }

    @Test("what is cut off is said with nfdump's own words")
    func damaged() async throws {
        let path = try file()
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        try bytes.prefix(200).write(to: folder.url.appending(path: "nfcapd.cut"))
        let failure = await #expect(throws: (any Error).self) {
            _ = try await MemoryRun.records(of: source(folder.path("nfcapd.cut")), kind: .flow, columns: [])
        }
        #expect("\(failure as Any)".contains("nfdump"), "\(failure as Any)")
    }
}
