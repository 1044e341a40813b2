import ElasticsearchClient
import FlareKit
import RecordSchemas

extension ElasticsearchSource: ContextSource {
    public static var contextKinds: Set<RecordKind> { Set(RecordKind.known).subtracting([.flow]) }

    /// Certificates stand in the records of the handshakes that showed them, where the schema has none of their own.
    public var contextKinds: Set<RecordKind> {
        let kinds = choice.kinds.subtracting([.flow])
        return kinds.contains(.tls) ? kinds.union([.certificate]) : kinds
    }

    public func records(about queries: [ContextQuery], _ scan: Scan) async throws -> [any Cursor] {
        try await explained {
            let cluster = try await session.cluster()
            let about = AddressQuery(queries)
            let asked = try await contextQueries(scan.kinds.keys, cluster)
            var deal = SliceDeal(scan, connections: options.connection.connections)
            var contexts: [String: SearchContext] = [:]
            for query in asked {
                let context = try await contexts[query.index, openingWith: { try await openContext($0, cluster) }]
                let reader = ProtocolRecordReader(query, columns: scan.kinds[query.kind] ?? [], window: scan.window)
                let wanted = query.query(time: query.clause(for: scan.window), further: about.clauses(for: query))
                let search = Search(
                    context: context, query: wanted, fields: reader.fields, page: pages.documents, slices: deal.count)
                deal.deal(search, query, reader)
            }
            return deal.cursors(remarks: asked.isEmpty ? [Self.nothing] : [])
        }
    }

    private static let nothing =
        "the cluster has no records besides flows where they are looked for; context_index says where they are"

    public func sources(sharing values: [SharedValue], in window: TimeWindow) async throws -> [SharedValue: Int] {
        try await explained {
            let cluster = try await session.cluster()
            var counts: [SharedValue: Int] = [:]
            for query in try await contextQueries(Set(values.map(\.kind)), cluster) {
                let sharing = SharingQuery(query, window, cluster.server)
                let context = try await openContext(query.index, cluster)
                for part in values.filter({ $0.kind == query.kind }).chunks(of: SharingQuery.valuesARequest) {
                    guard let request = sharing.request(for: part) else { continue }
                    let answer = try await context.search(request, for: "aggregations")
                    counts.merge(sharing.counts(of: part, in: answer)) { max($0, $1) }
                }
            }
            return counts
        }
    }

    /// What is asked for of each kind that the indices have some fields of.
    private func contextQueries(_ kinds: some Sequence<RecordKind>, _ cluster: Cluster) async throws -> [RecordQuery] {
        let map = try choice.load()
        var queries: [RecordQuery] = []
        for kind in kinds.sorted(by: { $0.name < $1.name }) where kind != .flow {
            guard let fields = map.kinds[kind] else { continue }
            let index = contextIndex(of: fields, map)
            let types = try await cluster.fieldTypes(index, FieldTypes.asking(for: map.names(of: fields)))
            guard !types.fields.isEmpty else { continue }
            queries.append(
                RecordQuery(
                    kind: kind, index: index, map: fields, logged: map.logged, types: types, usesLogged: false,
                    logDelay: map.logDelay.nanoseconds, filter: nil))
        }
        return queries
    }

    /// Where a kind's records are: with the flows that the pipeline names, or where the schema has them.
    private func contextIndex(of fields: KindSchema, _ map: RecordSchema) -> String {
        if let index = options.contextIndex { return index }
        var patterns: [String] = []
        for index in [options.index, fields.index ?? map.index] {
            for pattern in (index ?? "").split(separator: ",").map(String.init) where !patterns.contains(pattern) {
                patterns.append(pattern)
            }
        }
        return patterns.joined(separator: ",")
    }
}

extension Dictionary where Key == String, Value == SearchContext {
    /// The context of an index, opened at the first time.
    fileprivate subscript(index: String, openingWith open: (String) async throws -> SearchContext) -> SearchContext {
        mutating get async throws {
            if let known = self[index] { return known }
            let context = try await open(index)
            self[index] = context
            return context
        }
    }
}
