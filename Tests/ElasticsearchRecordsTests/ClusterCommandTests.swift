import FlareKit
import Foundation
import TestClusters
import Testing

@testable import ElasticsearchClient
@testable import ElasticsearchFindings
@testable import ElasticsearchRecords

/// The command over a cluster.
@Suite("the command over a cluster", .serialized, .enabled(if: ClusterServer.areThere))
struct ClusterCommandTests {
    static func pipeline(_ server: ClusterServer, _ source: String = "", window: String = "all") -> String {
        """
        version: 1
        window: \(window)
        sources:
          - plugin: elasticsearch
            urls: ["\(server.url)"]
            index: logstash-flow-few
            \(source)
        detectors:
          - plugin: beacon-classic
        sinks:
          - plugin: csv
            path: "-"
        """
    }

    @Test("check ends with 0 where all is right, and with 1 and what to do where not")
    func check() async throws {
        let server = try await SharedServer.of(.noida)
        let scratch = try Scratch()
        try scratch.file("right.yaml", Self.pipeline(server))
        try scratch.file("wrong.yaml", Self.pipeline(server, "schema: zeek-ecs"))
        let right = try await Command.flare("check", "right.yaml", in: scratch)
        #expect(right.code == 0, "\(right.errors)")
        #expect(right.output.contains("ok     \(server.url) is Elasticsearch"))
        let wrong = try await Command.flare("check", "wrong.yaml", in: scratch)
        #expect(wrong.code == 1)
        #expect(wrong.output.contains("→ schema: suricata"))
    }

    @Test("a run that finds no documents says why, and ends with 4")
    func emptyRun() async throws {
        let server = try await SharedServer.of(.noida)
        let scratch = try Scratch()
        try scratch.file("empty.yaml", Self.pipeline(server, window: "24h"))
        let result = try await Command.flare("run", "empty.yaml", in: scratch)
        #expect(result.code == 4, "\(result.errors)")
        #expect(result.errors.contains("0 documents are left after the window"))
        #expect(result.errors.contains("this is where all documents are lost"))
    }

    @Test("hunt finds indices and schema by itself, says so, and keeps a pipeline that does the same")
    func hunt() async throws {
        let server = try await SharedServer.of(.osmem)
        let scratch = try Scratch()
        let result = try await Command.flare(
            "hunt", server.url, "--index", "logstash-flow-many", "--detector", "beacon-classic", "--since",
            "2024-05-01T00:00:00Z", "--until", "2024-05-02T01:00:00Z", "--csv", "found.csv", "--save", "kept.yaml",
            environment: ["FLARE_ES_USERNAME": "reader", "FLARE_ES_PASSWORD": "geheim"], in: scratch)
        #expect(result.code == 0, "\(result.errors)")
        #expect(result.errors.contains("schema: suricata ("))
        #expect(result.errors.contains("index: logstash-flow-many, \(SharedServer.flows.eve.count) flows"))
        let found = try scratch.read("found.csv")
        #expect(found.split(whereSeparator: \.isNewline).count == 7, "\(found) \(result.errors)")
        let kept = try scratch.read("kept.yaml")
        #expect(kept.contains("${FLARE_ES_PASSWORD}") && !kept.contains("geheim"))
        let again = try await Command.flare(
            "run", "kept.yaml", "--since", "2024-05-01T00:00:00Z", "--until", "2024-05-02T01:00:00Z",
            environment: ["FLARE_ES_USERNAME": "reader", "FLARE_ES_PASSWORD": "geheim"], in: scratch)
        #expect(again.code == 0, "\(again.errors)")
        #expect(try scratch.read("found.csv") == found)
    }

    @Test("hunt in a cluster without flows is one error that says what to do")
    func huntNothing() async throws {
        let server = try await SharedServer.of(.noida)
        let scratch = try Scratch()
        let result = try await Command.flare("hunt", server.url, "--index", "nothing-*", in: scratch)
        #expect(result.code == 1)
        #expect(result.errors.contains("no known schema fits nothing-*; name the indices with --index"))
    }

    /// As original Flare's own selks4.ini, with all the quirks: no event_key, `''` for nothing.
    static func ini(_ server: ClusterServer) -> String {
        """
        [beacon]
        es_host=127.0.0.1
        es_index=logstash-flow-many
        es_port=\(server.port)
        use_ssl=False
        es_timeout=480
        min_occur=10
        min_interval=30
        min_percent=30
        window=2
        threads=8
        period=24
        kibana_version=5
        verbose=true
        debug=false
        #Elasticsearch fields for beaconing
        field_source_ip=src_ip
        field_destination_ip=dest_ip
        field_destination_port=dest_port
        field_timestamp=@timestamp
        field_flow_bytes_toserver=bytes_toserver
        field_flow_id=flow_id
        event_type=flow
        username=''
        password=''
        suricata_defaults = true
        """
    }

    @Test("convert makes a pipeline of original Flare's configuration that finds the same beacons")
    func convert() async throws {
        let server = try await SharedServer.of(.osmem)
        let scratch = try Scratch()
        try scratch.file("selks4.ini", Self.ini(server))
        let converted = try await Command.flare("convert", "selks4.ini", "-o", "selks4.yaml", in: scratch)
        #expect(converted.code == 0, "\(converted.errors)")
        #expect(converted.errors.contains("there is no event_key"))
        #expect(try scratch.read("selks4.yaml").contains(#"bytes_toserver: "flow.bytes_toserver""#))
        let validated = try await Command.flare("validate", "selks4.yaml", in: scratch)
        #expect(validated.code == 0, "\(validated.errors)")
        let run = try await Command.flare(
            "run", "selks4.yaml", "--since", "2024-05-01T00:00:00Z", "--until", "2024-05-02T01:00:00Z", in: scratch)
        #expect(run.code == 0, "\(run.errors)")
        #expect(run.output.components(separatedBy: "185.141.62.").count == 7, "\(run.output)")
    }

    @Test("beacon takes the same configuration, and ends with 0 where it holds no records, with the reason")
    func beacon() async throws {
        let server = try await SharedServer.of(.osmem)
        let scratch = try Scratch()
        try scratch.file("selks4.ini", Self.ini(server))
        let empty = try await Command.flare(
            "beacon", "-c", "selks4.ini", "--focus_outbound", "--group", "-html", "b.html", "-mo", "12", in: scratch)
        #expect(empty.code == 0, "\(empty.errors)")
        #expect(empty.errors.contains("this is where all documents are lost"))
        // The twenty callbacks began in May 2024: so many hours ago.
        let hours = Int(Date().timeIntervalSince1970 - 1_714_521_600) / 3600 + 1
        let found = try await Command.flare(
            "beacon", "-c", "selks4.ini", "--focus_outbound", "-csv", "b.csv", "-pd", String(hours), in: scratch)
        #expect(found.code == 0, "\(found.errors)")
        #expect(try scratch.read("b.csv").split(whereSeparator: \.isNewline).count == 7, "\(found.errors)")
    }
}
