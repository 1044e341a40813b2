import FlareKit
import FlareKitTesting
import Foundation
import Testing

/// One small plugin of each form that the frame promises to carry, run by the engine itself.
@Suite("Every form of plugin runs in the engine")
struct FormsOfPluginsTests {
    static let noon = 1_700_000_000.0

    /// Two hosts call two servers, one of them often.
    static let flows: [MemoryRecord] = {
        var records: [MemoryRecord] = []
        for call in 0..<50 {
            let time = noon + Double(call) * 60
            records.append(MemoryRecord(at: time, from: "10.0.0.1", to: "203.0.113.9", up: Int64(call)))
        }
        for call in 0..<5 {
            let time = noon + Double(call) * 100
            records.append(MemoryRecord(at: time, from: "10.0.0.2", to: "203.0.113.9"))
        }
        for call in 0..<3 {
            let time = noon + Double(call) * 7
            records.append(MemoryRecord(at: time, from: "10.0.0.2", to: "198.51.100.7", port: 53, proto: 17))
        }
        return records
    }()

    static func engine(_ now: Double = noon + 86_400) -> RunEngine {
        RunEngine(version: "test", now: Timestamp(seconds: now))
    }

    static func run(
        _ source: any Source, _ detector: any Detector, window: WindowRequest = .all, threads: Int = 2,
        enrichers: [any Enricher] = [], sink: MemorySink = MemorySink()
    ) async throws -> RunOutcome {
        try await engine().run(
            Pipeline(
                name: "test", window: window, sources: [.init("memory", source)],
                enrichers: enrichers.enumerated().map { .init("enricher\($0.offset)", $0.element) },
                detectors: [.init(detector.name, detector)], sinks: [.init("sink", sink)], threads: threads))
    }

    @Test("a source of flows, a detector of single channels, a sink")
    func plainForm() async throws {
        let sink = MemorySink()
        let outcome = try await Self.run(MemorySource(Self.flows), CountingDetector(minimumCount: 4), sink: sink)
        #expect(outcome.findings.map(\.occurrences) == [50, 5])
        #expect(outcome.findings[0].bytesToServer == 1225)
        #expect(outcome.findings[0].destinationDegree == 2)
        #expect(outcome.findings[0].evidence["judged"] == .integer(2))
        #expect(outcome.run.channels == 3)
        #expect(sink.events.first == .begin(columns: outcome.columns.map(\.name), mark: nil))
        #expect(sink.events.last == .commit)
        #expect(outcome.run.ingest.isBalanced)
    }

    @Test("the same findings with 1, 2 and 7 threads", arguments: [1, 2, 7])
    func threadsDoNotMatter(threads: Int) async throws {
        let sink = MemorySink()
        _ = try await Self.run(
            MemorySource(Self.flows.shuffled(), batchSize: 7), CountingDetector(), threads: threads, sink: sink)
        let reference = MemorySink()
        _ = try await Self.run(MemorySource(Self.flows), CountingDetector(), threads: 1, sink: reference)
        #expect(sink.rows == reference.rows)
        #expect(sink.findings.map(\.sizes) == reference.findings.map(\.sizes))
    }

    @Test("a cluster that groups by itself yields the findings and the census of reading all, and sends less")
    func clusterForm() async throws {
        let cluster = MemoryCluster(Self.flows)
        let grouped = MemorySink()
        let outcome = try await Self.run(cluster, CountingDetector(minimumCount: 10), sink: grouped)
        let read = MemorySink()
        _ = try await Self.run(MemorySource(Self.flows), CountingDetector(minimumCount: 10), sink: read)
        #expect(grouped.rows == read.rows)
        #expect(cluster.fetched == 50)
        #expect(outcome.run.ingest.usedCount == Self.flows.count)
        #expect(outcome.run.channels == 3)
    }

    @Test("a cluster that cannot group is read whole")
    func clusterThatCannotGroup() async throws {
        let cluster = MemoryCluster(Self.flows, canGroup: false)
        let outcome = try await Self.run(cluster, CountingDetector(minimumCount: 10))
        #expect(outcome.findings.count == 1)
        #expect(cluster.fetched == Self.flows.count)
    }

    @Test("a detector that needs all channels at once settles them")
    func settlingForm() async throws {
        let scan = (1...20).map {
            MemoryRecord(at: Self.noon + Double($0), from: "10.0.0.9", to: "203.0.113.\($0)", port: 22)
        }
        let outcome = try await Self.run(MemorySource(Self.flows + scan), FanOutDetector(fewestPeers: 20))
        #expect(outcome.findings.map(\.subject) == [.source(try #require(IPAddress("10.0.0.9")))])
    }

    @Test("channels toward names: a host behind many addresses is one channel, a flow without a name keeps its address")
    func namedPeers() async throws {
        var records: [MemoryRecord] = []
        for call in 0..<30 {
            let address = "203.0.113.\(call % 10)"
            records.append(
                MemoryRecord(at: Self.noon + Double(call) * 60, from: "10.0.0.1", to: address, id: Int64(call)))
            records.append(
                MemoryRecord(
                    .tls, at: Self.noon + Double(call) * 60, from: "10.0.0.1", to: address, id: Int64(call),
                    texts: [.host: "Beacon.Example.NET."]))
        }
        records.append(MemoryRecord(at: Self.noon + 5, from: "10.0.0.1", to: "203.0.113.1", id: 99))
        let outcome = try await Self.run(
            MemorySource(records, batchSize: 3), CountingDetector(grouping: Grouping(by: .host)))
        #expect(outcome.findings.map { $0.channel?.peer.description } == ["beacon.example.net", "203.0.113.1"])
        #expect(outcome.findings.map(\.occurrences) == [30, 1])
        #expect(
            outcome.findings[0].evidence["addresses"] == .texts((0..<10).map { "203.0.113.\($0)" }))
    }

    @Test("records of another kind: lookups grouped by the domain asked for")
    func otherKinds() async throws {
        let lookups = (0..<40).map {
            MemoryRecord(
                .dns, at: Self.noon + Double($0) * 60, from: "10.0.0.1", to: $0 % 2 == 0 ? "8.8.8.8" : "1.1.1.1",
                port: 53, proto: 17, texts: [.query: "c2.example.org"])
        }
        let outcome = try await Self.run(
            MemorySource(lookups + Self.flows), CountingDetector(grouping: Grouping(by: .domain)))
        #expect(outcome.findings.map { $0.channel?.peer } == [.name("c2.example.org")])
        #expect(outcome.findings.first?.occurrences == 40)
        #expect(outcome.run.ingest.skipped["flow"]?.count == Self.flows.count)
    }

    @Test("two groupings in one run: each detector has its own channels and census")
    func twoGroupings() async throws {
        let sink = MemorySink()
        let outcome = try await Self.engine().run(
            Pipeline(
                name: "test", sources: [.init("memory", MemorySource(Self.flows))],
                detectors: [
                    .init("by port", CountingDetector()),
                    .init("by address", CountingDetector(), grouping: Grouping(ignoring: [.port, .proto])),
                ], sinks: [.init("sink", sink)]))
        #expect(outcome.run.detectors.map(\.judged) == [3, 3])
        #expect(outcome.findings.filter { $0.channel?.port == nil }.count == 3)
    }

    @Test("an external plugin answers batches through plain data alone")
    func outsideForm() async throws {
        let outcome = try await Self.run(MemorySource(Self.flows), ExternalDetector(), threads: 3)
        #expect(outcome.findings.map(\.summary) == ["50 records from outside"])
    }
}

/// Judges batches as a process or a library outside would: everything crosses as bytes.
private struct ExternalDetector: Detector {
    struct Content: Judgement {
        var score: Double
        var count: Int
    }

    let name = "outside"
    let demand = Demand(minimumCount: 10)

    func judge(_ batch: ChannelBatch, _ census: Census) async throws -> [Content?] {
        let question = try JSONEncoder().encode(batch.channels.map(\.times))
        let times = try JSONDecoder().decode([[Int64]].self, from: question)
        let answer = try JSONEncoder().encode(times.map { Content(score: 0.5, count: $0.count) })
        return try JSONDecoder().decode([Content?].self, from: answer)
    }

    func settle(_ judged: [Judged<Content>], _ channels: ChannelTable, _ census: Census) async throws -> [Finding] {
        judged.map {
            Finding(
                detector: name, channel: channels.view($0.channel), census: census, score: $0.judgement.score,
                summary: "\($0.judgement.count) records from outside")
        }
    }
}
