import Beacon
import FlareKit
import FlareKitTesting
import Foundation
import Testing

@testable import Zeek

@Suite("Real records of Zeek", .enabled(if: RealRecords.areThere))
struct RealRecordsTests {
    /// What original Flare reports, by the columns that are compared.
    struct Reported: Hashable {
        let source: IPAddress
        let destination: IPAddress
        let numbers: [Int64]
    }

    private static func run(
        _ paths: [String], _ detector: any Detector, grouping: Grouping? = nil, threads: Int = 2
    ) async throws -> RunOutcome {
        let list = paths.map { "\"\(RealRecords.folder)/\($0)\"" }.joined(separator: ", ")
        let source = try ZeekSource(try ZeekSourceOptions.read("paths: [\(list)]"))
        let pipeline = Pipeline(
            name: "test", sources: [.init("zeek", source)],
            detectors: [.init("beacon-classic", detector, grouping: grouping)], sinks: [.init("memory", MemorySink())],
            threads: threads)
        let now = try #require(Timestamp("2024-04-22T00:00:00Z"))
        return try await RunEngine(version: "test", now: now).run(pipeline)
    }

    private static func reference(_ name: String) throws -> Set<Reported> {
        let text = try String(contentsOfFile: RealRecords.folder + "/" + name, encoding: .utf8)
        let lines = text.split(whereSeparator: \.isNewline).map { $0.split(separator: ",").map(String.init) }
        let header = try #require(lines.first)
        func index(_ name: String) throws -> Int { try #require(header.firstIndex(of: name)) }
        let numbers = try ["dest_port", "bytes_toserver", "occurrences", "percent", "interval"].map(index)
        return Set(
            try lines.dropFirst().map { cells in
                Reported(
                    source: try #require(IPAddress(cells[index("src_ip")])),
                    destination: try #require(IPAddress(cells[index("dest_ip")])),
                    numbers: try numbers.map { try #require(Int64(cells[$0])) })
            })
    }

    @Test(
        "beacon-classic over the real records of 72 hours equals original Flare",
        arguments: [
            ("", "zeek-72h.flare-reference.csv", 18),
            ("min_flows: 20\nmin_interval: 10\nmin_percent: 20", "zeek-72h.flare-reference-loose.csv", 448),
        ])
    func classic(options: String, reference: String, count: Int) async throws {
        let detector = ClassicBeaconDetector(try ClassicBeaconOptions.read(options))
        let outcome = try await Self.run(["zeek-72h/conn.*.log.gz"], detector)
        let reported = try outcome.findings.map { finding in
            let key = try #require(finding.channel)
            return Reported(
                source: key.source, destination: try #require(key.peer.address),
                numbers: [
                    Int64(try #require(key.port)), try #require(finding.bytesToServer),
                    Int64(try #require(finding.occurrences)),
                    Int64(try #require(finding.percent)), Int64(try #require(finding.interval)),
                ])
        }
        #expect(reported.count == count)
        #expect(Set(reported) == (try Self.reference(reference)))
        #expect(outcome.run.ingest.used["flow"]?.count == 105_918)
        #expect(outcome.run.ingest.skipped.mapValues(\.count) == ["header": 648])
        #expect(outcome.run.ingest.rejectedCount == 0)
        #expect(outcome.conditions.isEmpty)
    }

    @Test("the other logs of the real records are counted by what they are", arguments: [1, 3])
    func protocols(cursors: Int) async throws {
        let yield = try await read(
            [RealRecords.folder + "/zeek-72h-protocols/*.log.gz"], cursors: cursors,
            kinds: [.http: [.host], .tls: [.host], .dns: [.query]])
        #expect(yield.ingest.used.mapValues(\.count) == ["http": 18_829, "dns": 5_432, "tls": 139])
        #expect(yield.ingest.skipped["log weird"]?.count == 1_114)
        #expect(yield.ingest.rejectedCount == 0)
        #expect(yield.ingest.isBalanced)
    }

    @Test("hosts of the real records' http and ssl logs are joined to their connections by uid")
    func hosts() async throws {
        let paths = ["zeek-72h/conn.*.log.gz", "zeek-72h-protocols/http.*.gz", "zeek-72h-protocols/ssl.*.gz"]
        let grouping = Grouping(by: .host)
        let outcome = try await Self.run(paths, CountingDetector(minimumCount: 2, grouping: grouping))
        let named = outcome.findings.filter { $0.channel?.peer.name != nil }
        #expect(!named.isEmpty)
        #expect(named.allSatisfy { $0.evidence[Field.addresses.name] != nil })
        #expect(outcome.run.ingest.used["flow"]?.count == 105_918)
        // No connection belongs to two channels.
        #expect(outcome.findings.reduce(0) { $0 + ($1.occurrences ?? 0) } <= 105_918)
    }
}
