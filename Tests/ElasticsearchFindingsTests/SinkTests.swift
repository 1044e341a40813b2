import FlareKit
import FlareKitTesting
import Foundation
import HTTP
import Synchronization
import TestClusters
import Testing

@testable import ElasticsearchClient
@testable import ElasticsearchFindings
@testable import flare

/// Findings as documents of a cluster.
@Suite("the sink elasticsearch", .serialized, .enabled(if: ClusterServer.areThere))
struct SinkTests {
    static let end = Timestamp(seconds: 1_714_600_000)
    static let header = RunHeader(pipeline: "test", version: "0", started: end, sources: ["eve"])

    static func finding(_ number: UInt32, score: Double = 0.9) -> Finding {
        let key = ChannelKey(
            source: IPAddress(v4: 0xC0A8_0001 + number), peer: .address(IPAddress(v4: 0xC633_6401)), port: 443, proto: 6
        )
        var finding = Finding(detector: "beacon", subject: .channel(key), score: score, summary: "calls every 60 s")
        finding.firstSeen = Timestamp(seconds: 1_714_590_000)
        finding.lastSeen = Timestamp(seconds: 1_714_599_000)
        finding.interval = 60
        finding.bytesToServer = 1200
        return finding
    }

    static func write(
        _ findings: [Finding], to server: ClusterServer, through url: String? = nil, _ options: String = "",
        policy: RetryPolicy = RetryPolicy(), batch: Int = 500
    ) async throws {
        let sink = try ElasticsearchSink(
            .read("urls: [\"\(url ?? server.url)\"]\n\(options)", folder: NSTemporaryDirectory()),
            PluginContext(folder: NSTemporaryDirectory()), policy: policy, batch: batch)
        let fields = BuiltInPlugins.registry.descriptors.flatMap(\.evidence) + [.techniques]
        try await sink.begin(header, Column.all(with: fields), resume: nil)
        try await sink.write(findings)
        var run = Run(header: header, window: TimeWindow(until: end), ingest: IngestCounts(), ingestBySource: [:])
        run.findings = findings.count
        _ = try await sink.commit(run)
    }

    static func documents(_ index: String, _ server: ClusterServer) async throws -> [JSON] {
        try await server.request("POST", "/\(index)/_refresh")
        let answer = try await server.request("POST", "/\(index)/_search", #"{"size":100}"#)
        let hits = try JSON(parsing: Array(answer.text.utf8))["hits", "hits"]?.elements ?? []
        return hits.compactMap { $0["_source"] }
    }

    @Test("leaves the same documents where the same run is done twice", arguments: ClusterServer.Kind.allCases)
    func idempotent(_ kind: ClusterServer.Kind) async throws {
        let server = try await ClusterServer(kind)
        let findings = (0..<7).map { Self.finding($0) }
        for _ in 0..<2 { try await Self.write(findings, to: server, batch: 3) }
        let documents = try await Self.documents("flare-findings-2024.05.01", server)
        #expect(documents.count == 7)
        let first = documents.first { $0["source", "ip"]?.text == "192.168.0.1" }
        #expect(first?["event", "kind"] == "alert")
        #expect(first?["destination", "port"] == 443)
        #expect(first?["network", "transport"] == "tcp")
        #expect(first?["rule", "name"] == "beacon")
        #expect(first?["flare", "interval"]?.number == 60)
        #expect(try await Self.documents("flare-runs", server).count == 1)
        let mapping = try await server.request("GET", "/flare-findings-2024.05.01/_mapping").text
        #expect(mapping.contains(#""ip":{"type":"ip"}"#))
    }

    @Test("every field of every built-in plugin arrives, typed, and is found", arguments: ClusterServer.Kind.allCases)
    func everyField(_ kind: ClusterServer.Kind) async throws {
        let server = try await ClusterServer(kind)
        var names: Set<String> = []
        let fields = (BuiltInPlugins.registry.descriptors.flatMap(\.evidence) + [.addresses])
            .filter { names.insert($0.name).inserted }
        let columns = Column.all(with: fields)
        let findings = FullFinding.findings(3, with: fields)
        let sink = try ElasticsearchSink(
            .read("urls: [\"\(server.url)\"]", folder: NSTemporaryDirectory()),
            PluginContext(folder: NSTemporaryDirectory()))
        try await sink.begin(Self.header, columns, resume: nil)
        try await sink.write(findings)
        var run = Run(
            header: Self.header, window: TimeWindow(until: Self.end), ingest: IngestCounts(), ingestBySource: [:])
        run.findings = findings.count
        run.dropped = [
            DroppedChannels(filter: "history", rule: DroppedChannels.known, channels: 2, records: 9, findings: 2)
        ]
        _ = try await sink.commit(run)
        let documents = try await Self.documents("flare-findings-2024.05.01", server)
        #expect(documents.count == 3)
        for finding in findings {
            let document = try #require(documents.first { $0["source", "ip"]?.text == finding.source?.description })
            for column in columns where column.name != "modifiers" {
                let written = document["flare", column.name]
                let isSame: Bool =
                    switch column.value(of: finding) {
                    case .text(let text)?: written?.text == text
                    case .integer(let number)?: written?.integer == number
                    case .number(let number)?: written?.number == number
                    case .boolean(let flag)?: written == .boolean(flag)
                    case .time(let time)?: written?.text == time.description
                    case .address(let address)?: written?.text == address.description
                    case .texts(let texts)?: written?.elements?.compactMap(\.text) == texts
                    // Only what known software explains is expected.
                    case nil: column.name == "expected" && written == nil
                    }
                #expect(isSame, "\(column.name): \(written?.description ?? "is not there")")
            }
            let modifiers = document["flare", "modifiers"]?.elements ?? []
            #expect(modifiers.map { $0["name"]?.text } == finding.modifiers.map(\.name))
            #expect(modifiers.map { $0["amount"]?.number } == finding.modifiers.map(\.amount))
            #expect(modifiers.map { $0["reason"]?.text } == finding.modifiers.map(\.reason))
        }
        let runs = try await Self.documents("flare-runs", server)
        #expect(runs.first?["flare", "dropped"]?.elements?.first?["findings"]?.integer == 2)
        // Objects are searched by their parts, which a keyword of the same name would not have.
        let query = #"{"query":{"term":{"flare.modifiers.name":"prevalence"}}}"#
        let found = try await server.request("POST", "/flare-findings-2024.05.01/_search", query).text
        #expect(try JSON(parsing: Array(found.utf8))["hits", "hits"]?.elements?.count == 3)
    }

    @Test(
        "what the sensor said stands in the fields of ECS, and is found by them", arguments: ClusterServer.Kind.allCases
    )
    func whatWasSaid(_ kind: ClusterServer.Kind) async throws {
        let server = try await ClusterServer(kind)
        var (web, tls, dns) = (Self.finding(1), Self.finding(2), Self.finding(3))
        web.host = "c2.example"
        web.evidence = [
            "host_from": .text("http"), "user_agents": .texts(["curl/8", "+4 more"]), "urls": .texts(["/gate.php?a=1"]),
            "methods": .texts(["POST"]), "statuses": .texts(["200", "404"]),
            "alerts": .texts(["ET MALWARE × 2 × 17", "+1 more"]),
        ]
        tls.host = "c2.example"
        tls.evidence = [
            "techniques": .texts(["T1071.001", "T1573"]),
            "host_from": .text("sni"), "ja3": .texts(["0011"]), "cert_subject": .texts(["CN=c2"]),
            "cert_issuer": .texts(["CN=c2"]),
            "cert_hash": .texts([Array(repeating: "ab", count: 20).joined(separator: ":")]),
        ]
        dns.host = "c2.example"
        dns.evidence = ["host_from": .text("dns-answer"), "queries": .texts(["a.example", "+3 more"])]
        try await Self.write([web, tls, dns, Self.finding(4)], to: server)
        let index = "flare-findings-2024.05.01"
        let documents = try await Self.documents(index, server)
        let find = { (number: Int) in documents.first { $0["source", "ip"]?.text == "192.168.0.\(number + 1)" } }
        let (page, handshake, lookup) = (try #require(find(1)), try #require(find(2)), try #require(find(3)))
        #expect(page["user_agent", "original"] == ["curl/8"])
        #expect(page["url", "full"] == ["http://c2.example/gate.php?a=1"])
        #expect(page["url", "domain"] == "c2.example")
        #expect(page["http", "request", "method"] == ["POST"])
        #expect(page["http", "response", "status_code"] == [200, 404])
        #expect(page["rule", "name"] == ["beacon", "ET MALWARE × 2"])
        #expect(handshake["tls", "client", "server_name"] == "c2.example")
        #expect(handshake["tls", "client", "ja3"] == ["0011"])
        #expect(handshake["tls", "server", "subject"] == ["CN=c2"])
        #expect(handshake["tls", "server", "hash", "sha1"] == [.text(String(repeating: "AB", count: 20))])
        #expect(handshake["threat", "framework"] == "MITRE ATT&CK")
        #expect(handshake["threat", "technique", "id"] == ["T1071.001", "T1573"])
        #expect(lookup["threat"] == nil)
        #expect(lookup["dns", "question", "name"] == ["c2.example", "a.example"])
        for said in ["dns", "http", "tls", "url", "user_agent"] { #expect(find(4)?[said] == nil) }
        let query = #"{"query":{"term":{"tls.client.ja3":"0011"}}}"#
        let found = try await server.request("POST", "/\(index)/_search", query).text
        #expect(try JSON(parsing: Array(found.utf8))["hits", "hits"]?.elements?.count == 1)
    }

    @Test("writes again what the cluster was too busy for, that alone, and once")
    func busyForSome() async throws {
        let server = try await ClusterServer(.noida)
        let bulks = Mutex(0)
        let proxy = try FaultProxy(to: server.port) { passed in
            guard passed.line.contains("_bulk"), passed.body.contains("192.168.0.1") else { return .none }
            guard
                bulks.withLock({ count in
                    count += 1; return count
                }) == 1
            else { return .none }
            return .body { body in
                let text = String(decoding: body, as: UTF8.self)
                let busy = #""status":429,"error":{"type":"es_rejected_execution_exception","reason":"queue is full"}"#
                guard let place = text.range(of: #""status":201"#) else { return body }
                return Array(text.replacingCharacters(in: place, with: busy).utf8)
            }
        }
        defer { proxy.stop() }
        try await Self.write((0..<3).map { Self.finding($0) }, to: server, through: proxy.url)
        // Three findings and the run.
        let written = proxy.requests.filter { $0.line.contains("_bulk") && $0.body.contains("192.168.0.1") }
            .map { $0.body.split(separator: "\n").count / 2 }
        #expect(written == [4, 1])
        #expect(try await Self.documents("flare-findings-2024.05.01", server).count == 3)
    }

    @Test("adds a changed finding to a data stream once more, and an unchanged one never again")
    func dataStream() async throws {
        let server = try await ClusterServer(.noida)
        let options = "data_stream: logs-flare.findings-default"
        try await Self.write([Self.finding(1)], to: server, options)
        try await Self.write([Self.finding(1)], to: server, options)
        #expect(try await Self.documents("logs-flare.findings-default", server).count == 1)
        try await Self.write([Self.finding(1, score: 0.5)], to: server, options)
        #expect(try await Self.documents("logs-flare.findings-default", server).count == 2)
    }

    @Test("puts a refused document into the dead-letter file, and writes the others")
    func deadLetter() async throws {
        let server = try await ClusterServer(.noida)
        // Somebody's own mapping, to which the address of a name does not fit.
        try await server.request(
            "PUT", "/flare-findings-2024.05.01",
            #"{"mappings":{"properties":{"destination":{"properties":{"address":{"type":"ip"}}}}}}"#)
        let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).jsonl")
        defer { try? FileManager.default.removeItem(at: file) }
        let named = Finding(
            detector: "beacon",
            subject: .channel(
                ChannelKey(source: IPAddress(v4: 0xC0A8_0009), peer: .name("c2.example"), port: 443, proto: 6)),
            score: 1, summary: "calls every 60 s")
        let error = await #expect(throws: PluginError.self) {
            try await Self.write(
                [Self.finding(1), named], to: server, "dead_letter: \(file.path)\ninstall_template: false")
        }
        #expect(error?.description.contains("1 of 3 documents were refused") == true)
        #expect(try String(contentsOf: file, encoding: .utf8).contains("c2.example"))
        #expect(try await Self.documents("flare-findings-2024.05.01", server).count == 1)
    }

    @Test("keeps a refused document also where the cluster stays too busy for another one")
    func deadLetterOfBusyCluster() async throws {
        let server = try await ClusterServer(.noida)
        let proxy = try FaultProxy(to: server.port) { passed in
            guard passed.line.contains("_bulk") else { return .none }
            return .body { body in
                var text = String(decoding: body, as: UTF8.self)
                let answers = [
                    #""status":429,"error":{"reason":"queue is full"}"#,
                    #""status":400,"error":{"reason":"no such type"}"#,
                ]
                for answer in answers {
                    guard let place = text.range(of: #""status":20"#) else { continue }
                    text.replaceSubrange(place.lowerBound..<text.index(after: place.upperBound), with: answer)
                }
                return Array(text.utf8)
            }
        }
        defer { proxy.stop() }
        let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).jsonl")
        defer { try? FileManager.default.removeItem(at: file) }
        let error = await #expect(throws: PluginError.self) {
            try await Self.write(
                [Self.finding(1), Self.finding(2)], to: server, through: proxy.url,
                "dead_letter: \(file.path)", policy: RetryPolicy(retries: 0))
        }
        #expect(error?.description.contains("queue is full") == true)
        #expect(try String(contentsOf: file, encoding: .utf8).contains("no such type"))
    }
}
