import Beacon
import Context
import FlareKit
import FlareKitTesting
import Foundation
import HTTP
import Suricata
import TestClusters
import Testing
import Zeek

@testable import ClickHouse

/// Findings of tables and of files with the same records, over servers that run on this machine.
@Suite("from tables of ClickHouse, findings equal those from files", .serialized, .enabled(if: DatabaseServer.areThere))
struct DatabaseRunTests {
    static let window = TimeWindow(since: Timestamp("2017-06-08T00:00:00Z"), until: Timestamp("2017-06-11T00:00:00Z"))

    struct Outcome {
        /// Every column of every finding.
        var rows: [String]
        var used: Int
        var isBalanced: Bool
        var channels: Int
        var warnings: [String]

        init(_ outcome: RunOutcome) {
            rows = outcome.findings.map { finding in
                outcome.columns.map { "\($0.name)=\($0.value(of: finding)?.description ?? "")" }.joined(separator: " ")
            }
            used = outcome.run.ingest.used["flow"]?.count ?? 0
            isBalanced = outcome.run.ingest.isBalanced
            channels = outcome.run.channels
            warnings = outcome.run.warnings
        }
    }

    static func run(_ source: any Source, _ detector: String = "beacon-classic", window: TimeWindow = window)
        async throws
        -> Outcome
    {
        let isClassic = detector == "beacon-classic"
        let made: any Detector =
            isClassic
            ? try ClassicBeaconDetector(.read(""), PluginContext()) : try BeaconDetector(.read(""), PluginContext())
        let pipeline = Pipeline(
            name: "test", window: .between(window), sources: [.init("source", source)],
            enrichers: isClassic ? [] : [.init("context", ContextEnricher(ContextOptions()))],
            detectors: [.init(detector, made)], sinks: [])
        return Outcome(try await RunEngine(version: "0", now: Timestamp("2017-06-11T00:00:00Z")!).run(pipeline))
    }

    static func database(
        _ server: DatabaseServer, _ options: String, pages: ClickHouseSource.PageSizes = .init()
    ) throws -> ClickHouseSource {
        try ClickHouseSource(.read("urls: [\"\(server.url)\"]\n\(options)"), PluginContext(), pages: pages)
    }

    static func suricata() throws -> (source: EVESource, folder: Scratch) {
        let folder = try Scratch()
        let file = try folder.file("eve.json", SampleTables.eve.joined(separator: "\n") + "\n")
        return (try EVESource(.read("paths: [\"\(file)\"]"), PluginContext()), folder)
    }

    static func zeek(fraction: Bool) throws -> (source: ZeekSource, folder: Scratch) {
        let folder = try Scratch()
        for (log, rows) in SampleTables.zeek(fraction: fraction) {
            let lines = rows.map { SampleTables.text($0.merging(["_path": log]) { $1 }) }
            try folder.file("\(log).log", lines.joined(separator: "\n") + "\n")
        }
        return (try ZeekSource(.read("paths: [\"\(folder.path)/*.log\"]"), PluginContext()), folder)
    }

    @Test(
        "of Suricata's events, whatever the server does and however small its answers are",
        arguments: DatabaseServer.Kind.allCases)
    func suricata(_ kind: DatabaseServer.Kind) async throws {
        let server = try await SharedDatabase.of(kind)
        let file = try Self.suricata()
        let expected = try await Self.run(file.source)
        #expect(expected.rows.count > 1)
        for (grouping, pages) in [
            ("channels", ClickHouseSource.PageSizes()), ("channels", .init(records: 500, channels: 100)),
            ("off", .init(records: 1000)), ("filtered", .init()),
        ] {
            let options = "database: suricata_db\nschema: suricata\ngrouping: \(grouping)"
            let found = try await Self.run(try Self.database(server, options, pages: pages))
            #expect(found.rows == expected.rows, "\(grouping)")
            #expect(found.used == expected.used && found.isBalanced)
            if grouping == "filtered" {
                #expect(found.warnings.contains { $0.contains("kept channels") })
            } else {
                #expect(found.channels == expected.channels)
                #expect(found.warnings == [])
            }
        }
    }

    @Test("of Suricata's events toward names, with what was said", arguments: DatabaseServer.Kind.allCases)
    func suricataNames(_ kind: DatabaseServer.Kind) async throws {
        let server = try await SharedDatabase.of(kind)
        let folder = try Scratch()
        // The tables have no lookups.
        let lines = SampleTables.eve.filter { !$0.contains("\"event_type\":\"dns\"") }
        let file = try folder.file("eve.json", lines.joined(separator: "\n") + "\n")
        let expected = try await Self.run(try EVESource(.read("paths: [\"\(file)\"]"), PluginContext()), "beacon")
        #expect(expected.rows.count > 10)
        for grouping in ["channels", "off"] {
            let options = "database: suricata_db\nschema: suricata\ngrouping: \(grouping)"
            let found = try await Self.run(try Self.database(server, options), "beacon")
            #expect(found.used == expected.used && found.isBalanced)
            #expect(Set(found.rows.map(Self.told)) == Set(expected.rows.map(Self.told)))
        }
    }

    /// What was seen and said of a channel, without what tables have no columns of (a certificate's number), and what follows from a
    /// sensor that looked for lookups and saw none.
    private static func told(_ row: String) -> String {
        let words = /(cert_serial|priority|weight|severity|why|modifiers|incident\w*)=.*?(?= \w+=|$)/
        return row.replacing(words, with: "")
    }

    @Test("of Zeek's logs", arguments: DatabaseServer.Kind.allCases)
    func zeek(_ kind: DatabaseServer.Kind) async throws {
        let server = try await SharedDatabase.of(kind)
        let files = try Self.zeek(fraction: true)
        let expected = try await Self.run(files.source, "beacon")
        #expect(expected.rows.count > 10)
        let found = try await Self.run(try Self.database(server, "database: zeek_db\nschema: zeek"), "beacon")
        #expect(found.used == expected.used && found.isBalanced)
        #expect(found.rows == expected.rows)
    }

    @Test(
        "of RITA's database, of which the second copies of connections are left out",
        arguments: DatabaseServer.Kind.allCases)
    func rita(_ kind: DatabaseServer.Kind) async throws {
        let server = try await SharedDatabase.of(kind)
        let files = try Self.zeek(fraction: false)
        let expected = try await Self.run(files.source, "beacon")
        #expect(expected.rows.count > 10)
        let found = try await Self.run(try Self.database(server, "database: rita_db"), "beacon")
        #expect(found.used == expected.used && found.isBalanced)
        #expect(found.rows == expected.rows)
    }

    @Test("of a part of the time, to the microsecond", arguments: DatabaseServer.Kind.allCases)
    func window(_ kind: DatabaseServer.Kind) async throws {
        let server = try await SharedDatabase.of(kind)
        let file = try Self.suricata()
        let part = TimeWindow(
            since: Timestamp("2017-06-09T03:30:00.250001Z"), until: Timestamp("2017-06-09T17:00:00.999999Z"))
        let expected = try await Self.run(file.source, window: part)
        let found = try await Self.run(
            try Self.database(server, "database: suricata_db\nschema: suricata"), window: part)
        #expect(expected.rows.count > 1)
        #expect(found.rows == expected.rows)
        #expect(found.used == expected.used)
        #expect(found.channels == expected.channels)
    }

    /// Flows of which some lack something: the start, both times, an address, a port that is none.
    private static let odd = [
        ("'2017-06-09T01:00:00.5Z'", "'2017-06-09T01:01:00Z'", "'10.0.0.1'", "443"),
        ("NULL", "'2017-06-09T01:02:00.25Z'", "'10.0.0.1'", "443"),
        ("''", "'2017-06-09T01:03:00Z'", "'10.0.0.1'", "443"),
        ("NULL", "'never'", "'10.0.0.1'", "443"), ("'2017-06-09T01:05:00Z'", "''", "'nobody'", "443"),
        ("'2017-06-09T01:06:00Z'", "''", "NULL", "443"), ("'2017-06-09T01:07:00Z'", "''", "'10.0.0.1'", "70000"),
    ]

    @Test(
        "what cannot be read is rejected under its reason, and the counts add up",
        arguments: DatabaseServer.Kind.allCases)
    func oddRows(_ kind: DatabaseServer.Kind) async throws {
        let server = try await SharedDatabase.of(kind)
        try await server.run("DROP TABLE IF EXISTS odd")
        try await server.run(
            "CREATE TABLE odd (event_type String, flow_start Nullable(String), timestamp String, src_ip Nullable(String), "
                + "dest_ip String, dest_port UInt32) ENGINE = Memory")
        let rows = Self.odd.map { "('flow', \($0), \($1), \($2), '203.0.113.1', \($3))" }
        try await server.run("INSERT INTO odd VALUES \(rows.joined(separator: ", "))")
        for grouping in ["channels", "off"] {
            let source = try Self.database(server, "schema: suricata\ntable: odd\ngrouping: \(grouping)")
            let pipeline = Pipeline(
                name: "test", window: .all, sources: [.init("source", source)], enrichers: [],
                detectors: [.init("counting", CountingDetector(minimumCount: 1))], sinks: [])
            let run = try await RunEngine(version: "0", now: Timestamp("2017-06-11T00:00:00Z")!).run(pipeline).run
            #expect(run.ingest.isBalanced && run.ingest.read == Self.odd.count, "\(grouping)")
            #expect(run.ingest.used["flow"]?.count == 3)
            #expect(
                run.ingest.rejected.mapValues(\.count)
                    == ["no readable time": 1, "no readable source address": 2, "no readable port": 1], "\(grouping)")
            #expect(run.warnings.contains("2 flows of default.odd have no start; the time of writing is taken for it"))
        }
    }

    @Test("how many cursors read never matters", arguments: DatabaseServer.Kind.allCases)
    func law(_ kind: DatabaseServer.Kind) async throws {
        let server = try await SharedDatabase.of(kind)
        let source = try Self.database(server, "database: rita_db\nconnections: 7", pages: .init(records: 500))
        let scan = Scan(
            window: Self.window, kinds: [.flow: [.bytesToServer, .id], .tls: [.host, .id]],
            now: Timestamp("2017-06-11T00:00:00Z")!)
        #expect(try await SourceLaw.breaches(of: source, scan) == [])
        await source.close()
    }

    @Test("of a folder of Parquet files, by a view of ClickHouse's")
    func parquet() async throws {
        let server = try await SharedDatabase.of(.chDB)
        let folder = try Scratch()
        for (part, condition) in ["<", ">="].enumerated() {
            try await server.run(
                "INSERT INTO FUNCTION file('\(folder.path)/\(part).parquet') SELECT * FROM suricata_db.suricata "
                    + "WHERE timestamp \(condition) '2017-06-09 12:00:00'")
        }
        try await server.run("CREATE VIEW parquet_flows AS SELECT * FROM file('\(folder.path)/*.parquet')")
        let file = try Self.suricata()
        let expected = try await Self.run(file.source)
        let found = try await Self.run(try Self.database(server, "schema: suricata\ntable: parquet_flows"))
        #expect(found.rows == expected.rows)
        #expect(found.used == expected.used)
    }
}
