import Beacon
import FlareKit
import FlareKitTesting
import Focus
import Foundation
import HTTP
import Synchronization
import TestClusters
import Testing

@testable import ElasticsearchClient
@testable import ElasticsearchFindings
@testable import ElasticsearchRecords

/// Grouping in the cluster: the same findings, of fewer bytes.
@Suite("grouping in the cluster", .serialized, .enabled(if: ClusterServer.areThere))
struct GroupingTests {
    @Test("yields the same findings, counts and census as reading all, and filtering there too")
    func sameFindings() async throws {
        let flows = SharedServer.flows
        let server = try await SharedServer.of(.osmem)
        let focus = try FocusEnricher(.read("direction: outbound"), PluginContext())
        let expected = try await Runs.file(flows, SharedServer.window, filters: [focus])
        #expect(expected.rows.count == 6)

        let whole = try FaultProxy(to: server.port)
        let all = try await Runs.cluster(
            "urls: [\"\(whole.url)\"]\nindex: logstash-flow-many\ngrouping: off", SharedServer.window, filters: [focus])
        whole.stop()
        #expect(all.rows == expected.rows)

        for size in [10_000, 100] {
            let proxy = try FaultProxy(to: server.port)
            let grouped = try await Runs.cluster(
                "urls: [\"\(proxy.url)\"]\nindex: logstash-flow-many", SharedServer.window, filters: [focus],
                pages: .init(channels: size))
            proxy.stop()
            #expect(grouped.warnings == [])
            #expect(grouped.rows == expected.rows)
            #expect(grouped.channels == expected.channels)
            #expect(grouped.dropped == expected.dropped)
            #expect(grouped.used == expected.used)
            // Six beacons of twenty flows are the candidates, some of the other channels reach no demand.
            let share = 6 * 20 * whole.bytes / flows.eve.count
            #expect(proxy.bytes < share + 150 * (expected.channels + 1))
        }

        let emptyPages = Mutex(0)
        let proxy = try FaultProxy(to: server.port) { _ in
            .body { body in
                let text = String(decoding: body, as: UTF8.self)
                if text.contains("after_key"), !text.contains("doc_count") { emptyPages.withLock { $0 += 1 } }
                return body
            }
        }
        let filtered = try await Runs.cluster(
            "urls: [\"\(proxy.url)\"]\nindex: logstash-flow-many\ngrouping: filtered", SharedServer.window,
            filters: [focus], pages: .init(channels: 50))
        proxy.stop()
        #expect(filtered.rows == expected.rows)
        // A page whose buckets are all left out is no end.
        #expect(emptyPages.withLock { $0 } > 0)
        #expect(filtered.warnings.contains { $0.contains("kept") })
    }

    /// Whether a request asks for a page of channels.
    private static func isPage(_ passed: FaultProxy.Passed) -> Bool { passed.body.contains("\"composite\"") }

    private static func grouped(
        _ fault: FaultProxy.Fault, on places: @escaping @Sendable (Int) -> Bool
    ) async throws -> Runs.Outcome {
        let server = try await SharedServer.of(.osmem)
        let pages = Mutex(0)
        let proxy = try FaultProxy(to: server.port) { passed in
            guard isPage(passed) else { return .none }
            return places(
                pages.withLock { count in
                    count += 1; return count
                }) ? fault : .none
        }
        defer { proxy.stop() }
        var policy = RetryPolicy(retries: 3)
        policy.pause = { _ in }
        let text = "urls: [\"\(proxy.url)\"]\nindex: logstash-keyword-few"
        let source = try ElasticsearchSource(.read(text), PluginContext(), policy: policy, pages: .init(channels: 10))
        return Runs.Outcome(try await Runs.run(source, SharedServer.window, []))
    }

    @Test("counts that cannot be are not believed: the flows themselves are read", arguments: ["channels", "filtered"])
    func largeCounts(grouping: String) async throws {
        let server = try await SharedServer.of(.osmem)
        let expected = try await Runs.file(SharedServer.flows, SharedServer.window)
        let proxy = try FaultProxy(to: server.port) { _ in
            .body { body in
                let text = String(decoding: body, as: UTF8.self)
                guard text.contains("after_key") else { return body }
                return Array(
                    text.replacingOccurrences(
                        of: "\"doc_count\":[0-9]+", with: "\"doc_count\":4611686018427387904",
                        options: .regularExpression
                    ).utf8)
            }
        }
        let grouped = try await Runs.cluster(
            "urls: [\"\(proxy.url)\"]\nindex: logstash-flow-many\ngrouping: \(grouping)", SharedServer.window)
        proxy.stop()
        #expect(grouped.rows == expected.rows)
        #expect(grouped.used == expected.used)
    }

    @Test("faults of its pages that pass change nothing", arguments: FaultTests.passing.indices)
    func passingFaults(_ place: Int) async throws {
        let expected = try await Runs.file(SharedServer.fewFlows, SharedServer.window)
        let outcome = try await Self.grouped(FaultTests.passing[place].fault) { $0 % 2 == 1 }
        #expect(outcome.rows == expected.rows, "\(FaultTests.passing[place].name)")
        #expect(outcome.channels == expected.channels)
    }

    @Test("faults of its pages that last are one clear error", arguments: FaultTests.passing.indices.dropFirst())
    func lastingFaults(_ place: Int) async throws {
        let error = await #expect(throws: PluginError.self, "\(FaultTests.passing[place].name)") {
            _ = try await Self.grouped(FaultTests.passing[place].fault) { $0 > 1 }
        }
        #expect(error?.description.isEmpty == false)
    }

    @Test("serves the detector beacon with the same channels, counts and census")
    func beaconDetector() async throws {
        let server = try await SharedServer.of(.osmem)
        let detector = try BeaconDetector(.read("min_score: 0"), PluginContext())
        let expected = try await Runs.file(SharedServer.fewFlows, SharedServer.window, detector)
        let outcome = try await Runs.cluster(
            "urls: [\"\(server.url)\"]\nindex: logstash-keyword-few", SharedServer.window, detector)
        #expect(outcome.warnings == [])
        #expect(expected.rows.count > 0)
        #expect(outcome.rows == expected.rows)
    }

    /// Two implants that call each of 20 addresses five times: one says whom it asks for, the other looks it up before.
    private static var implants: SampleFlowDocuments {
        func time(_ second: Int) -> String { Timestamp(seconds: Double(1_714_521_600 + second)).description }
        func line(_ type: String, at second: Int, _ id: Int, from source: String, to peer: String, _ inner: String)
            -> String
        {
            let (port, proto) = type == "dns" ? (53, "UDP") : (443, "TCP")
            return #"{"timestamp":"\#(time(second))","flow_id":\#(id),"event_type":"\#(type)","src_ip":"\#(source)","#
                + #""src_port":40000,"dest_ip":"\#(peer)","dest_port":\#(port),"proto":"\#(proto)","\#(type)":{\#(inner)}}"#
        }
        var lines: [String] = []
        for call in 0..<100 {
            for (place, source) in ["192.168.77.1", "192.168.77.2"].enumerated() {
                let (second, id) = (call * 60 + call % 7 + place * 20, 1_000_000 + call * 2 + place)
                let peer = "45.\(60 + place).\(call % 20).9"
                let ends = #""start":"\#(time(second))","end":"\#(time(second))""#
                lines.append(
                    line(
                        "flow", at: second + 60, id, from: source, to: peer,
                        #""bytes_toserver":900,"bytes_toclient":900,\#(ends)"#))
                if place == 0 {
                    lines.append(line("tls", at: second, id, from: source, to: peer, #""sni":"said.example""#))
                } else {
                    let answers = #""answers":[{"rdata":"\#(peer)","ttl":60}]"#
                    lines.append(
                        line(
                            "dns", at: second - 1, id + 5000, from: source, to: "192.168.77.250",
                            #""type":"answer","rrname":"asked.example",\#(answers)"#))
                }
            }
        }
        return SampleFlowDocuments(eve: fewFlows + lines)
    }

    private static let fewFlows = SampleFlowDocuments.generated(channels: 50, beacons: 1).eve

    @Test("judges toward names as reading all does, by handshakes and lookups, and reads the flows of those alone")
    func names() async throws {
        let server = try await ClusterServer(.osmem)
        let all = Self.implants.documents
        let mapping = SharedServer.keywords
        for (type, index) in [("flow", "logstash-flow-n"), ("tls", "logstash-tls-n"), ("dns", "logstash-dns-n")] {
            let own = all.filter { $0.contains("\"event_type\":\"\(type)\"") }
            try await server.load(own, into: index, mapping: mapping)
        }
        let detector = CountingDetector(minimumCount: 6, grouping: Grouping(by: .both))
        func peers(_ options: String) async throws -> [String] {
            let source = try ElasticsearchSource(
                .read("urls: [\"\(server.url)\"]\nindex: logstash-flow-n\n\(options)"), SSHServer.trusting)
            let outcome = try await Runs.run(source, SharedServer.window, [], detector)
            #expect(outcome.run.warnings == [])
            return outcome.findings.map { finding in
                "\(finding.channel?.description ?? "") \(finding.occurrences ?? 0) \(finding.addresses.count) "
                    + "\(finding.destinationDegree ?? 0)"
            }.sorted()
        }
        let expected = try await peers("grouping: off")
        #expect(expected.contains("192.168.77.1 → said.example:443 tcp 100 20 1"), "\(expected)")
        #expect(expected.contains("192.168.77.2 → asked.example:443 tcp 100 20 1"), "\(expected)")
        #expect(try await peers("") == expected)
    }

    @Test("is not done where the start is no date: the logged time is widened, the cut made here, and it is said")
    func startIsText() async throws {
        let server = try await SharedServer.of(.osmem)
        // The flows of one hour, which were logged 90 s after their start.
        let begin = SharedServer.window.since ?? Timestamp(seconds: 0)
        let window = TimeWindow(since: begin, until: begin.advanced(by: 3_600_000_000_000))
        let expected = try await Runs.file(SharedServer.fewFlows, window)
        #expect(expected.rows.count == 4)
        let outcome = try await Runs.cluster("urls: [\"\(server.url)\"]\nindex: logstash-text-few", window)
        #expect(outcome.rows == expected.rows)
        #expect(outcome.used == expected.used)
        #expect(outcome.warnings.contains { $0.contains("flow.start is no date in the index; all records are read") })
        #expect(
            outcome.warnings.contains { $0.contains("widened by 1h (log_delay of the schema)") }, "\(outcome.warnings)")
    }

    @Test("that the server cannot do, or the window does not allow, is said, and all is read")
    func cannotGroup() async throws {
        let server = try await SharedServer.of(.noida)
        let outcome = try await Runs.cluster("urls: [\"\(server.url)\"]\nindex: logstash-flow-few", SharedServer.window)
        #expect(outcome.warnings.contains { $0.contains("all records are read") })
        #expect(outcome.used == SharedServer.fewFlows.eve.count)
    }
}

/// The bytes that grouping saves, at the size of a small site. Takes minutes: Benchmarks/Cluster/run asks for it.
@Suite("the bytes of grouping", .enabled(if: ProcessInfo.processInfo.environment["FLARE_CLUSTER_BENCHMARK"] != nil))
struct GroupingBytesTests {
    @Test("of 20,000 channels whose candidates hold 4 % of the flows are less than a tenth")
    func bytes() async throws {
        let flows = SampleFlowDocuments.generated(channels: 20_000, fewest: 2, beacons: 30)
        let server = try await ClusterServer(.osmem)
        try await server.load(flows.documents, into: "logstash-flow-x", mapping: SharedServer.keywords)
        var bytes: [String: Int] = [:]
        var rows: Set<[String]> = []
        for (name, options) in [("all", "grouping: off"), ("grouped", ""), ("filtered", "grouping: filtered")] {
            let proxy = try FaultProxy(to: server.port)
            let begin = ContinuousClock.now
            let outcome = try await Runs.cluster("urls: [\"\(proxy.url)\"]\n\(options)", SharedServer.window)
            print("\(name): \(proxy.bytes) bytes, \(ContinuousClock.now - begin), \(outcome.rows.count) findings")
            proxy.stop()
            bytes[name] = proxy.bytes
            rows.insert(outcome.rows)
        }
        let all = try #require(bytes["all"])
        let grouped = try #require(bytes["grouped"])
        let filtered = try #require(bytes["filtered"])
        print("of all bytes: grouped \(grouped * 1000 / all) ‰, filtered \(filtered * 1000 / all) ‰")
        #expect(rows.count == 1)
        #expect(grouped * 10 < all)
        #expect(filtered * 20 < all)
        #expect(grouped < all * 4 / 100 + 150 * 20_030)
    }
}
