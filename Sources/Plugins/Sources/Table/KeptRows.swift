import FlareKit
import Synchronization

/// Records besides flows of an input that is read once, for when it is asked again, within a bound: the oldest go first.
final class KeptRows: Sendable {
    private struct State {
        var tables: [RecordTable] = []
        var size = 0
        var leftOut = 0
    }

    private let bound: Int
    private let state = Mutex(State())

    /// - Parameter bound: in bytes.
    init(bound: Int) { self.bound = max(0, bound) }

    /// Begins anew.
    func begin() { state.withLock { $0 = State() } }

    var remarks: [String] {
        state.withLock { state in
            guard state.leftOut > 0 else { return [] }
            let kept = state.tables.reduce(0) { $0 + $1.count }
            return [
                "\(state.leftOut.grouped) of \((state.leftOut + kept).grouped) records besides flows were left out, the oldest: "
                    + "context_memory has room for \(ByteSize(bytes: Int64(bound)))"
            ]
        }
    }

    func take(_ batch: RecordBatch) {
        for table in batch.tables where table.count > 0 {
            var kept = RecordTable(kind: table.kind, columns: Self.columns(of: table), capacity: table.count)
            for row in 0..<table.count { kept.append(table, row) }
            let size = Self.size(of: kept)
            state.withLock { state in
                state.tables.append(kept)
                state.size += size
                while state.size > bound, !state.tables.isEmpty {
                    let oldest = state.tables.removeFirst()
                    state.size -= Self.size(of: oldest)
                    state.leftOut += oldest.count
                }
            }
        }
    }

    func table(_ number: Int) -> RecordTable? {
        state.withLock { $0.tables.indices.contains(number) ? $0.tables[number] : nil }
    }

    private static func columns(of table: RecordTable) -> Set<ColumnName> {
        Set(table.numbers.keys).union(table.texts.keys)
    }

    /// What a table needs, in bytes.
    private static func size(of table: RecordTable) -> Int {
        let texts = table.texts.values.reduce(0) {
            $0 + $1.reduce(0) { $0 + 16 + ($1.utf8.count > 15 ? $1.utf8.count + 32 : 0) }
        }
        return texts + table.capacity * (64 + 8 * table.numbers.count)
    }
}

extension RecordTable {
    /// Appends a row of another table of the same kind, with the columns that both have.
    mutating func append(_ other: RecordTable, _ row: Int) {
        append(
            start: Timestamp(nanoseconds: other.start[row]), source: other.source[row],
            destination: other.destination[row], port: other.port[row], proto: other.proto[row],
            position: other.position[row], numbers: other.numbers.mapValues { $0[row] },
            texts: other.texts.mapValues { $0[row] })
    }
}

/// Yields what was kept of some addresses.
///
/// `@unchecked`: only the engine's thread that drives the cursor touches it, which is the law of `Cursor`.
final class KeptRowsCursor: Cursor, @unchecked Sendable {
    private let kept: KeptRows
    private let window: TimeWindow
    private let addresses: Set<IPAddress>
    private var number = 0
    private var row = 0
    private(set) var ingest = IngestCounts()

    init(_ kept: KeptRows, _ queries: [ContextQuery], _ scan: Scan) {
        self.kept = kept
        window = scan.window
        addresses = Set(queries.compactMap(\.source))
        for remark in kept.remarks { ingest.noted[remark] = IngestCounts.Tally(count: 1) }
    }

    func next(into batch: inout RecordBatch) throws -> Bool {
        while let table = kept.table(number) {
            let place = batch.index(of: table.kind)
            while row < table.count {
                if let place, batch.tables[place].isFull { return true }
                let isAsked = addresses.contains(table.source[row]) || addresses.contains(table.destination[row])
                if let place, isAsked, window.contains(Timestamp(nanoseconds: table.start[row])) {
                    batch.tables[place].append(table, row)
                    ingest.use(table.kind)
                } else {
                    ingest.skip("not asked for")
                }
                row += 1
            }
            number += 1
            row = 0
        }
        return batch.count > 0
    }
}
