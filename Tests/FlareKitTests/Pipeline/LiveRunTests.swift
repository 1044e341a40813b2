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
        let engine = RunEngine(version: "test", now: Timestamp(seconds: 1_700_000_000))
        try await engine.follow(Self.pipeline(LiveMemorySource(Self.minutes(0..<200), neverEnds: true), [sink])) {
            outcome, _ in
            if outcome.run.account.usedCount > 0, engine.meter.current.records == 200 { engine.meter.cancel() }
        }
        #expect(sink.findings.count == 1)
    }

    @Test("the window slides: no more than its records are judged, the rest is counted as outside")
    func slidingWindow() async throws {
        let sink = MemorySink(.whole)
        let last = Mutex<RunOutcome?>(nil)
        let engine = RunEngine(version: "test", now: Timestamp(seconds: 1_700_000_000))
        try await engine.follow(Self.pipeline(LiveMemorySource(Self.minutes(0..<120)), [sink])) { outcome, _ in
            last.withLock { $0 = outcome }
        }
        let outcome = try #require(last.withLock { $0 })
        #expect(sink.findings.first?.occurrences == 30)
        #expect(outcome.run.account.read == 120)
        #expect(outcome.run.account.usedCount == 30)
        #expect(outcome.run.account.isBalanced)
    }

    @Test("after a restart it goes on from its checkpoint, and sends nothing twice")
    func resumes() async throws {
        let script = Self.minutes(0..<100)
        let state = Mutex(LiveState())
        let first = MemorySink(.append)
        let engine = RunEngine(version: "test", now: Timestamp(seconds: 1_700_000_000))
        try await engine.follow(Self.pipeline(LiveMemorySource(Array(script[..<50])), [first])) { _, new in
            state.withLock { $0 = new }
        }
        let saved = state.withLock { $0 }
        #expect(first.findings.count == 1)
        #expect(saved.checkpoints["live"]?.first?.state["batch"] == "50")
        let second = MemorySink(.append)
        try await engine.follow(Self.pipeline(LiveMemorySource(script), [second]), resume: saved) { _, _ in }
        #expect(second.findings.isEmpty)
        #expect(
            second.events.first == .begin(columns: Column.all(with: CountingDetector().evidence).map(\.name), mark: 1))
    }
}
