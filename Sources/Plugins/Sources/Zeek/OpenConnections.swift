import FlareKit
import Synchronization

/// Connections that were not over when Zeek wrote of them: of each the last that was said.
///
/// open_conn.log (zeek-open-connections) and conn_long.log (zeek-long-connections) tell of a connection again and again,
/// with growing durations. Those that conn.log has too are told by their ids, and used once, by the engine.
final class OpenConnections: Sendable {
    struct Record {
        let origin: String
        let log: String
        let start: Timestamp
        let source: IPAddress
        let destination: IPAddress
        let port: UInt16
        let proto: UInt8
        let position: Int64
        let numbers: [ColumnName: Int64]
        let texts: [ColumnName: String]

        /// How much of the connection is told: its duration, then by what was written later.
        private var extent: Int64 { numbers[.duration] ?? RecordTable.unknown }

        func tellsMore(than other: Record) -> Bool {
            (extent, origin, position) > (other.extent, other.origin, other.position)
        }
    }

    private struct Key: Hashable {
        let id: Int64
        let start: Timestamp
        let source: IPAddress
        let destination: IPAddress
        let port: UInt16
    }

    private struct State {
        var last: [Key: Record] = [:]
        var readers = 0
    }

    private let state = Mutex(State())

    /// So many cursors will read.
    func expect(_ readers: Int) { state.withLock { $0.readers = readers } }

    /// Takes the records of a log.
    func take(_ table: RecordTable, of log: String, _ origin: String) {
        state.withLock { state in
            for row in 0..<table.count {
                let record = Record(
                    origin: origin, log: log, start: Timestamp(nanoseconds: table.start[row]),
                    source: table.source[row], destination: table.destination[row], port: table.port[row],
                    proto: table.proto[row], position: table.position[row],
                    numbers: table.numbers.mapValues { $0[row] }, texts: table.texts.mapValues { $0[row] })
                let id = record.numbers[.id] ?? RecordTable.unknown
                let key = Key(
                    // A connection without an id is told by where it stands.
                    id: id == RecordTable.unknown ? record.position : id, start: record.start, source: record.source,
                    destination: record.destination, port: record.port)
                if let known = state.last[key], !record.tellsMore(than: known) { continue }
                state.last[key] = record
            }
        }
    }

    /// Says that one of the cursors has ended.
    ///
    /// - Returns: to the last one all connections, by file, then by place.
    func end() -> [Record] {
        state.withLock { state in
            state.readers -= 1
            guard state.readers == 0 else { return [] }
            return state.last.values.sorted { ($0.origin, $0.position) < ($1.origin, $1.position) }
        }
    }
}

/// Yields what a cursor reads, then, if it is the last to end, the connections that are not over.
///
/// `@unchecked`: only the engine's thread that drives the cursor touches it, which is the law of `Cursor`.
final class OpenConnectionsCursor: Cursor, @unchecked Sendable {
    private let first: ZeekCursor
    private let connections: OpenConnections
    private var rest: ArraySlice<OpenConnections.Record> = []
    private var hasEnded = false
    private var used = IngestCounts()
    let mayRepeat: Bool

    init(after first: ZeekCursor, _ connections: OpenConnections) {
        self.first = first
        self.connections = connections
        mayRepeat = first.mayRepeat
    }

    func next(into batch: inout RecordBatch) throws -> Bool {
        if !hasEnded {
            if try first.next(into: &batch) { return true }
            hasEnded = true
            rest = connections.end()[...]
        }
        guard let origin = rest.first?.origin else { return false }
        batch.origin = origin
        // The same file may hold conn's records too: these count as another input.
        batch.content = "\(origin), connections that are not over"
        while let record = rest.first, record.origin == origin {
            guard let place = batch.index(of: .flow), !batch.tables[place].isFull else { break }
            batch.tables[place].append(
                start: record.start, source: record.source, destination: record.destination, port: record.port,
                proto: record.proto, position: record.position, numbers: record.numbers, texts: record.texts)
            // The reading of all logs has counted it as skipped.
            used.used[RecordKind.flow.name, default: IngestCounts.Tally()].merge(
                IngestCounts.Tally(count: 1, first: record.start, last: record.start))
            used.skipped["log " + record.log, default: IngestCounts.Tally()].count -= 1
            rest.removeFirst()
        }
        return true
    }

    var ingest: IngestCounts {
        var ingest = first.ingest
        ingest.merge(used)
        return ingest
    }

    func checkpoint() -> Checkpoint { first.checkpoint() }
}
