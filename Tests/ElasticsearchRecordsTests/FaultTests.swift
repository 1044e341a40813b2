import FlareKit
import Foundation
import HTTP
import Synchronization
import TestClusters
import Testing

@testable import ElasticsearchClient
@testable import ElasticsearchFindings
@testable import ElasticsearchRecords

/// What goes wrong between Flare and a cluster ends in right findings or in one clear error, never in a short result.
@Suite("faults between Flare and a cluster", .serialized, .enabled(if: ClusterServer.areThere))
struct FaultTests {
    static let flows = SharedServer.fewFlows
    static let window = SharedServer.window

    /// Runs over a server with the flows, through a proxy that follows a plan.
    ///
    /// - Returns: the outcome or the error, and the requests that passed.
    static func run(
        _ options: String = "", plan: @escaping @Sendable (FaultProxy.Passed) -> FaultProxy.Fault
    ) async throws -> (result: Result<Runs.Outcome, any Error>, requests: [FaultProxy.Passed]) {
        let server = try await SharedServer.of(.noida)
        let proxy = try FaultProxy(to: server.port, plan: plan)
        defer { proxy.stop() }
        let text = "urls: [\"\(proxy.url)\"]\nindex: logstash-flow-few\ngrouping: off\n\(options)"
        var policy = RetryPolicy(retries: 5)
        policy.pause = { _ in }
        let source = try ElasticsearchSource(.read(text), PluginContext(), policy: policy, pages: Runs.small)
        do {
            let outcome = try await Runs.run(source, window, [])
            return (.success(Runs.Outcome(outcome)), proxy.requests)
        } catch {
            return (.failure(error), proxy.requests)
        }
    }

    /// Whether a request asks for a page of hits.
    static func isPage(_ passed: FaultProxy.Passed) -> Bool { passed.body.contains("\"_source\"") }

    /// Faults that pass, each as it befalls one request of three.
    static let passing: [(name: String, fault: FaultProxy.Fault)] = [
        ("late answers", .delay(0.02)), ("resets inside bodies", .resetInBody), ("truncated bodies", .truncated),
        ("lost answers", .lostAnswer), ("malformed JSON", .malformed), ("429", .status(429, retryAfter: 0)),
        ("502", .status(502, retryAfter: nil)), ("503", .status(503, retryAfter: nil)),
        ("504", .status(504, retryAfter: nil)),
    ]

    @Test("that pass leave findings right and count no record twice", arguments: FaultTests.passing.indices)
    func passingFaults(_ place: Int) async throws {
        let expected = try await Runs.file(Self.flows, Self.window)
        let fault = Self.passing[place].fault
        let (result, _) = try await Self.run { $0.number % 3 == 1 ? fault : .none }
        let outcome = try result.get()
        #expect(outcome.rows == expected.rows, "\(Self.passing[place].name)")
        #expect(outcome.used == Self.flows.eve.count)
    }

    @Test("a server that trickles is asked again once its time is up")
    func slowServer() async throws {
        let stalled = Mutex(0)
        let (result, _) = try await Self.run("timeout: 8s") { passed in
            guard Self.isPage(passed) else { return .none }
            return stalled.withLock { count in
                count += 1
                return count == 2 ? .stall : .none
            }
        }
        #expect(try result.get().used == Self.flows.eve.count)
    }

    /// Answers to pages that are an error, and what it says.
    static let lasting: [(name: String, fault: FaultProxy.Fault, says: String)] = [
        ("a storm of 429 without end", .status(429, retryAfter: nil), "status 429"),
        ("a storm of 503 without end", .status(503, retryAfter: nil), "status 503"),
        ("bodies that always break off", .truncated, "broke off"),
        ("bodies that never unpack", .malformed, "cannot be unpacked"),
        ("bodies that never are JSON", .answer(200, body: #"{"took":1,"hits":"#), "not what a search answers"),
        (
            "a point in time that expired",
            .answer(
                404,
                body:
                    #"{"error":{"type":"search_phase_execution_exception","reason":"all shards failed","failed_shards":[{"reason":{"type":"search_context_missing_exception","reason":"No search context found for id [1]"}}]},"status":404}"#
            ), "search context"
        ),
        (
            "a part of the shards",
            .answer(
                200,
                body:
                    #"{"timed_out":false,"_shards":{"total":2,"successful":1,"failed":1,"failures":[{"reason":{"type":"x","reason":"a disk broke"}}]},"hits":{"hits":[]}}"#
            ), "1 of 2 shards failed: a disk broke"
        ),
        (
            "time that ran out in the cluster",
            .answer(
                200, body: #"{"timed_out":true,"_shards":{"total":1,"successful":1,"failed":0},"hits":{"hits":[]}}"#),
            "ran out of time"
        ),
        (
            "an end that comes too early",
            .answer(
                200, body: #"{"timed_out":false,"_shards":{"total":1,"successful":1,"failed":0},"hits":{"hits":[]}}"#),
            "the cluster counted"
        ),
        (
            "a right that is missing", .answer(403, body: #"{"error":{"type":"security_exception","reason":"no"}}"#),
            "403"
        ),
    ]

    @Test("that last are one clear error, and what was opened is closed", arguments: FaultTests.lasting.indices)
    func lastingFaults(_ place: Int) async throws {
        let (name, fault, says) = Self.lasting[place]
        let pages = Mutex(0)
        let (result, requests) = try await Self.run("connections: 1") { passed in
            guard Self.isPage(passed) else { return .none }
            return pages.withLock { count in
                count += 1
                return count > 2 ? fault : .none
            }
        }
        let error = #expect(throws: PluginError.self, "\(name)") { try result.get() }
        #expect(error?.description.contains(says) == true, "\(error?.description ?? "")")
        #expect(requests.last?.line.hasPrefix("DELETE /_pit") == true)
    }

    @Test("allow_partial takes an answer without some shards")
    func allowedPart() async throws {
        let (result, _) = try await Self.run("connections: 1\nallow_partial: true") { passed in
            guard Self.isPage(passed), passed.body.contains("search_after") else { return .none }
            return .answer(
                200, body: #"{"timed_out":false,"_shards":{"total":2,"successful":1,"failed":1},"hits":{"hits":[]}}"#)
        }
        #expect(try result.get().used == 100)
    }

    /// Root answers of servers that have no point in time.
    static let old: [(kind: ClusterServer.Kind, root: String)] = [
        (.noida, #"{"version":{"number":"7.10.2"}}"#),
        (.osmem, #"{"version":{"number":"1.3.20","distribution":"opensearch"}}"#),
    ]

    @Test("an old server is read by scroll with the same findings, and its scrolls are closed", arguments: [0, 1])
    func scroll(_ place: Int) async throws {
        let (kind, root) = Self.old[place]
        let server = try await SharedServer.of(kind)
        let proxy = try FaultProxy(to: server.port) { passed in
            passed.line.hasPrefix("GET / ") ? .answer(200, body: root) : .none
        }
        defer { proxy.stop() }
        let outcome = try await Runs.cluster(
            "urls: [\"\(proxy.url)\"]\nindex: logstash-flow-few\ngrouping: off", Self.window, pages: Runs.small)
        #expect(outcome.rows == (try await Runs.file(Self.flows, Self.window)).rows)
        #expect(outcome.used == Self.flows.eve.count)
        #expect(proxy.requests.contains { $0.line.contains("scroll=") })
        #expect(proxy.requests.contains { $0.line.hasPrefix("DELETE /_search/scroll") })
    }

    @Test("an answer of a scroll that is lost is one clear error, for the next one would leave a page out")
    func lostScroll() async throws {
        let server = try await SharedServer.of(.noida)
        let proxy = try FaultProxy(to: server.port) { passed in
            if passed.line.hasPrefix("GET / ") { return .answer(200, body: Self.old[0].root) }
            return passed.line.hasPrefix("POST /_search/scroll") ? .lostAnswer : .none
        }
        defer { proxy.stop() }
        let error = await #expect(throws: PluginError.self) {
            try await Runs.cluster(
                "urls: [\"\(proxy.url)\"]\nindex: logstash-flow-few\ngrouping: off", Self.window, pages: Runs.small)
        }
        #expect(error?.description.contains("a scroll cannot be read on after a lost answer") == true)
    }

    @Test("of several servers, the next is asked where one does not answer")
    func failover() async throws {
        let server = try await SharedServer.of(.noida)
        let dead = try ClusterServer.freePort()
        let outcome = try await Runs.cluster(
            "urls: [\"http://127.0.0.1:\(dead)\", \"\(server.url)\"]\nindex: logstash-flow-few\ngrouping: off",
            Self.window)
        #expect(outcome.used == Self.flows.eve.count)
    }

    @Test("a server that is not there is an error that says so")
    func noServer() async throws {
        let dead = try ClusterServer.freePort()
        let error = await #expect(throws: PluginError.self) {
            try await Runs.cluster("urls: [\"http://127.0.0.1:\(dead)\"]", Self.window)
        }
        #expect(error?.description.contains("127.0.0.1:\(dead)") == true)
    }
}
