import ElasticsearchClient
import FlareKit
import Synchronization

/// Records of one kind that are read in slices, by as many cursors as there are connections.
final class TableReading: Sendable {
    let selection: RecordSelection
    private let server: ClickHouseServer
    private let columns: [ColumnName]
    private let slices: Mutex<ArraySlice<RecordSlice>>
    /// Records that the server had counted, and those that came.
    let counted: Int
    private let came = Mutex(0)

    init(_ selection: RecordSelection, _ asked: Set<ColumnName>, _ slices: [RecordSlice], _ server: ClickHouseServer) {
        (self.selection, self.server) = (selection, server)
        columns = asked.sorted { $0.name < $1.name }
        self.slices = Mutex(slices[...])
        counted = slices.reduce(0) { $0.addingClamped($1.records) }
    }

    /// Begins to fetch the next slice; `nil` where there is none.
    func next() -> Fetch<any AnswerPage>? {
        guard let slice = slices.withLock({ $0.popFirst() }) else { return nil }
        return Fetch { [selection, server, columns] in
            if selection.kind == .flow {
                let statement = FlowPage.statement(selection, columns, slice, server)
                return try await server.rows(statement) { rows throws(RowBinary.Damage) in try FlowPage(&rows, columns)
                }
            }
            let statement = RowPage.statement(selection, columns, slice, server)
            return try await server.rows(statement) { rows throws(RowBinary.Damage) in
                try RowPage(&rows, selection.kind, columns)
            }
        }
    }

    func note(_ page: any AnswerPage) { came.withLock { $0.addClamped(page.records) } }

    /// What the report has to say where rows came or went while they were read.
    var remark: String? {
        let came = came.withLock { $0 }
        guard slices.withLock({ $0.isEmpty }), came != counted else { return nil }
        return
            "\(selection.table.name) changed while it was read: the server counted \(counted.grouped) records and gave "
            + came.grouped
    }
}

/// Reads slices of tables, the next one while the present one is taken.
///
/// `@unchecked`: only the engine's thread that drives the cursor touches it, which is the law of `Cursor`.
final class TableCursor: Cursor, @unchecked Sendable {
    private var readings: ArraySlice<TableReading>
    private var pending: Fetch<any AnswerPage>?
    private var page: (any AnswerPage)?
    private(set) var ingest = IngestCounts()

    /// How long a call may block, in seconds.
    private static let secondsToWait = 0.9

    init(_ readings: [TableReading]) { self.readings = readings[...] }

    func next(into batch: inout RecordBatch) throws -> Bool {
        while let reading = readings.first {
            batch.origin = reading.selection.table.name
            guard page != nil || pending != nil else {
                pending = reading.next()
                if pending == nil { readings.removeFirst() }
                continue
            }
            if page == nil, let coming = pending {
                guard let came = try coming.wait(seconds: Self.secondsToWait) else { return true }
                reading.note(came)
                page = came
                pending = reading.next()
            }
            guard let place = batch.index(of: reading.selection.kind) else {
                ingest.use(reading.selection.kind, count: page?.records ?? 0)
                page = nil
                continue
            }
            guard let isAtEnd = try? page?.fill(&batch.tables[place], &ingest, origin: batch.origin) else {
                throw PluginError("the answer is not whole", at: batch.origin)
            }
            if isAtEnd { page = nil }
            if batch.count > 0 { return true }
        }
        return false
    }
}
