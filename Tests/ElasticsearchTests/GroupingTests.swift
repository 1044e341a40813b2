import FlareKit
import Focus
import Foundation
import Testing

@testable import Elasticsearch

/// Grouping in the cluster: the same findings, of fewer bytes.
@Suite("grouping in the cluster", .serialized, .enabled(if: ClusterServer.Kind.osmem.program != nil))
struct GroupingTests {
    /// Addresses as keywords: the server of these tests confuses some addresses of the type `ip` when it groups by them.
    static let mapping = SampleFlowDocuments.mapping.replacing("\"type\":\"ip\"", with: "\"type\":\"keyword\"")
    static let window = TimeWindow(
        since: Timestamp(seconds: 1_714_521_600), until: Timestamp(seconds: 1_714_521_600 + 90_000))

    @Test("yields the same findings, counts and census as reading all, with push too")
    func sameFindings() async throws {
        let flows = SampleFlowDocuments.generated(channels: 1500, beacons: 6)
        let server = try await ClusterServer(.osmem)
        defer { server.stop() }
        try await server.load(flows.documents, into: "logstash-flow-x", mapping: Self.mapping)
        let focus = try FocusEnricher(.read("direction: outbound"), PluginContext())
        let expected = try await Runs.file(flows, Self.window, filters: [focus])
        #expect(expected.rows.count == 6)

        let whole = try FaultProxy(to: server.port)
        let all = try await Runs.cluster("urls: [\"\(whole.url)\"]\ngroup: false", Self.window, filters: [focus])
        whole.stop()
        #expect(all.rows == expected.rows)

        for size in [10_000, 100] {
            let proxy = try FaultProxy(to: server.port)
            let grouped = try await Runs.cluster(
                "urls: [\"\(proxy.url)\"]\ngroup_page: \(size)", Self.window, filters: [focus])
            proxy.stop()
            #expect(grouped.warnings == [])
            #expect(grouped.rows == expected.rows)
            #expect(grouped.channels == expected.channels)
            #expect(grouped.dropped == expected.dropped)
            #expect(grouped.used == expected.used)
            #expect(proxy.bytes < whole.bytes)
        }

        let proxy = try FaultProxy(to: server.port)
        let pushed = try await Runs.cluster(
            "urls: [\"\(proxy.url)\"]\npush: true\ngroup_page: 50", Self.window, filters: [focus])
        proxy.stop()
        #expect(pushed.rows == expected.rows)
        #expect(pushed.warnings.contains { $0.contains("kept") })
    }

    @Test("that the server cannot do, or the window does not allow, is said, and all is read")
    func cannotGroup() async throws {
        let flows = SampleFlowDocuments.generated(channels: 50, beacons: 1)
        let server = try await ClusterServer(.noida)
        defer { server.stop() }
        try await server.load(flows.documents, into: "logstash-flow-x", mapping: Self.mapping)
        let outcome = try await Runs.cluster("urls: [\"\(server.url)\"]", Self.window)
        #expect(outcome.warnings.contains { $0.contains("all records are read") })
        #expect(outcome.used == flows.eve.count)
    }
}

/// The bytes that grouping saves, at the size of a small site. Takes minutes: Benchmarks/Cluster/run asks for it.
@Suite("the bytes of grouping", .enabled(if: ProcessInfo.processInfo.environment["FLARE_CLUSTER_BENCHMARK"] != nil))
struct GroupingBytesTests {
    @Test("of 20,000 channels whose candidates hold 4 % of the flows are less than a tenth")
    func bytes() async throws {
        let flows = SampleFlowDocuments.generated(channels: 20_000, fewest: 2, beacons: 30)
        let server = try await ClusterServer(.osmem)
        defer { server.stop() }
        try await server.load(flows.documents, into: "logstash-flow-x", mapping: GroupingTests.mapping)
        var bytes: [String: Int] = [:]
        var rows: Set<[String]> = []
        for (name, options) in [("all", "group: false"), ("grouped", ""), ("pushed", "push: true")] {
            let proxy = try FaultProxy(to: server.port)
            let begin = ContinuousClock.now
            let outcome = try await Runs.cluster("urls: [\"\(proxy.url)\"]\n\(options)", GroupingTests.window)
            print("\(name): \(proxy.bytes) bytes, \(ContinuousClock.now - begin), \(outcome.rows.count) findings")
            proxy.stop()
            bytes[name] = proxy.bytes
            rows.insert(outcome.rows)
        }
        let all = try #require(bytes["all"])
        let grouped = try #require(bytes["grouped"])
        let pushed = try #require(bytes["pushed"])
        print("of all bytes: grouped \(grouped * 1000 / all) ‰, pushed \(pushed * 1000 / all) ‰")
        #expect(rows.count == 1)
        #expect(grouped * 10 < all)
        #expect(pushed * 20 < all)
        #expect(grouped < all * 4 / 100 + 150 * 20_030)
    }
}
