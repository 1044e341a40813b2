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

/// Two sensors on one path, or two kinds of sensor in one pipeline.
@Suite("Connections that two sensors saw")
struct SharedConnectionTests {
    /// One call a minute, as a sensor saw it: with ids of its own, its clock and its counts.
    private static func calls(
        _ minutes: Range<Int>, from: String = "10.0.0.1", to: String = "203.0.113.9", sourcePort: Int = 40_000,
        port: UInt16 = 443, proto: UInt8 = 6, late: Double = 0, up: Int64 = 100, id: Int
    ) -> [MemoryRecord] {
        minutes.map {
            var record = MemoryRecord(
                at: 1_700_000_000 + Double($0) * 60 + late, from: from, to: to, port: port, proto: proto, up: up,
                id: Int64($0 + id))
            record.numbers[.sourcePort] = Int64(sourcePort + $0)
            return record
        }
    }

    private static func run(_ sources: [InputSource], threads: Int = 2) async throws -> RunOutcome {
        let pipeline = Pipeline(
            name: "test", sources: sources.enumerated().map { .init("source\($0.offset)", $0.element) },
            detectors: [.init("counting", CountingDetector())], sinks: [.init("sink", MemorySink())], threads: threads)
        let outcome = try await RunEngine(version: "test", now: Timestamp(seconds: 1_800_000_000)).run(pipeline)
        #expect(outcome.run.ingest.isBalanced)
        return outcome
    }

    @Test("count once in two files and in two sources, and under a name", arguments: [1, 2, 5])
    func once(threads: Int) async throws {
        let (a, b) = (Self.calls(0..<100, id: 0), Self.calls(60..<140, late: 0.4, up: 140, id: 5000))
        for sources in [[InputSource(["a": a, "b": b])], [InputSource(["a": a]), InputSource(["b": b])]] {
            let outcome = try await Self.run(sources, threads: threads)
            #expect(outcome.findings.map(\.occurrences) == [140])
            #expect(outcome.run.ingest.usedCount == 140)
            let skipped = try #require(outcome.run.ingest.skipped["also seen by another sensor"])
            #expect(skipped.count == 40)
            #expect(skipped.examples.map(\.origin) == ["a"])
            // The sensor that says more gives them.
            #expect(outcome.findings.first?.bytesToServer == 17_200)
        }
    }

    @Test("count once whichever end a sensor names first")
    func reversed() async throws {
        let forth = Self.calls(0..<20, sourcePort: 443, port: 443, id: 0)
        let back = Self.calls(0..<20, from: "203.0.113.9", to: "10.0.0.1", sourcePort: 443, port: 443, id: 500)
        // Of either only the first has the ports as the other one has.
        let outcome = try await Self.run([InputSource(["a": Array(forth.prefix(1)), "b": Array(back.prefix(1))])])
        #expect(outcome.run.ingest.usedCount == 1)
    }

    @Test("are others with another port or protocol, apart in time, without ports, or in one file")
    func others() async throws {
        let calls = Self.calls(0..<10, id: 0)
        var portless = Self.calls(0..<10, id: 500)
        for place in portless.indices { portless[place].numbers[.sourcePort] = nil }
        for other in [
            Self.calls(0..<10, sourcePort: 50_000, id: 500), Self.calls(0..<10, port: 80, id: 500),
            Self.calls(0..<10, proto: 17, id: 500), Self.calls(0..<10, late: 3.5, id: 500), portless,
        ] {
            let outcome = try await Self.run([InputSource(["a": calls, "b": other])])
            #expect(outcome.run.ingest.usedCount == 20)
            #expect(outcome.run.ingest.skipped.isEmpty)
        }
        let alone = try await Self.run([InputSource(["a": calls + Self.calls(0..<10, late: 1, id: 500), "b": []])])
        #expect(alone.run.ingest.usedCount == 20)
    }

    @Test("are told by their hosts where a protocol has no ports")
    func portless() async throws {
        let (a, b) = (
            Self.calls(0..<10, port: 0, proto: 1, id: 0), Self.calls(0..<10, port: 0, proto: 1, late: 1, id: 500)
        )
        var none: [[MemoryRecord]] = [a, b]
        for file in none.indices {
            for place in none[file].indices { none[file][place].numbers[.sourcePort] = nil }
        }
        let outcome = try await Self.run([InputSource(["a": none[0], "b": none[1]])])
        #expect(outcome.run.ingest.usedCount == 10)
    }

    @Test("of a port that is used again each stands for one")
    func usedAgain() async throws {
        // As of a clock's port: five packets, 2 s apart, each seen by both.
        func burst(_ late: Double, _ id: Int64) -> [MemoryRecord] {
            (0..<5).map { number in
                var record = MemoryRecord(
                    at: 1_700_000_000 + Double(number) * 2 + late, from: "10.0.0.1", to: "203.0.113.9", port: 123,
                    proto: 17, up: 48, id: id + Int64(number))
                record.numbers[.sourcePort] = 123
                return record
            }
        }
        let outcome = try await Self.run([
            InputSource(["a": burst(0, 0), "b": burst(0.01, 100), "c": burst(0.02, 200)])
        ])
        #expect(outcome.run.ingest.usedCount == 5)
        #expect(outcome.run.ingest.skipped["also seen by another sensor"]?.count == 10)
    }
}
