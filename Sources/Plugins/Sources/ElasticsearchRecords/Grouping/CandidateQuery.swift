import ElasticsearchClient
import FlareKit

/// The clauses that bring the flows of some channels and no others.
///
/// Channels that differ only in their destination share a clause with all of these destinations, so that a thousand
/// candidates take a few hundred clauses: a query may have no more than 1,024 (`indices.query.bool.max_clause_count`).
struct CandidateQuery: Sendable {
    let fields: GroupingFields
    let channels: ClusterChannels

    /// Each clause has up to seven leaves.
    static let clausesAQuery = 120
    /// Far below the 65,536 that a `terms` query takes (`index.max_terms_count`).
    static let destinationsAQuery = 8192

    private struct Head: Hashable {
        let source: IPAddress
        let port: UInt16?
        let proto: UInt8?
    }

    /// The clauses of the queries, one query's in each, and how many flows each brings.
    func queries(for candidates: [ChannelKey]) -> [(clause: JSON, flows: Int)] {
        var destinations: [Head: [IPAddress]] = [:]
        var heads: [Head] = []
        for key in candidates {
            guard let destination = key.peer.address else { continue }
            let head = Head(source: key.source, port: key.port, proto: key.proto)
            if destinations[head] == nil { heads.append(head) }
            destinations[head, default: []].append(destination)
        }
        var queries: [(clause: JSON, flows: Int)] = []
        var clauses: [JSON] = []
        var count = 0
        var flows = 0
        func finish() {
            guard !clauses.isEmpty else { return }
            queries.append((QueryClause.any(clauses), flows))
            (clauses, count, flows) = ([], 0, 0)
        }
        for head in heads {
            for part in (destinations[head] ?? []).chunks(of: Self.destinationsAQuery) {
                if clauses.count == Self.clausesAQuery || count + part.count > Self.destinationsAQuery { finish() }
                clauses.append(clause(head, part))
                count += part.count
                flows += part.reduce(0) { $0 + records(head, $1) }
            }
        }
        finish()
        return queries
    }

    private func records(_ head: Head, _ destination: IPAddress) -> Int {
        channels.count(
            of: ChannelKey(
                source: head.source, peer: .address(destination), port: head.port, proto: head.proto))
    }

    private func clause(_ head: Head, _ destinations: ArraySlice<IPAddress>) -> JSON {
        var parts = [
            QueryClause.terms(fields.source, words([head.source])),
            QueryClause.terms(fields.destination, words(destinations)),
        ]
        if let port = head.port, let field = fields.port {
            let value: JSON = fields.portIsNumber ? .integer(Int64(port)) : .text(String(port))
            let same = QueryClause.terms(field, [value])
            parts.append(port == 0 ? QueryClause.any([same, QueryClause.missing(field)]) : same)
        }
        if let proto = head.proto, let field = fields.proto {
            let words = channels.protoWords[proto] ?? []
            let named = words.filter { $0 != .null }.sorted { $0.description < $1.description }
            let same = QueryClause.terms(field, named)
            let missing = QueryClause.missing(field)
            parts.append(named.isEmpty ? missing : words.contains(.null) ? QueryClause.any([same, missing]) : same)
        }
        return ["bool": ["filter": .array(parts)]]
    }

    private func words(_ addresses: some Sequence<IPAddress>) -> [JSON] {
        addresses.flatMap { [$0.description] + (channels.addressWords[$0] ?? []).sorted() }.map(JSON.text)
    }
}

/// Clauses of Elasticsearch's query language.
enum QueryClause {
    static func terms(_ field: String, _ values: [JSON]) -> JSON {
        ["terms": .object([.init(name: field, value: .array(values))])]
    }

    static func missing(_ field: String) -> JSON { not(["exists": ["field": .text(field)]]) }

    static func not(_ clause: JSON) -> JSON { ["bool": ["must_not": .array([clause])]] }

    /// One of several; of none it is nothing.
    static func any(_ clauses: [JSON]) -> JSON {
        clauses.isEmpty
            ? not(["match_all": [:]]) : ["bool": ["should": .array(clauses), "minimum_should_match": 1]]
    }
}

extension Array {
    /// The elements in their order, in parts of at most a size.
    func chunks(of size: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: count, by: size).map { self[$0..<Swift.min($0 + size, count)] }
    }
}
