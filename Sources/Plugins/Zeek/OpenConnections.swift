import CompressedFiles
import FlareKit
import LineFiles

/// Connections that were not over when Zeek wrote of them: of each the last that was said.
///
/// open_conn.log (zeek-open-connections) and conn_long.log (zeek-long-connections) tell of a connection again and again,
/// with growing durations. Those that conn.log has too are told by their ids, and used once, by the engine.
struct OpenConnections {
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
        var extent: Int64 { numbers[.duration] ?? RecordTable.unknown }
    }

    private struct Key: Hashable {
        let id: Int64
        let start: Timestamp
        let source: IPAddress
        let destination: IPAddress
        let port: UInt16
    }

    /// By file, then by place.
    private(set) var records: [Record] = []
    var isEmpty: Bool { records.isEmpty }

    /// - Parameter files: each with the names of such logs in it.
    init(_ files: [(file: InputFile, logs: [String])], _ scan: Scan, _ settings: ZeekCursor.Settings) {
        guard let columns = scan.kinds[.flow], !files.isEmpty else { return }
        var last: [Key: Record] = [:]
        var settings = settings
        settings.kinds = [.flow: columns.union([.id, .duration])]
        settings.mayRepeat = false
        for (file, logs) in files {
            for log in logs {
                Self.read(file, log, settings) { id, record in
                    let key = Key(
                        id: id, start: record.start, source: record.source, destination: record.destination,
                        port: record.port)
                    if let known = last[key], known.extent > record.extent { return }
                    last[key] = record
                }
            }
        }
        records = last.values.sorted { ($0.origin, $0.position) < ($1.origin, $1.position) }
    }

    private static func read(
        _ file: InputFile, _ log: String, _ settings: ZeekCursor.Settings, _ body: (Int64, Record) -> Void
    ) {
        let cursor = ZeekCursor(SharedFiles([file], flows: [log]), settings)
        var batch = RecordBatch(settings.kinds, capacity: 4096)
        // What cannot be read is told by the reading of all logs.
        while (try? cursor.next(into: &batch)) == true {
            for table in batch.tables {
                for row in 0..<table.count {
                    // A connection without an id is told by where it stands.
                    let id = table.numbers[.id]?[row] ?? RecordTable.unknown
                    let record = Record(
                        origin: file.path, log: log, start: Timestamp(nanoseconds: table.start[row]),
                        source: table.source[row], destination: table.destination[row], port: table.port[row],
                        proto: table.proto[row], position: table.position[row],
                        numbers: table.numbers.mapValues { $0[row] }, texts: table.texts.mapValues { $0[row] })
                    body(id == RecordTable.unknown ? record.position : id, record)
                }
            }
            batch.removeAll()
        }
    }
}

/// Yields what a cursor reads, then the connections that are not over.
///
/// `@unchecked`: only the engine's thread that drives the cursor touches it, which is the law of `Cursor`.
final class OpenConnectionsCursor: Cursor, @unchecked Sendable {
    private let first: ZeekCursor
    private var rest: ArraySlice<OpenConnections.Record>
    private var hasEnded = false
    private var used = Account()

    init(after first: ZeekCursor, _ connections: OpenConnections) {
        self.first = first
        rest = connections.records[...]
    }

    let mayRepeat = true

    func next(into batch: inout RecordBatch) throws -> Bool {
        if !hasEnded {
            hasEnded = try !first.next(into: &batch)
            if !hasEnded { return true }
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
            used.used[RecordKind.flow.name, default: Account.Tally()].merge(
                Account.Tally(count: 1, first: record.start, last: record.start))
            used.skipped["log " + record.log, default: Account.Tally()].count -= 1
            rest.removeFirst()
        }
        return true
    }

    var account: Account {
        var account = first.account
        account.merge(used)
        return account
    }

    func checkpoint() -> Checkpoint { first.checkpoint() }
}
