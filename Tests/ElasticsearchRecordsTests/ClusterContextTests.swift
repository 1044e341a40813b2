import Context
import FlareKit
import FlareKitTesting
import Foundation
import HTTP
import Suricata
import TestClusters
import Testing
import Zeek

@testable import ElasticsearchClient
@testable import ElasticsearchFindings
@testable import ElasticsearchRecords

/// What the sensor said, through a cluster and from a file of the same records.
@Suite(
    "through a cluster, what the sensor said equals that from a file", .serialized, .enabled(if: ClusterServer.areThere)
)
struct ClusterContextTests {
    /// Every channel with more than three flows, with all that was said about it: its columns by their names.
    private static func told(
        _ source: any Source, _ window: TimeWindow = ClusterRunTests.window
    ) async throws -> [String: [String: String]] {
        let outcome = try await Runs.run(
            source, window, [ContextEnricher(ContextOptions())], CountingDetector(minimumCount: 4))
        // One of the servers cannot group.
        #expect(outcome.run.warnings.filter { !$0.contains("does not group") } == [])
        let rows = outcome.findings.map { finding in
            let cells = outcome.columns.map { ($0.name, $0.value(of: finding)?.description ?? "") }
            return (finding.channel?.description ?? finding.id, Dictionary(uniqueKeysWithValues: cells))
        }
        return Dictionary(uniqueKeysWithValues: rows)
    }

    private static func expectEqual(_ found: [String: [String: String]], _ expected: [String: [String: String]]) {
        #expect(Set(found.keys) == Set(expected.keys))
        for (channel, columns) in expected {
            for (column, value) in columns {
                #expect(found[channel]?[column] == value, "\(channel) \(column)")
            }
        }
    }

    @Test(
        "of real records of a home sensor", .enabled(if: Repository.hasRecords), arguments: ClusterServer.Kind.allCases)
    func realRecords(_ kind: ClusterServer.Kind) async throws {
        let file = Repository.records.appending(path: "eve-58h/eve.json.gz").path
        let server = try await SharedServer.withRecords(kind)
        let expected = try await Self.told(try EVESource(.read("paths: [\"\(file)\"]"), PluginContext()))
        let found = try await Self.told(
            try ElasticsearchSource(.read("urls: [\"\(server.url)\"]\nindex: real-*"), PluginContext()))
        #expect(expected.count > 50)
        for column in ["host", "software", "alerts", "hosts_seen"] {
            #expect(expected.values.contains { $0[column] != "" }, "nothing was said of \(column)")
        }
        Self.expectEqual(found, expected)
    }

    @Test(
        "of Zeek's real logs, as Filebeat's module for Zeek writes them", .enabled(if: Repository.hasRecords),
        arguments: ClusterServer.Kind.allCases)
    func zeek(_ kind: ClusterServer.Kind) async throws {
        let logs = ["conn", "dns", "http", "ssl", "files", "weird"].flatMap { log in
            (0..<2).map { hour in
                let folder = log == "conn" ? "zeek-72h" : "zeek-72h-protocols"
                return Repository.records.appending(path: "\(folder)/\(log).2024-04-19T0\(hour).log.gz").path
            }
        }
        let folder = try Scratch()
        let python = try #require(
            ["/usr/bin/python3", "/usr/local/bin/python3"].first(where: FileManager.default.isExecutableFile))
        let script = Repository.root.appending(path: "Tests/ElasticsearchRecordsTests/filebeat.py").path
        let written = try await Command.run([python, script] + logs, in: folder)
        try #require(written.code == 0, "\(written.errors)")
        let server = try await SharedServer.of(kind)
        let documents = written.output.split(separator: "\n").map(String.init)
        try await server.load(documents, into: "filebeat-zeek", mapping: Self.ecs)
        let window = TimeWindow(
            since: Timestamp(seconds: 1_713_484_800), until: Timestamp(seconds: 1_713_484_800 + 7200))
        let paths = logs.map { "\"\($0)\"" }.joined(separator: ", ")
        let expected = try await Self.told(try ZeekSource(.read("paths: [\(paths)]"), PluginContext()), window)
        let found = try await Self.told(
            try ElasticsearchSource(.read("urls: [\"\(server.url)\"]\nschema: zeek-ecs"), PluginContext()), window)
        for column in ["host", "user_agents", "urls", "statuses", "files", "notices"] {
            #expect(expected.values.contains { $0[column] != "" }, "nothing was said of \(column)")
        }
        Self.expectEqual(found, expected)
    }

    /// Six hours of the same records.
    private static let morning = TimeWindow(
        since: Timestamp(seconds: 1_693_800_000), until: Timestamp(seconds: 1_693_821_600))

    @Test(
        "context_index and context_filter choose other records; where there are none the report says so",
        .enabled(if: Repository.hasRecords))
    func choices() async throws {
        let server = try await SharedServer.withRecords(.osmem)
        func outcome(_ options: String) async throws -> RunOutcome {
            try await Runs.run(
                try ElasticsearchSource(
                    .read("urls: [\"\(server.url)\"]\nindex: real-*\n\(options)"), PluginContext()),
                Self.morning, [ContextEnricher(ContextOptions())], CountingDetector(minimumCount: 4))
        }
        func said(_ column: String, _ outcome: RunOutcome) -> Bool {
            outcome.findings.contains { $0.evidence[column] != nil }
        }
        let usual = try await outcome("filter: \"event_type:flow\"")
        #expect(said("hosts_seen", usual) && said("alerts", usual))
        let elsewhere = try await outcome("context_index: nowhere-*")
        #expect(!said("hosts_seen", elsewhere) && elsewhere.findings.count == usual.findings.count)
        #expect(elsewhere.run.warnings.contains { $0.contains("no records besides flows") })
    }

    @Test(
        "where the cluster fails to say more, findings stand and the report tells why",
        .enabled(if: Repository.hasRecords))
    func failing() async throws {
        let server = try await SharedServer.withRecords(.osmem)
        let proxy = try FaultProxy(to: server.port) { passed in
            passed.body.contains("\"dns\"") ? .status(503, retryAfter: nil) : .none
        }
        defer { proxy.stop() }
        let options = "urls: [\"\(proxy.url)\"]\nindex: real-*"
        let outcome = try await Runs.run(
            try ElasticsearchSource(.read(options), PluginContext(), policy: RetryPolicy(retries: 0)), Self.morning,
            [ContextEnricher(ContextOptions())], CountingDetector(minimumCount: 4))
        #expect(outcome.findings.count > 5)
        #expect(outcome.run.warnings.contains { $0.contains("could not be read again") && $0.contains("503") })
    }

    /// The types of ECS that are searched.
    private static let ecs = {
        let words = [
            "network.transport", "event.dataset", "zeek.session_id", "dns.question.name", "zeek.dns.query",
            "zeek.dns.answers", "zeek.ssl.server.name", "zeek.ssl.cert_chain_fps", "tls.client.ja3",
            "url.domain",
            "user_agent.original",
        ].map { ($0, "keyword") }
        let addresses = ["source.ip", "destination.ip", "zeek.files.tx_host", "zeek.files.rx_host"].map {
            ($0, "keyword")
        }
        let ports = ["source.port", "destination.port"].map { ($0, "integer") }
        let fields = (words + addresses + ports + [("@timestamp", "date")]).map { "\"\($0)\":{\"type\":\"\($1)\"}" }
        return "{\"mappings\":{\"dynamic\":false,\"properties\":{\(fields.joined(separator: ","))}}}"
    }()
}
