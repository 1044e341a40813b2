import FlareKit

/// A record of any kind, for tests.
public struct MemoryRecord: Hashable, Sendable {
    public var kind: RecordKind
    public var start: Timestamp
    public var source: IPAddress
    public var destination: IPAddress
    public var port: UInt16
    public var proto: UInt8
    public var numbers: [ColumnName: Int64]
    public var texts: [ColumnName: String]

    /// - Parameter at: seconds since 1970.
    public init(
        _ kind: RecordKind = .flow, at seconds: Double, from source: String, to destination: String,
        port: UInt16 = 443, proto: UInt8 = 6, up: Int64 = 100, down: Int64 = 200, id: Int64? = nil,
        texts: [ColumnName: String] = [:]
    ) {
        self.kind = kind
        start = Timestamp(seconds: seconds)
        self.source = IPAddress(source) ?? IPAddress(v4: 0)
        self.destination = IPAddress(destination) ?? IPAddress(v4: 0)
        self.port = port
        self.proto = proto
        numbers = [.bytesToServer: up, .bytesToClient: down]
        numbers[.id] = id
        self.texts = texts
    }
}

/// A source that yields records it was given, split over as many cursors as the scan asks for.
public struct MemorySource: Source {
    public let records: [MemoryRecord]
    public let offers: Set<RecordKind>
    public let batchSize: Int

    public init(_ records: [MemoryRecord], batchSize: Int = 100) {
        self.records = records
        self.batchSize = batchSize
        offers = Set(records.map(\.kind)).union([.flow])
    }

    public func open(_ scan: Scan) async throws -> [any Cursor] {
        (0..<scan.parallelism).map { lane in
            let share = records.enumerated().filter { $0.offset % scan.parallelism == lane }.map(\.element)
            return MemoryCursor(share, batchSize: batchSize)
        }
    }
}

/// Yields records in batches, then ends. Records of kinds nobody asked for are skipped under their kind's name.
public final class MemoryCursor: Cursor, @unchecked Sendable {
    // Only the engine's thread that drives the cursor touches it: the law of `Cursor`.
    private var rest: ArraySlice<MemoryRecord>
    private let batchSize: Int
    public private(set) var ingest = IngestCounts()

    public init(_ records: [MemoryRecord], batchSize: Int) {
        rest = records[...]
        self.batchSize = batchSize
    }

    public func next(into batch: inout RecordBatch) throws -> Bool {
        batch.origin = "memory"
        for record in rest.prefix(batchSize) {
            if batch.index(of: record.kind) == nil {
                ingest.skip(record.kind.name, time: record.start)
                continue
            }
            batch.update(record.kind) {
                $0.append(
                    start: record.start, source: record.source, destination: record.destination, port: record.port,
                    proto: record.proto, numbers: record.numbers, texts: record.texts)
            }
            ingest.use(record.kind)
        }
        rest = rest.dropFirst(batchSize)
        return !rest.isEmpty
    }
}
