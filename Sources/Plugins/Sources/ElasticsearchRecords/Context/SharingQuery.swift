import ElasticsearchClient
import FlareKit

/// Asks the cluster how many different sources share values: all sources of a value up to `SharedValue.exactUpTo`, and
/// of more an estimate (HyperLogLog++, Heule et al. 2013, which is what `cardinality` is).
struct SharingQuery: Sendable {
    private let query: RecordQuery
    private let window: TimeWindow
    /// Whether names are compared in any case.
    private let ignoresCase: Bool

    /// With 65 buckets for each, far below `search.max_buckets` (65,536; 10,000 in old versions).
    static let valuesARequest = 50

    init(_ query: RecordQuery, _ window: TimeWindow, _ server: Server) {
        self.query = query
        self.window = window
        ignoresCase = server.hasCaseInsensitiveTerm
    }

    /// Who has said a value, and in which documents.
    private struct Side {
        let name: String
        /// The field of the address.
        let client: String
        let documents: [JSON]
    }

    /// Who says something is the source; of what a resolver sent it is the destination.
    private var sides: [Side] {
        let answers = query.kind == .dns ? isFromResolver : nil
        let source = query.map["source"].lazy.compactMap { query.types.aggregatable($0) }.first
        let destination = query.map["destination"].lazy.compactMap { query.types.aggregatable($0) }.first
        var sides: [Side] = []
        if let source {
            sides.append(Side(name: "asked", client: source, documents: answers.map { [QueryClause.not($0)] } ?? []))
        }
        if let destination, let answers {
            sides.append(Side(name: "answered", client: destination, documents: [answers]))
        }
        return sides
    }

    private var isFromResolver: JSON? {
        func isDNS(_ column: String) -> JSON? {
            guard let field = query.map[column].lazy.compactMap({ query.types.exact($0) }).first else { return nil }
            let isText = query.types[field]?.types.isSubset(of: ["keyword", "constant_keyword", "wildcard"]) ?? false
            return QueryClause.terms(field, [isText ? "53" : 53])
        }
        guard let source = isDNS(ColumnName.sourcePort.name), let destination = isDNS("port") else { return nil }
        return ["bool": ["filter": .array([source]), "must_not": .array([destination])]]
    }

    /// - Returns: `nil` where none of the values can be compared in the index.
    func request(for values: ArraySlice<SharedValue>) -> JSON? {
        let sides = self.sides
        var filters: [JSON.Member] = []
        for (number, value) in values.enumerated() {
            if let clause = clause(for: value) { filters.append(.init(name: String(number), value: clause)) }
        }
        guard !filters.isEmpty, !sides.isEmpty else { return nil }
        let aggregations = sides.map { side in
            let sources: JSON = [
                "all": [
                    "terms": ["field": .text(side.client), "size": .integer(Int64(SharedValue.exactUpTo + 1))]
                ],
                "estimate": ["cardinality": ["field": .text(side.client)]],
            ]
            let counted: JSON = ["filters": ["filters": .object(filters)], "aggs": sources]
            let whole: JSON = [
                "filter": ["bool": ["filter": .array(side.documents)]], "aggs": ["values": counted],
            ]
            return JSON.Member(name: side.name, value: whole)
        }
        return [
            "size": 0, "query": query.query(time: query.clause(for: window)), "aggs": .object(aggregations),
        ]
    }

    private func clause(for value: SharedValue) -> JSON? {
        let fields = query.map[value.column.name].compactMap { query.types.exact($0) }
        let isName = value.column == .host || value.column == .query
        let clauses = fields.map { field -> JSON in
            guard isName, ignoresCase else { return QueryClause.terms(field, [.text(value.value)]) }
            let word: JSON = ["value": .text(value.value), "case_insensitive": true]
            return ["term": .object([.init(name: field, value: word)])]
        }
        return clauses.isEmpty ? nil : QueryClause.any(clauses)
    }

    /// - Returns: no entry for a value that no document has as it stands here.
    func counts(of values: ArraySlice<SharedValue>, in answer: JSON) -> [SharedValue: Int] {
        var counts: [SharedValue: Int] = [:]
        let sides = self.sides.compactMap { answer["aggregations"]?[$0.name]?["values"]?["buckets"] }
        for (number, value) in values.enumerated() {
            var sources: Set<String> = []
            var estimate = 0
            for side in sides {
                guard let bucket = side[String(number)] else { continue }
                let found = bucket["all"]?["buckets"]?.elements ?? []
                sources.formUnion(found.compactMap { $0["key_as_string"]?.text ?? $0["key"]?.text })
                if found.count > SharedValue.exactUpTo {
                    estimate = max(estimate, Int(bucket["estimate"]?["value"]?.integer ?? 0))
                }
            }
            if !sources.isEmpty { counts[value] = max(sources.count, estimate) }
        }
        return counts
    }
}
