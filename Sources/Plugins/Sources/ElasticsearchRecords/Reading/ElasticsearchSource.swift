import ElasticsearchClient
import FlareKit
import HTTP
import RecordSchemas
import Synchronization

/// Flow records of an Elasticsearch or OpenSearch cluster.
public struct ElasticsearchSource: BuiltInPlugin, ClosablePlugin {
    public static let name = "elasticsearch"
    public static let summary = "Reads flow records of an Elasticsearch or OpenSearch cluster."

    /// How much one request asks for.
    struct PageSizes: Sendable {
        var documents = 5000
        var channels = 10_000
    }

    let options: ElasticsearchSourceOptions
    let pages: PageSizes
    let choice: SchemaChoice
    let session: ClusterSession
    let searches = OpenSearches()

    public init(_ options: ElasticsearchSourceOptions, _ context: PluginContext) throws {
        try self.init(options, context, pages: PageSizes())
    }

    init(
        _ options: ElasticsearchSourceOptions, _ context: PluginContext, policy: RetryPolicy = RetryPolicy(),
        pages: PageSizes = PageSizes()
    ) throws {
        try options.connection.check(codeFolders: context.codeFolders)
        self.options = options
        self.pages = pages
        choice = try SchemaChoice(options.schema, folder: context.folder)
        try choice.check(options.fields)
        session = ClusterSession(options.connection, policy: policy)
    }

    public var offers: Set<RecordKind> { choice.offers }

    public var endsNow: Bool { true }

    /// What is asked for of each kind.
    func queries(_ kinds: some Sequence<RecordKind>, _ cluster: Cluster) async throws -> [RecordQuery] {
        let map = try choice.load().overridden(by: options.fields)
        var queries: [RecordQuery] = []
        for kind in kinds.sorted(by: { $0.name < $1.name }) {
            guard var fields = map[kind] else { continue }
            if kind == .flow, !options.select.isEmpty { fields.select = options.select.mapValues(\.names) }
            let index = (kind == .flow ? options.index : nil) ?? fields.index ?? options.index ?? map.index
            let types = try await cluster.fieldTypes(index, FieldTypes.asking(for: map.names(of: fields)))
            // Who logs no handshakes has no index of them.
            guard kind == .flow || kind == .dns || !types.fields.isEmpty else { continue }
            // Lookups are asked for by their questions, or by their answers; where the cluster cannot tell them, by both.
            if kind == .lookup {
                fields.select.merge(fields.answers.filter { types.exact($0.key) != nil }) { $0 + $1 }
            } else {
                fields.exclude.merge(fields.answers) { $0 + $1 }
            }
            queries.append(
                RecordQuery(
                    kind: kind, index: index, map: fields, logged: map.logged, types: types,
                    usesLogged: options.time == .logged,
                    logDelay: map.logDelay.nanoseconds, filter: options.filter))
        }
        return queries
    }

    public func open(_ scan: Scan) async throws -> [any Cursor] {
        try await explained {
            let cluster = try await session.cluster()
            for remark in cluster.remarks { searches.remark(remark) }
            let queries = try await queries(scan.kinds.keys, cluster)
            for query in queries { remark(on: query, scan.window) }
            var slices = SliceDeal(scan, connections: options.connection.connections)
            for query in queries {
                let context = try await openContext(query.index, cluster)
                let reader = reader(of: query, scan)
                let search = Search(
                    context: context, query: query.query(in: scan.window), fields: reader.fields, page: pages.documents,
                    slices: slices.count)
                slices.deal(search, query, reader)
            }
            return slices.cursors()
        }
    }

    /// Makes records of a query's documents.
    func reader(of query: RecordQuery, _ scan: Scan) -> any DocumentReader {
        let columns = scan.kinds[query.kind] ?? []
        return query.kind == .lookup
            ? ProtocolRecordReader(query, columns: columns, window: scan.window) : RecordReader(query, columns: columns)
    }

    /// Opens the documents of an index; they are closed with the source.
    func openContext(_ index: String, _ cluster: Cluster) async throws -> SearchContext {
        let context = SearchContext(cluster, index: index, allowPartial: options.allowPartial)
        searches.add(context)
        try await context.open()
        return context
    }

    private func remark(on query: RecordQuery, _ window: TimeWindow) {
        guard window != .all, !query.types.fields.isEmpty else { return }
        switch query.timeFilter {
        case .exact: break
        case .widened:
            searches.remark(
                "\(query.index) cannot be filtered by \(query.time); it is read by \(query.logged), widened by "
                    + "\(OptionDuration(nanoseconds: query.logDelay)) (log_delay of the schema), and cut here")
        case .none: searches.remark("\(query.index) has no date to filter by; all of it is read, and cut here")
        }
    }

    public func remarks() async -> [String] { searches.remarks + (options.allowPartial ? searches.gaps : []) }

    /// What the cluster left out of its answers.
    public var failure: String? {
        guard !options.allowPartial, !searches.gaps.isEmpty else { return nil }
        return "\(Self.name): \(searches.gaps.joined(separator: "; ")) (flare check tells how the cluster is)"
    }

    public func cancel() { session.cancel() }

    public func close() async {
        await searches.close()
        await session.close()
    }

    /// Does something with the cluster, its errors in the words of plugins.
    func explained<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error as ClusterError {
            throw PluginError(error)
        }
    }
}

/// Deals the parts of searches to the cursors of a scan.
struct SliceDeal {
    /// How many cursors there are.
    let count: Int
    private var hands: [[SliceReader]]
    private var origins: [String] = []
    private var next = 0

    init(_ scan: Scan, connections: Int) {
        count = max(1, min(scan.parallelism, connections))
        hands = Array(repeating: [], count: count)
    }

    /// Deals each slice of a search to another cursor.
    mutating func deal(_ search: Search, _ query: RecordQuery, _ reader: any DocumentReader) {
        for slice in 0..<search.slices {
            hands[next % count].append(
                SliceReader(search, slice: slice, kind: query.kind, reader, origin: query.index))
            next += 1
        }
        if !origins.contains(query.index) { origins.append(query.index) }
    }

    /// - Parameter remarks: what is to be said of the searches, noted in the first cursor's ingest counts.
    func cursors(remarks: [String] = []) -> [any Cursor] {
        hands.enumerated().map { number, slices in
            SearchCursor(slices, origin: origins.joined(separator: ","), remarks: number == 0 ? remarks : [])
        }
    }
}

/// What a run has open in the cluster, and what its report has to say.
final class OpenSearches: Sendable {
    private let contexts = Mutex<[SearchContext]>([])
    private let said = Mutex<[String]>([])

    func add(_ context: SearchContext) { contexts.withLock { $0.append(context) } }

    func remark(_ text: String) { said.withLock { if !$0.contains(text) { $0.append(text) } } }

    var remarks: [String] { said.withLock { $0 } }

    /// What the answers so far leave out, each once.
    var gaps: [String] {
        var gaps: [String: Gap] = [:]
        for context in contexts.withLock({ $0 }) { gaps[context.index, default: Gap()].merge(context.gap) }
        return gaps.sorted { $0.key < $1.key }.flatMap { $1.sentences(on: $0) }
    }

    func close() async {
        let open = contexts.withLock { contexts in
            defer { contexts = [] }
            return contexts
        }
        await withTaskGroup(of: Void.self) { group in
            for context in open { group.addTask { await context.close() } }
        }
    }
}
