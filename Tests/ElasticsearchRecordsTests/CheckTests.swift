import FlareKit
import Foundation
import TestClusters
import Testing

@testable import ElasticsearchClient
@testable import ElasticsearchFindings
@testable import ElasticsearchRecords

/// What a check says of a cluster.
@Suite("checking a cluster", .serialized, .enabled(if: ClusterServer.areThere))
struct CheckTests {
    static let question = CheckQuestion(
        window: SharedServer.window, kinds: [.flow: [.bytesToServer]],
        now: Timestamp(seconds: Date().timeIntervalSince1970))

    static func remarks(
        _ options: String, _ kind: ClusterServer.Kind = .noida, _ question: CheckQuestion = question
    ) async throws -> [CheckRemark] {
        let server = try await SharedServer.of(kind)
        let source = try ElasticsearchSource(.read("urls: [\"\(server.url)\"]\n\(options)"), PluginContext())
        let remarks = await source.check(question)
        await source.close()
        return remarks
    }

    @Test("of what is right, names server, indices, counts and fields", arguments: ClusterServer.Kind.allCases)
    func right(_ kind: ClusterServer.Kind) async throws {
        let remarks = try await Self.remarks("index: logstash-flow-few", kind)
        let text = remarks.map(\.text).joined(separator: "\n")
        #expect(!remarks.contains { $0.state == .wrong }, "\(text)")
        #expect(text.contains(kind == .noida ? "is Elasticsearch 8.15" : "is OpenSearch 3.8"))
        #expect(text.contains("logstash-flow-few matches 1 indices (logstash-flow-few)"))
        let flows = SharedServer.fewFlows.eve.count
        #expect(text.contains("\(flows) documents are left after the schema's choice (event_type: flow)"))
        #expect(text.contains("\(flows) documents are left after the window"))
        #expect(text.contains("source: src_ip is ip, in 100.0 % of the documents"))
    }

    @Test("an index that is not there is wrong, and those that are are named")
    func noIndex() async throws {
        let remarks = try await Self.remarks("index: logstash-flows-*")
        let wrong = try #require(remarks.first { $0.state == .wrong })
        #expect(wrong.text == "no index matches logstash-flows-*")
        #expect(wrong.remedy?.contains("logstash-flow-*") == true)
    }

    @Test("the fields of another schema are recognized, with the line to change")
    func anotherSchema() async throws {
        let remarks = try await Self.remarks("index: logstash-flow-few\nschema: suricata-ecs")
        #expect(remarks.contains { $0.state == .wrong && $0.text.contains("there is no field source.ip") })
        #expect(remarks.contains { $0.remedy == "schema: suricata" })
    }

    @Test("a window without documents is where they are lost")
    func emptyWindow() async throws {
        var question = Self.question
        question.window = TimeWindow(since: Timestamp(seconds: 1_000_000_000), until: Timestamp(seconds: 1_000_086_400))
        let remarks = try await Self.remarks("index: logstash-flow-few", .noida, question)
        let lost = try #require(remarks.first { $0.remedy == "this is where all documents are lost" })
        #expect(lost.text.hasPrefix("0 documents are left after the window"))
    }

    @Test("the filter is counted")
    func filters() async throws {
        let remarks = try await Self.remarks(
            "index: logstash-flow-few\nfilter: 'proto:TCP'", .osmem)
        let flows = SharedServer.fewFlows.eve
        let kept = flows.filter { $0.contains(#""proto":"TCP""#) }
        let text = remarks.map(\.text).joined(separator: "\n")
        #expect(text.contains("\(kept.count) documents are left after filter proto:TCP"), "\(text)")
    }

    @Test("a server that is not there is one wrong thing, with what to do")
    func noServer() async throws {
        let dead = try ClusterServer.freePort()
        let source = try ElasticsearchSource(.read("urls: [\"http://127.0.0.1:\(dead)\"]"), PluginContext())
        let remarks = await source.check(Self.question)
        await source.close()
        #expect(remarks.map(\.state) == [.wrong])
        #expect(remarks.first?.text.contains("127.0.0.1:\(dead)") == true)
    }

    @Test("of a sink, says whether it may write, and writes nothing", arguments: ClusterServer.Kind.allCases)
    func sink(_ kind: ClusterServer.Kind) async throws {
        let server = try await SharedServer.of(kind)
        let sink = try ElasticsearchSink(
            .read("urls: [\"\(server.url)\"]\nindex: \"checked-{yyyy}\""), PluginContext())
        let remarks = await sink.check(Self.question)
        #expect(!remarks.contains { $0.state == .wrong }, "\(remarks.map(\.text))")
        #expect(remarks.contains { $0.text == "checked-2024 may be written to" })
        let found = try await server.request("GET", "/checked-2024/_count").text
        #expect(found.contains("\"count\":0") || found.contains("index_not_found"))
    }

    @Test("clocks are compared by the server's Date")
    func clocks() {
        let now = Timestamp(seconds: 784_111_777)
        #expect(ServerCheck.difference("Sun, 06 Nov 1994 08:49:37 GMT", now) == 0)
        #expect(ServerCheck.difference("Sun, 06 Nov 1994 08:50:07 GMT", now) == 30)
        #expect(ServerCheck.difference("yesterday", now) == nil)
    }
}
