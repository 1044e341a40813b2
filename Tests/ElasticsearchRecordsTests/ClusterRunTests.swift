import Beacon
import FlareKit
import FlareKitTesting
import Foundation
import Suricata
import TestClusters
import Testing

@testable import ElasticsearchClient
@testable import ElasticsearchFindings
@testable import ElasticsearchRecords

/// Findings through a cluster and from a file of the same records, over servers that run on this machine.
@Suite("through a cluster, findings equal those from a file", .serialized, .enabled(if: ClusterServer.areThere))
struct ClusterRunTests {
    /// The window of all real records, both ends given.
    static let window = TimeWindow(
        since: Timestamp(seconds: 1_693_612_800), until: Timestamp(seconds: 1_693_958_400))

    @Test(
        "of real records of a home sensor", .enabled(if: Repository.hasRecords), arguments: ClusterServer.Kind.allCases)
    func realRecords(_ kind: ClusterServer.Kind) async throws {
        let flows = try SampleFlowDocuments.homeSensor()
        let server = try await SharedServer.withRecords(kind)
        let window = Self.window
        let expected = try await Runs.file(flows, window)
        #expect(expected.rows.count > 5)
        // What cannot group is read page by page.
        let outcome = try await Runs.cluster(
            "urls: [\"\(server.url)\"]\nindex: real-*", window, pages: .init(documents: kind == .osmem ? 5000 : 2000))
        #expect(outcome.rows == expected.rows)
        #expect(outcome.used == flows.eve.count)
        #expect(outcome.channels == expected.channels)
    }
}

/// Runs of one detector over a file or a cluster.
enum Runs {
    struct Outcome: Sendable {
        /// Every column of every finding.
        var rows: [String]
        var used: Int
        var channels: Int
        var warnings: [String]
        var dropped: [DroppedChannels]
        var conditions: [RunOutcome.Condition]

        init(_ outcome: RunOutcome) {
            rows = outcome.findings.map { finding in
                outcome.columns.map { "\($0.name)=\($0.value(of: finding)?.description ?? "")" }.joined(separator: " ")
            }
            used = outcome.run.ingest.used["flow"]?.count ?? 0
            channels = outcome.run.channels
            warnings = outcome.run.warnings
            dropped = outcome.run.dropped
            conditions = outcome.conditions
        }
    }

    static func file(
        _ flows: SampleFlowDocuments, _ window: TimeWindow, filters: [any Enricher] = [],
        _ detector: (any Detector)? = nil
    ) async throws -> Outcome {
        let folder = FileManager.default.temporaryDirectory.appending(path: "flare-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "eve.json")
        try flows.eve.joined(separator: "\n").appending("\n").write(to: file, atomically: false, encoding: .utf8)
        let source = try EVESource(.read("paths: [\"\(file.path)\"]"), PluginContext())
        return Outcome(try await run(source, window, filters, detector))
    }

    static func cluster(
        _ options: String, _ window: TimeWindow, filters: [any Enricher] = [], _ detector: (any Detector)? = nil,
        pages: ElasticsearchSource.PageSizes = .init()
    ) async throws -> Outcome {
        let source = try ElasticsearchSource(.read(options), SSHServer.trusting, pages: pages)
        return Outcome(try await run(source, window, filters, detector))
    }

    /// Pages so small that a test sees several.
    static let small = ElasticsearchSource.PageSizes(documents: 100)

    /// - Parameter detector: original Flare's method where none is given.
    static func run(
        _ source: any Source, _ window: TimeWindow, _ filters: [any Enricher], _ detector: (any Detector)? = nil
    ) async throws -> RunOutcome {
        let classic = try ClassicBeaconDetector(.read(""), PluginContext())
        let pipeline = Pipeline(
            name: "test", window: .between(window), sources: [.init("source", source)],
            enrichers: filters.map { .init("filter", $0) },
            detectors: [.init("beacon", detector ?? classic)], sinks: [])
        let now = window.until ?? Timestamp(seconds: 0)
        return try await RunEngine(version: "0", now: now).run(pipeline)
    }
}
