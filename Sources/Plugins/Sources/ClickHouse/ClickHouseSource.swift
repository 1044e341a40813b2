import ElasticsearchClient
import FlareKit
import HTTP
import RecordSchemas
import Synchronization

/// Flow records of tables in ClickHouse.
public struct ClickHouseSource: BuiltInPlugin, ClosablePlugin, Source {
    public static let name = "clickhouse"
    public static let summary =
        "Reads flow records of tables in ClickHouse: RITA's database, Zeek's logs, Suricata's events."

    /// How much one request asks for.
    struct PageSizes: Sendable {
        var records = 250_000
        var channels = 250_000
    }

    let options: ClickHouseSourceOptions
    let pages: PageSizes
    let choice: SchemaChoice
    let session: ServerSession<ClickHouseServer>
    private let said = Remarks()

    public init(_ options: ClickHouseSourceOptions, _ context: PluginContext) throws {
        try self.init(options, context, pages: PageSizes())
    }

    init(
        _ options: ClickHouseSourceOptions, _ context: PluginContext, policy: RetryPolicy = RetryPolicy(),
        pages: PageSizes = PageSizes()
    ) throws {
        try options.connection.check(codeFolders: context.codeFolders)
        if options.connection.auth.apiKey != nil {
            throw OptionComplaint(
                "ClickHouse knows no API keys", option: "auth.api_key",
                suggestion: "use username and password, or token")
        }
        self.options = options
        self.pages = pages
        choice = try SchemaChoice(options.schema, folder: context.folder, builtIn: DatabaseSchemas.texts)
        try choice.check(options.fields)
        session = ServerSession(options.connection, policy: policy)
    }

    public var offers: Set<RecordKind> { choice.offers }

    public var endsNow: Bool { true }

    public func open(_ scan: Scan) async throws -> [any Cursor] {
        let server = try await session.cluster()
        var readings: [TableReading] = []
        for selection in try await selections(scan.kinds, server) {
            readings.append(try await reading(selection, scan, server))
        }
        return cursors(readings, scan)
    }

    /// Reads all records of a window in parts.
    ///
    /// - Parameter condition: what they have to meet beside.
    func reading(_ selection: RecordSelection, _ scan: Scan, _ server: ClickHouseServer, condition: String? = nil)
        async throws -> TableReading
    {
        let counts = try await MinuteCounts.read(selection, in: scan.window, server, condition: condition)
        if selection.kind == .flow { note(counts, of: selection) }
        var slices = counts.parts(of: pages.records).map { part in
            RecordSlice(window: part.window.cut(to: scan.window), records: part.records, condition: condition)
        }
        if counts.timeless > 0 {
            let time = TimeWindow(until: Timestamp(nanoseconds: RecordSelection.firstTime)).cut(to: scan.window)
            slices.append(RecordSlice(window: time, records: counts.timeless, condition: condition))
        }
        return TableReading(selection, scan.kinds[selection.kind] ?? [], slices, server)
    }

    func cursors(_ readings: [TableReading], _ scan: Scan) -> [any Cursor] {
        said.watch(readings)
        return (0..<max(1, min(scan.parallelism, options.connection.connections))).map { _ in TableCursor(readings) }
    }

    /// What is asked for of each kind that there is a table of.
    func selections(_ kinds: [RecordKind: Set<ColumnName>], _ server: ClickHouseServer) async throws
        -> [RecordSelection]
    {
        let schema = try choice.load().overridden(by: options.fields)
        var selections: [RecordSelection] = []
        for (kind, wanted) in kinds.sorted(by: { $0.key.name < $1.key.name }) {
            guard let map = schema[kind] else { continue }
            let isFlow = kind == .flow
            // Kinds without a table of their own stand in that of the flows.
            let own = map.index ?? options.table ?? schema.index
            let name = isFlow ? options.table ?? own : own
            guard let table = try await TableCatalogue.read(name, in: options.database, server) else {
                // Who logs no handshakes has no table of them.
                guard isFlow else { continue }
                throw await TableCatalogue.complaint(name, in: options.database, server)
            }
            let selection = try RecordSelection(
                kind, table, map, logged: schema.logged, named: isFlow ? Set(options.fields.keys) : [], wanted: wanted,
                filter: isFlow ? options.filter : nil)
            // What was not said besides flows shows in the findings, and flare check names it.
            if isFlow { for remark in selection.remarks { said.note(remark) } }
            selections.append(selection)
        }
        return selections
    }

    func note(_ remark: String) { said.note(remark) }

    func note(_ counts: MinuteCounts, of selection: RecordSelection) {
        guard counts.fellBack > 0 else { return }
        note(
            "\(counts.fellBack.grouped) flows of \(selection.table.name) have no start; the time of writing is taken for it"
        )
    }

    public func remarks() async -> [String] { said.all }

    public var failure: String? { nil }

    public func cancel() { session.cancel() }

    public func close() async { await session.close() }
}

/// What a run's report has to say of the tables.
private final class Remarks: Sendable {
    private let state = Mutex((texts: [String](), readings: [TableReading]()))

    func note(_ text: String) { state.withLock { if !$0.texts.contains(text) { $0.texts.append(text) } } }

    func watch(_ readings: [TableReading]) { state.withLock { $0.readings += readings } }

    var all: [String] {
        let (texts, readings) = state.withLock { $0 }
        return texts + readings.compactMap(\.remark)
    }
}
