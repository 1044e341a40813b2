import Context
import FlareKit
import FlareKitTesting
import Foundation
import Suricata
import Testing

@testable import Elasticsearch

/// What the sensor said, through a cluster and from a file of the same records.
@Suite(
    "through a cluster, what the sensor said equals that from a file", .serialized, .enabled(if: ClusterServer.areThere)
)
struct ClusterContextTests {
    /// Every channel with more than three flows, with all that was said about it: its columns by their names.
    private static func told(_ source: any Source) async throws -> [String: [String: String]] {
        let outcome = try await Runs.run(
            source, ClusterRunTests.window, [ContextEnricher(ContextOptions())], CountingDetector(minimumCount: 4))
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
}
