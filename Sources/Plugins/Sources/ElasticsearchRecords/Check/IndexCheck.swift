import ElasticsearchClient
import FlareKit
import RecordSchemas

/// What the indices of a query hold of what is asked for.
struct IndexCheck {
    let cluster: Cluster
    let query: RecordQuery
    let window: TimeWindow
    let columns: Set<ColumnName>
    /// The schema that the pipeline names.
    let schema: String

    func remarks() async throws -> [CheckRemark] {
        let indices = try await cluster.indices(query.index)
        guard !indices.isEmpty else {
            let others = try await cluster.flowPatterns()
            let hint = others.isEmpty ? nil : "patterns that match something: \(others.joined(separator: ", "))"
            return [CheckRemark(.wrong, "no index matches \(query.index)", remedy: hint)]
        }
        let all = try await cluster.count(query.index, ["match_all": [:]])
        let shown = indices.prefix(5).joined(separator: ", ") + (indices.count > 5 ? ", …" : "")
        let text = "\(query.index) matches \(indices.count) indices (\(shown)) with \(all) documents"
        let steps = query.steps(in: window).map { ($0.name, $0.query) }
        let survivors = try await CheckRemark.survivors("documents", of: all, steps) {
            try await cluster.count(query.index, $0)
        }
        return try await [CheckRemark(all == 0 ? .wrong : .fine, text)] + survivors + fields()
    }

    /// Which fields there are, of which type, and in how many of the documents that are left.
    private func fields() async throws -> [CheckRemark] {
        var remarks: [CheckRemark] = []
        let body = query.query(in: window)
        let total = try await cluster.count(query.index, body)
        var isMissing = false
        for (column, names) in wanted {
            for name in names {
                guard let field = query.types[name] else {
                    let isNeeded = names.count == 1 && Self.needed.contains(column)
                    isMissing = isMissing || isNeeded
                    remarks.append(CheckRemark(isNeeded ? .wrong : .doubtful, "\(column): there is no field \(name)"))
                    continue
                }
                let exists: JSON = ["exists": ["field": .text(name)]]
                let holding = try await cluster.count(query.index, ["bool": ["filter": .array([body, exists])]])
                let share = total == 0 ? 0 : holding * 1000 / total
                let types = field.types.sorted().joined(separator: " and ")
                let isDoubtful = field.isConflicting || (holding == 0 && total > 0)
                remarks.append(
                    CheckRemark(
                        isDoubtful ? .doubtful : .fine,
                        "\(column): \(name) is \(types), in \(share / 10).\(share % 10) % of the documents"))
            }
        }
        if isMissing || total == 0 { remarks += try await suggestion() }
        return remarks
    }

    /// Without these there is no flow.
    private static let needed: Set<String> = ["source", "destination", "start"]

    /// The columns that a run reads, with their fields.
    private var wanted: [(column: String, names: [String])] {
        var wanted: [(column: String, names: [String])] = [("start", [query.time])]
        for column in ["source", "destination", "port", "proto"] + columns.map(\.name).sorted() {
            let names = query.map[column]
            if !names.isEmpty { wanted.append((column, names)) }
        }
        return wanted
    }

    /// The schema whose fields the index has, if it is another one than the pipeline's.
    private func suggestion() async throws -> [CheckRemark] {
        guard let best = try await SchemaFit.best(of: query.index, cluster), best.name != schema else { return [] }
        return [
            CheckRemark(
                .wrong, "the index has the fields of another schema: \(best.title)", remedy: "schema: \(best.name)")
        ]
    }
}

/// How well schemas fit the fields that an index has.
enum SchemaFit {
    /// A schema that fits.
    struct Fit: Sendable {
        let name: String
        let title: String
        /// How many documents it chooses.
        let documents: Int
    }

    /// The schema whose needed fields are all there and that chooses some documents, with the most other fields;
    /// `nil` where none fits.
    static func best(of index: String, _ cluster: Cluster) async throws -> Fit? {
        var best: (fit: Fit, score: Int)?
        for (name, map) in try BuiltInSchemas.all() {
            let types = try await cluster.fieldTypes(index, FieldTypes.asking(for: map.names(of: map.flow)))
            func isThere(_ names: [String]) -> Bool { names.contains { types[$0] != nil } }
            let needed = [map.flow["source"], map.flow["destination"], [map.flow.start ?? map.logged]]
            guard needed.allSatisfy(isThere), map.flow.select.keys.allSatisfy({ isThere([$0]) }) else { continue }
            let query = RecordQuery(
                kind: .flow, index: index, map: map.flow, logged: map.logged, types: types, usesLogged: false,
                logDelay: 0, filter: nil)
            let documents = try await cluster.count(index, query.query(in: .all))
            guard documents > 0 else { continue }
            // What a schema chooses documents by tells more than one field in common.
            let score = map.flow.fields.values.filter { isThere($0.paths) }.count + 3 * map.flow.select.count
            if score > best?.score ?? 0 {
                best = (Fit(name: name, title: map.title, documents: documents), score)
            }
        }
        return best?.fit
    }
}

extension Cluster {
    /// The names of the indices that match a pattern.
    func indices(_ pattern: String) async throws -> [String] {
        let request = ClusterClient.Request(
            .get, "/\(PercentEncoding.index(pattern))/_mapping",
            query: Cluster.lenient + [("filter_path", "*.mappings.dynamic,*.mappings.properties.@timestamp.type")])
        do {
            let named = try await client.json(request).members?.map(\.name).sorted() ?? []
            if !named.isEmpty { return named }
            // An index without any of these leaves no trace in a filtered answer.
            var whole = request
            whole.query.removeLast()
            return try await client.json(whole).members?.map(\.name).sorted() ?? []
        } catch let error as ClusterError where error.kind == .status(404) {
            return []
        }
    }

    /// How many documents of an index match.
    func count(_ index: String, _ query: JSON) async throws -> Int {
        let request = ClusterClient.Request(
            .post, "/\(PercentEncoding.index(index))/_count", query: Cluster.lenient, ["query": query])
        return Int(try await client.json(request)["count"]?.integer ?? 0)
    }

    /// The index patterns of known schemas that match some documents.
    func flowPatterns() async throws -> [String] {
        let patterns = try BuiltInSchemas.all().flatMap { $0.schema.index.split(separator: ",").map(String.init) }
        var found: [String] = []
        for pattern in Set(patterns).sorted() where try await count(pattern, ["match_all": [:]]) > 0 {
            found.append(pattern)
        }
        return found
    }
}

extension RecordQuery {
    /// The query as it grows part by part, each with a name.
    func steps(in window: TimeWindow) -> [(name: String, query: JSON)] {
        var bare = self
        bare.filter = nil
        var steps: [(name: String, query: JSON)] = []
        if !map.select.isEmpty || !map.exclude.isEmpty {
            let words = map.select.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.joined(separator: " or "))" }
            steps.append(("the schema's choice (\(words.joined(separator: ", ")))", bare.query(time: nil)))
        }
        if window != .all { steps.append(("the window \(window) of \(time)", bare.query(in: window))) }
        if let filter {
            bare.filter = filter
            steps.append(("filter \(filter)", bare.query(in: window)))
        }
        return steps
    }
}
