import FlareKit
import Foundation
import Synchronization
import TestClusters
import Testing

@testable import ElasticsearchClient
@testable import ElasticsearchFindings
@testable import ElasticsearchRecords

/// Who asks, and by which way.
@Suite("the way to a cluster", .serialized, .enabled(if: ClusterServer.areThere))
struct ConnectionTests {
    private static let secret = "not-to-be-shown"

    @Test(
        "a token and an API key stand in every request, and in no error",
        arguments: [
            ("token", "Bearer \(secret)"), ("api_key", "ApiKey \(Data("id:\(secret)".utf8).base64EncodedString())"),
        ])
    func credentials(_ option: String, _ header: String) async throws {
        let isClosed = Mutex(false)
        let server = try await SharedServer.of(.noida)
        let proxy = try FaultProxy(to: server.port) { passed in
            isClosed.withLock { $0 } ? .answer(401, body: #"{"error":"who are you"}"#) : .none
        }
        defer { proxy.stop() }
        let text = """
            urls: ["\(proxy.url)"]
            index: logstash-flow-few
            grouping: off
            auth: {\(option): "${SECRET}"}
            """
        let environment = ["SECRET": option == "token" ? Self.secret : "id:\(Self.secret)"]
        let source = { try ElasticsearchSource(.read(text, environment: environment), PluginContext()) }
        let outcome = Runs.Outcome(try await Runs.run(try source(), SharedServer.window, []))
        #expect(outcome.used == SharedServer.fewFlows.eve.count)
        #expect(proxy.requests.allSatisfy { $0.authorization == header })
        isClosed.withLock { $0 = true }
        let error = await #expect(throws: (any Error).self) {
            _ = try await Runs.run(try source(), SharedServer.window, [])
        }
        let said = error.map { "\($0)" } ?? ""
        #expect(said.contains("401"), "\(said)")
        #expect(!said.contains(Self.secret) && !said.contains(header.split(separator: " ")[1]))
    }

    @Test("an HTTP proxy is asked for a cluster that only it can reach")
    func proxy() async throws {
        let server = try await SharedServer.of(.noida)
        let proxy = try FaultProxy(to: server.port)
        defer { proxy.stop() }
        let outcome = try await Runs.cluster(
            "urls: [\"http://cluster.invalid:9200\"]\nproxy: \(proxy.url)\nindex: logstash-flow-few\ngrouping: off",
            SharedServer.window)
        #expect(outcome.used == SharedServer.fewFlows.eve.count)
        #expect(proxy.requests.contains { $0.line.hasPrefix("CONNECT cluster.invalid:9200") })
        #expect(proxy.requests.contains { $0.line.contains("_search") })
    }
}
