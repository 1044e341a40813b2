import FlareKit
import FlareKitTesting
import Foundation
import Testing

@Suite("Records that stand in two inputs")
struct RepeatedRecordsTests {
    /// One call a minute, each with an id.
    private static func calls(
        _ minutes: Range<Int>, to destination: String = "203.0.113.9", port: UInt16 = 443, up: Int64 = 100, id: Int = 0
    ) -> [MemoryRecord] {
        minutes.map {
            MemoryRecord(
                at: 1_700_000_000 + Double($0) * 60, from: "10.0.0.1", to: destination, port: port, up: up,
                id: Int64($0 + id))
        }
    }

    private static func run(
        _ sources: [InputSource], threads: Int = 2, _ change: (inout Pipeline) -> Void = { _ in }
    ) async throws -> RunOutcome {
        var pipeline = Pipeline(
            name: "test", sources: sources.enumerated().map { .init("source\($0.offset)", $0.element) },
            detectors: [.init("counting", CountingDetector())], sinks: [.init("sink", MemorySink())], threads: threads)
        change(&pipeline)
        let outcome = try await RunEngine(version: "test", now: Timestamp(seconds: 1_800_000_000)).run(pipeline)
        #expect(outcome.run.ingest.isBalanced)
        return outcome
    }

    private static func run(
        _ inputs: KeyValuePairs<String, [MemoryRecord]>, threads: Int = 2, _ change: (inout Pipeline) -> Void = { _ in }
    ) async throws -> RunOutcome {
        try await run([InputSource(inputs)], threads: threads, change)
    }

    @Test("are used once, and counted under a name with the inputs", arguments: [1, 2, 5])
    func overlap(threads: Int) async throws {
        let outcome = try await Self.run(
            ["a": Self.calls(0..<100), "b": Self.calls(60..<140), "c": Self.calls(130..<150)], threads: threads)
        #expect(outcome.findings.map(\.occurrences) == [150])
        #expect(outcome.run.ingest.usedCount == 150)
        let skipped = try #require(outcome.run.ingest.skipped["also in another file"])
        #expect(skipped.count == 50)
        #expect(skipped.first == Timestamp(seconds: 1_700_000_000 + 3600))
        #expect(skipped.last == Timestamp(seconds: 1_700_000_000 + 139 * 60))
        #expect(skipped.examples.map(\.origin) == ["b", "c"])
        let whole = try await Self.run(["a": Self.calls(0..<150)])
        #expect(try text(outcome.findings) == text(whole.findings))
        #expect(outcome.run.window == whole.run.window)
    }

    @Test("in whatever order the inputs come, the same is used and the same is counted")
    func order() async throws {
        let (a, b) = (Self.calls(0..<100, up: 100), Self.calls(60..<140, up: 101))
        let forward = try await Self.run(["a": a, "b": b], threads: 1)
        let backward = try await Self.run(["b": b, "a": a], threads: 2)
        #expect(try text(forward.findings) == text(backward.findings))
        #expect(forward.run.ingest.skipped == backward.run.ingest.skipped)
        // Of two that say different things the one that says more is used.
        #expect(forward.findings.first?.bytesToServer == 14_080)
    }

    @Test("are not taken for the same without an id, with another id, start or channel, or in one input")
    func others() async throws {
        var nameless = Self.calls(0..<10)
        for place in nameless.indices { nameless[place].numbers[.id] = nil }
        let cases: [KeyValuePairs<String, [MemoryRecord]>] = [
            ["a": nameless, "b": nameless],
            ["a": Self.calls(0..<10), "b": Self.calls(0..<10, id: 1000)],
            ["a": Self.calls(0..<10), "b": Self.calls(20..<30, id: -20)],
            ["a": Self.calls(0..<10), "b": Self.calls(0..<10, port: 80)],
            ["a": Self.calls(0..<10), "b": Self.calls(0..<10, to: "203.0.113.10")],
            ["a": Self.calls(0..<10) + Self.calls(0..<10), "b": []],
        ]
        for inputs in cases {
            let outcome = try await Self.run(inputs)
            #expect(outcome.run.ingest.usedCount == 20)
            #expect(outcome.run.ingest.skipped.isEmpty)
        }
    }

    @Test("of records that an input holds twice itself both are used")
    func twiceInOne() async throws {
        let outcome = try await Self.run(
            ["a": Self.calls(0..<10) + Self.calls(5..<10), "b": Self.calls(5..<20) + Self.calls(5..<10)])
        #expect(outcome.findings.map(\.occurrences) == [25])
        #expect(outcome.run.ingest.skipped["also in another file"]?.count == 10)
    }

    @Test("of two sources are both used, and so is what a source does not say may repeat")
    func sources() async throws {
        let calls = Self.calls(0..<10)
        let two = try await Self.run([InputSource(["a": calls, "b": []]), InputSource(["a": calls, "c": []])])
        #expect(two.findings.map(\.occurrences) == [20])
        let silent = try await Self.run([InputSource(["a": calls, "b": calls], mayRepeat: false)])
        #expect(silent.findings.map(\.occurrences) == [20])
    }

    @Test("outside of the window are counted as that")
    func window() async throws {
        let outcome = try await Self.run(["a": Self.calls(0..<100), "b": Self.calls(0..<100)]) {
            $0.window = .last(30 * 60_000_000_000)
        }
        #expect(outcome.findings.map(\.occurrences) == [31])
        let skipped = outcome.run.ingest.skipped.mapValues(\.count)
        #expect(skipped == ["outside the window": 138, "also in another file": 31])
    }

    @Test("leave the detectors no column that they did not ask for")
    func columns() async throws {
        let outcome = try await Self.run(["a": Self.calls(0..<100), "b": Self.calls(60..<140)]) {
            $0.detectors = [.init("columns", ColumnsDetector())]
        }
        #expect(outcome.findings.map(\.summary) == ["duration"])
    }

    @Test("are found among millions of moments and over many chunks")
    func many() async throws {
        let calls = (0..<70_000).map {
            MemoryRecord(
                at: 1_600_000_000 + Double($0) * 37, from: "10.0.\($0 % 7).\($0 % 250)", to: "203.0.113.9",
                id: Int64($0))
        }
        let outcome = try await Self.run(["a": calls, "b": Array(calls[64_000..<68_000])], threads: 1)
        #expect(outcome.findings.reduce(0) { $0 + ($1.occurrences ?? 0) } == 70_000)
        #expect(outcome.run.ingest.skipped["also in another file"]?.count == 4000)
    }
}

/// Yields the records of named inputs, those of an input by one cursor.
private struct InputSource: Source {
    let inputs: [(name: String, records: [MemoryRecord])]
    let mayRepeat: Bool
    var offers: Set<RecordKind> { [.flow] }

    init(_ inputs: KeyValuePairs<String, [MemoryRecord]>, mayRepeat: Bool = true) {
        self.inputs = inputs.map { ($0.key, $0.value) }
        self.mayRepeat = mayRepeat
    }

    func open(_ scan: Scan) async throws -> [any Cursor] {
        (0..<scan.parallelism).map { lane in
            InputCursor(
                inputs.enumerated().filter { $0.offset % scan.parallelism == lane }.map(\.element), mayRepeat: mayRepeat
            )
        }
    }
}

private final class InputCursor: Cursor, @unchecked Sendable {
    // Only the engine's thread that drives the cursor touches it: the law of `Cursor`.
    private var rest: ArraySlice<(name: String, cursor: MemoryCursor)>
    let mayRepeat: Bool
    private(set) var ingest = IngestCounts()

    init(_ inputs: [(name: String, records: [MemoryRecord])], mayRepeat: Bool) {
        rest = inputs.map { ($0.name, MemoryCursor($0.records, batchSize: 70)) }[...]
        self.mayRepeat = mayRepeat
    }

    func next(into batch: inout RecordBatch) throws -> Bool {
        guard let (name, cursor) = rest.first else { return false }
        if try !cursor.next(into: &batch) {
            ingest.merge(cursor.ingest)
            rest.removeFirst()
        }
        batch.origin = name
        return true
    }
}

/// Says which columns it was given.
private struct ColumnsDetector: Detector {
    let name = "columns"
    var demand: Demand { Demand(columns: [.duration]) }

    func judge(_ channel: ChannelView, _ census: Census) throws -> Finding? {
        let names = channel.numbers.keys.map(\.name).sorted().joined(separator: " ")
        return Finding(detector: name, channel: channel, census: census, score: 1, summary: names)
    }
}

/// All that findings say.
private func text(_ findings: [Finding]) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return String(decoding: try encoder.encode(findings), as: UTF8.self)
}
