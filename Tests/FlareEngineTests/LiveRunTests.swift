import FlareKit
import FlareKitTesting
import Synchronization
import Testing

@Suite("A live run")
struct LiveRunTests {
    /// One call a minute, a batch for each minute.
    static func minutes(_ range: Range<Int>) -> [[MemoryRecord]] {
        range.map { [MemoryRecord(at: 1_700_000_000 + Double($0) * 60, from: "10.0.0.1", to: "203.0.113.9")] }
    }

    static func pipeline(_ source: any Source, _ sinks: [MemorySink]) -> Pipeline {
        Pipeline(
            name: "live", window: .last(1_800_000_000_000), sources: [.init("live", source)],
            detectors: [.init("counting", CountingDetector(minimumCount: 5))],
            sinks: sinks.enumerated().map { .init("sink\($0.offset)", $0.element) }, every: 600_000_000_000)
    }

    @Test("a source that never ends is evaluated in the records' own time, and a finding is sent once")
    func neverEnding() async throws {
        let sink = MemorySink(.append)
        let engine = RunEngine(version: "test", now: Timestamp(seconds: 1_800_000_000))
        try await engine.follow(Self.pipeline(LiveMemorySource(Self.minutes(0..<200), neverEnds: true), [sink])) {
            outcome, _ in
            if let outcome, outcome.run.ingest.read > 190 { engine.meter.cancel() }
        }
        #expect(sink.findings.count == 1)
    }

    @Test("the window slides: no more than its records are judged, the rest is counted as outside")
    func slidingWindow() async throws {
        let sink = MemorySink(.whole)
        let last = Mutex<RunOutcome?>(nil)
        let engine = RunEngine(version: "test", now: Timestamp(seconds: 1_800_000_000))
        try await engine.follow(Self.pipeline(LiveMemorySource(Self.minutes(0..<120)), [sink])) { outcome, _ in
            last.withLock { $0 = outcome }
        }
        let outcome = try #require(last.withLock { $0 })
        #expect(sink.findings.first?.occurrences == 30)
        #expect(outcome.run.ingest.read == 120)
        #expect(outcome.run.ingest.usedCount == 30)
        #expect(outcome.run.ingest.isBalanced)
    }

    @Test("after a restart it goes on from its checkpoint, and sends nothing twice")
    func resumes() async throws {
        let script = Self.minutes(0..<100)
        let state = Mutex(LiveState())
        let first = MemorySink(.append)
        let engine = RunEngine(version: "test", now: Timestamp(seconds: 1_800_000_000))
        try await engine.follow(Self.pipeline(LiveMemorySource(Array(script[..<50])), [first])) { _, new in
            state.withLock { $0 = new }
        }
        let saved = state.withLock { $0 }
        #expect(first.findings.count == 1)
        // From there on the window is read again, which begins with the twentieth minute.
        let place = try #require(saved.checkpoints["live"]?.first?.state["batch"].flatMap(Int.init))
        #expect((5...20).contains(place))
        let second = MemorySink(.append)
        try await engine.follow(Self.pipeline(LiveMemorySource(script), [second]), resume: saved) { _, _ in }
        #expect(second.findings.isEmpty)
        let columns = Column.all(with: [.techniques] + CountingDetector().evidence).map(\.name)
        let origin = ["sensor", "pipeline", "run", "run_host"]
        #expect(second.events.first == .begin(columns: columns + origin, mark: 1))
    }

    @Test(
        "where the outputs stand is kept before anything is read, and nothing is committed for it",
        arguments: [SinkMode.append, .upsert])
    func marksFirst(mode: SinkMode) async throws {
        let sink = MemorySink(mode)
        let first = Mutex<(marks: [String: SinkMark], events: [MemorySink.Event])?>(nil)
        let engine = RunEngine(version: "test", now: Timestamp(seconds: 1_800_000_000))
        try await engine.follow(Self.pipeline(LiveMemorySource(Self.minutes(0..<50)), [sink])) { _, state in
            // A run that is killed now goes on from here.
            first.withLock { if $0 == nil { $0 = (state.marks, sink.events) } }
        }
        let (marks, events) = try #require(first.withLock { $0 })
        #expect(marks["sink0"] == SinkMark(["count": "0"]))
        #expect(events.count == 1)
    }

    @Test("one record dated 2099 is rejected under that name, and the window stays")
    func future() async throws {
        var script = Self.minutes(0..<100)
        script[50].append(MemoryRecord(at: 4_070_908_800, from: "10.0.0.1", to: "203.0.113.9"))
        let last = Mutex<RunOutcome?>(nil)
        let engine = RunEngine(version: "test", now: Timestamp(seconds: 1_700_010_000))
        try await engine.follow(Self.pipeline(LiveMemorySource(script), [MemorySink()])) { outcome, _ in
            last.withLock { $0 = outcome }
        }
        let outcome = try #require(last.withLock { $0 })
        #expect(outcome.run.ingest.rejected["from the future"]?.count == 1)
        #expect(outcome.run.ingest.isBalanced)
        #expect(outcome.run.window.until == Timestamp(seconds: 1_700_000_000 + 99 * 60).advanced(by: 1))
        #expect(outcome.findings.isEmpty)
        #expect(outcome.run.findings == 1)
    }

    @Test("a clock that jumps forward and back makes no record be lost or judged twice")
    func clockSteps() async throws {
        var script = Self.minutes(0..<60)
        script.insert(contentsOf: Self.minutes(1000..<1003), at: 30)
        let sink = MemorySink(.append)
        let last = Mutex<RunOutcome?>(nil)
        let engine = RunEngine(version: "test", now: Timestamp(seconds: 1_800_000_000))
        var pipeline = Self.pipeline(LiveMemorySource(script), [sink])
        pipeline.window = .all
        try await engine.follow(pipeline) { outcome, _ in last.withLock { $0 = outcome } }
        #expect(last.withLock { $0 }?.run.ingest.usedCount == 63)
        #expect(Set(sink.findings.map(\.id)).count == 1)
    }

    @Test("an evaluation sees what lies before the record that reaches its moment, however records are batched")
    func batching() async throws {
        let records = (0..<200).map { number -> MemoryRecord in
            // Every fifth is logged late.
            let late = number % 5 == 4 ? -400.0 : 0
            return MemoryRecord(at: 1_700_000_000 + Double(number) * 30 + late, from: "10.0.0.1", to: "203.0.113.9")
        }
        func counts(_ size: Int) async throws -> [Int] {
            let script = stride(from: 0, to: records.count, by: size).map { Array(records[$0..<min($0 + size, 200)]) }
            let counts = Mutex<[Int]>([])
            let engine = RunEngine(version: "test", now: Timestamp(seconds: 1_800_000_000))
            try await engine.follow(Self.pipeline(LiveMemorySource(script), [MemorySink()])) { outcome, _ in
                if let outcome { counts.withLock { $0.append(outcome.run.channels * 1000 + outcome.run.findings) } }
            }
            return counts.withLock { $0 }
        }
        let single = try await counts(1)
        #expect(single.count == 11)
        for size in [7, 64, 200] { #expect(try await counts(size) == single) }
    }

    @Test("a sink that fails gets what it missed with the next evaluation, and until then the state stays")
    func sinkRecovers() async throws {
        let sound = MemorySink(.append)
        let ailing = FailingOnce()
        let states = Mutex<[LiveState]>([])
        let engine = RunEngine(version: "test", now: Timestamp(seconds: 1_800_000_000))
        var pipeline = Self.pipeline(LiveMemorySource(Self.minutes(0..<60)), [sound])
        pipeline.sinks.append(.init("ailing", ailing))
        try await engine.follow(pipeline) { _, state in states.withLock { $0.append(state) } }
        #expect(ailing.held == sound.findings.map(\.id))
        #expect(!ailing.held.isEmpty)
        let evaluated = states.withLock { $0.map(\.evaluated) }
        #expect(evaluated[1] == nil && evaluated.last != .some(nil))
    }
}

/// A sink that appends, and whose first commit with findings fails.
private final class FailingOnce: Sink {
    private struct State {
        var written: [String] = []
        var held: [String] = []
        var hasFailed = false
    }
    let mode = SinkMode.append
    private let state = Mutex(State())

    var held: [String] { state.withLock { $0.held } }

    func begin(_ run: RunHeader, _ columns: [Column], resume: SinkMark?) async throws {}

    func write(_ findings: [Finding]) async throws {
        state.withLock { $0.written += findings.map(\.id) }
    }

    func commit(_ run: Run) async throws -> SinkMark? {
        try state.withLock { state in
            if !state.written.isEmpty, !state.hasFailed {
                state.hasFailed = true
                throw PluginError("the disk is full", at: "memory")
            }
            state.held += state.written
            state.written = []
        }
        return nil
    }

    func abort() async { state.withLock { $0.written = [] } }
}
