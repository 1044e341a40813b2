import FlareKit

/// A live source that plays a script of batches, each with the watermark it promises; in between, and where the
/// script ends if it never ends, it answers empty batches.
public struct LiveMemorySource: Source {
    public let script: [[MemoryRecord]]
    public let neverEnds: Bool
    public var offers: Set<RecordKind> { [.flow] }
    public var isRereadable: Bool { false }

    public init(_ script: [[MemoryRecord]], neverEnds: Bool = false) {
        self.script = script
        self.neverEnds = neverEnds
    }

    public func open(_ scan: Scan) async throws -> [any Cursor] {
        let position = scan.resume.first?.state["batch"].flatMap(Int.init) ?? 0
        return [LiveMemoryCursor(self, from: position)]
    }
}

final class LiveMemoryCursor: Cursor, @unchecked Sendable {
    // Only the engine's thread that drives the cursor touches it: the law of `Cursor`.
    private let source: LiveMemorySource
    private var position: Int
    private(set) var ingest = IngestCounts()

    init(_ source: LiveMemorySource, from position: Int) {
        self.source = source
        self.position = position
    }

    func next(into batch: inout RecordBatch) throws -> Bool {
        guard position < source.script.count else { return source.neverEnds }
        let records = source.script[position]
        position += 1
        batch.update(.flow) { table in
            for record in records {
                table.append(
                    start: record.start, source: record.source, destination: record.destination, port: record.port,
                    proto: record.proto, numbers: record.numbers)
            }
        }
        ingest.use(.flow, count: records.count)
        batch.lowWatermark = records.map(\.start).max()
        return position < source.script.count || source.neverEnds
    }

    func checkpoint() -> Checkpoint { Checkpoint(["batch": String(position)]) }
}
