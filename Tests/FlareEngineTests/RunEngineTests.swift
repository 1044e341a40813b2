import FlareKit
import FlareKitTesting
import Testing

@Suite("A run")
struct RunEngineTests {
    static let noon = 1_700_000_000.0
    static let day = 86_400.0

    static func calls(_ count: Int, from start: Double = noon, every seconds: Double = 60) -> [MemoryRecord] {
        (0..<count).map { MemoryRecord(at: start + Double($0) * seconds, from: "10.0.0.1", to: "203.0.113.9") }
    }

    static func run(
        _ records: [MemoryRecord], now: Double = noon + day, threads: Int = 2,
        _ change: (inout Pipeline) -> Void = { _ in }
    ) async throws -> RunOutcome {
        var pipeline = Pipeline(
            name: "test", sources: [.init("memory", MemorySource(records))],
            detectors: [.init("counting", CountingDetector())], sinks: [.init("sink", MemorySink())], threads: threads)
        change(&pipeline)
        return try await RunEngine(version: "test", now: Timestamp(seconds: now)).run(pipeline)
    }

    @Test("a run has incidents, each finding in exactly one, and its findings name them")
    func incidents() async throws {
        let records = (0..<40).map { number in
            MemoryRecord(at: Double(number), from: "10.0.0.\(number % 4)", to: "203.0.113.1")
        }
        let outcome = try await MemoryRun.outcome(of: CountingDetector(minimumCount: 1), in: records)
        #expect(outcome.run.incidents.count == 1)
        #expect(outcome.run.incidents.flatMap(\.findings).sorted() == outcome.findings.map(\.id).sorted())
        #expect(outcome.findings.allSatisfy { $0.incident == outcome.run.incidents[0].id })
        #expect(outcome.run.incidents[0].name.hasPrefix("4 hosts → 203.0.113.1:443"))
    }

    @Test("a window relative to the newest record leaves out what is older, and counts it")
    func relativeWindow() async throws {
        let outcome = try await Self.run(Self.calls(100)) { $0.window = .last(30 * 60_000_000_000) }
        #expect(outcome.findings.first?.occurrences == 31)
        #expect(outcome.run.ingest.skipped["outside the window"]?.count == 69)
        #expect(outcome.run.ingest.skipped["outside the window"]?.first == Timestamp(seconds: Self.noon))
        #expect(outcome.run.ingest.isBalanced)
    }

    @Test("an explicit window has its beginning inside and its end outside")
    func explicitWindow() async throws {
        let outcome = try await Self.run(Self.calls(100)) {
            $0.window = .between(
                TimeWindow(since: Timestamp(seconds: Self.noon + 600), until: Timestamp(seconds: Self.noon + 1200)))
        }
        #expect(outcome.findings.first?.occurrences == 10)
        #expect(outcome.findings.first?.firstSeen == Timestamp(seconds: Self.noon + 600))
        #expect(outcome.run.ingest.skipped["outside the window"]?.count == 90)
    }

    @Test("an enricher that fails leaves the findings as they were, is named, and makes the run not whole")
    func failingEnricher() async throws {
        let sink = MemorySink()
        let outcome = try await Self.run(Self.calls(100)) {
            $0.enrichers = [.init("failing", Failing()), .init("copying", Copying(from: nil, to: "copied"))]
            $0.sinks = [.init("sink", sink)]
        }
        #expect(sink.findings.count == 1)
        #expect(sink.findings.first?.evidence["copied"] == .text("written by copied"))
        #expect(outcome.run.findings == 1)
        #expect(outcome.run.dropped.isEmpty)
        let failure =
            "enricher failing: /var/lib/history: is damaged; move it away; the findings are without what it adds"
        #expect(outcome.run.failures == [failure])
        #expect(outcome.conditions == [.notWhole(failure)])
    }

    @Test("one record dated 2099 is rejected under that name and does not move the window")
    func future() async throws {
        let wrong = MemoryRecord(at: 4_070_908_800, from: "10.0.0.1", to: "203.0.113.9")
        let outcome = try await Self.run(Self.calls(100) + [wrong]) {
            $0.window = .last(30 * 60_000_000_000)
            $0.maxRejected = 0.1
        }
        #expect(outcome.findings.first?.occurrences == 31)
        #expect(outcome.run.ingest.rejected["from the future"]?.count == 1)
        #expect(outcome.run.ingest.isBalanced)
        #expect(outcome.conditions.isEmpty)
    }

    @Test("a record five minutes ahead of the run's clock is still believed")
    func clockTolerance() async throws {
        let outcome = try await Self.run(Self.calls(2, every: 300), now: Self.noon)
        #expect(outcome.findings.first?.occurrences == 2)
    }

    @Test("an empty window says what was found instead")
    func empty() async throws {
        let records = (0..<7).map {
            MemoryRecord(.alert, at: Self.noon + Double($0), from: "10.0.0.1", to: "203.0.113.9")
        }
        let outcome = try await Self.run(records + Self.calls(3, from: Self.noon - 10 * Self.day)) {
            $0.window = .between(TimeWindow(since: Timestamp(seconds: Self.noon), until: nil))
        }
        guard case .noRecords(let why) = outcome.conditions.first else {
            Issue.record("an empty window has to be told")
            return
        }
        #expect(why.contains("7 × alert, from 2023-11-14T22:13:20Z to 2023-11-14T22:13:26Z"))
        #expect(why.contains("3 × outside the window"))
        let accepted = try await Self.run(records) { $0.acceptsEmpty = true }
        #expect(accepted.conditions.isEmpty)
    }

    @Test("a sensor that has been silent for too long is told even where an empty window is accepted")
    func maxAge() async throws {
        let outcome = try await Self.run(Self.calls(10), now: Self.noon + Self.day) {
            $0.maxAge = 7_200_000_000_000
            $0.acceptsEmpty = true
        }
        guard case .stale = outcome.conditions.first else {
            Issue.record("a silent sensor has to be told")
            return
        }
        #expect(outcome.findings.count == 1)
    }

    @Test("one sink that fails leaves the others' output, and the run is not whole")
    func failingSink() async throws {
        let good = MemorySink()
        let bad = MemorySink(failsAt: .commit)
        let outcome = try await Self.run(Self.calls(10)) { $0.sinks = [.init("bad", bad), .init("good", good)] }
        #expect(good.findings.count == 1)
        #expect(bad.events.last == .abort)
        #expect(outcome.conditions == [.notWhole("bad failed: memory: the disk is full")])
        await #expect(throws: PluginError.self) {
            try await Self.run(Self.calls(10)) { $0.sinks = [.init("bad", MemorySink(failsAt: .commit))] }
        }
    }

    @Test("a source that fails takes all outputs back")
    func failingSource() async throws {
        let sink = MemorySink()
        await #expect(throws: PluginError.self) {
            try await Self.run([]) {
                $0.sources = [.init("broken", BrokenSource())]
                $0.sinks = [.init("sink", sink)]
            }
        }
        #expect(sink.events.last == .abort)
    }

    @Test("a filter takes channels out before they are judged, counted by rule; the census still sees them")
    func filters() async throws {
        let other = (0..<4).map { MemoryRecord(at: Self.noon + Double($0), from: "10.0.0.2", to: "203.0.113.9") }
        let outcome = try await Self.run(Self.calls(10) + other) {
            $0.enrichers = [.init("only", OnlySource("10.0.0.1"))]
        }
        #expect(outcome.findings.map(\.occurrences) == [10])
        #expect(outcome.findings.first?.destinationDegree == 2)
        #expect(
            outcome.run.dropped == [DroppedChannels(filter: "only", rule: "another source", channels: 1, records: 4)])
        #expect(outcome.run.channels == 2)
    }

    @Test("enrichers run after those that write what they read, whatever their order")
    func enricherOrder() async throws {
        let outcome = try await Self.run(Self.calls(3)) {
            $0.enrichers = [
                .init("second", Copying(from: "first", to: "second")), .init("first", Copying(from: nil, to: "first")),
            ]
        }
        #expect(outcome.findings.first?.evidence["second"] == .text("written by first"))
        await #expect(throws: (any Error).self) {
            try await Self.run(Self.calls(3)) {
                $0.enrichers = [.init("a", Copying(from: "b", to: "a")), .init("b", Copying(from: "a", to: "b"))]
            }
        }
    }
}

private struct BrokenSource: Source {
    var offers: Set<RecordKind> { [.flow] }
    func open(_ scan: Scan) async throws -> [any Cursor] { throw PluginError("no such file", at: "/nowhere") }
}

/// Changes, takes out, and then fails.
private struct Failing: Enricher {
    func enrich(_ findings: inout [Finding], _ run: RunContext) async throws {
        run.ledger.drop(findings.removeFirst(), filter: run.stage, rule: "rule", records: 1)
        throw PluginError("is damaged", at: "/var/lib/history", remedy: "move it away")
    }
}

private struct OnlySource: ChannelFilter {
    let source: String
    init(_ source: String) { self.source = source }
    var predicate: Predicate? { nil }
    func verdict(_ key: ChannelKey) -> Verdict {
        key.source.description == source ? .keep : .drop(rule: "another source")
    }
}

private struct Copying: Enricher {
    let from: String?
    let to: String
    var reads: Set<String> { from.map { [$0] } ?? [] }
    var writes: [Field] { [Field(to, .text, "A copy.")] }
    func enrich(_ findings: inout [Finding], _ run: RunContext) async throws {
        for index in findings.indices {
            findings[index].evidence[to] = from.flatMap { findings[index].evidence[$0] } ?? .text("written by \(to)")
        }
    }
}
