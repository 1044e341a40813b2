import ElasticsearchClient
import FlareKit

/// A predicate on channels as a clause that the cluster applies itself.
struct PredicateClause {
    let fields: GroupingFields

    /// - Returns: `nil` where not all of it can be said to the cluster.
    func clause(_ predicate: Predicate) -> JSON? {
        switch predicate {
        case .source(let networks): self.networks(fields.source, networks)
        case .destination(let networks): self.networks(fields.destination, networks)
        case .port(let ranges): ports(ranges)
        case .proto(let numbers): protocols(numbers)
        case .all(let rules): clauses(rules).map { ["bool": ["filter": .array($0)]] }
        case .any(let rules): clauses(rules).map(QueryClause.any)
        case .not(let rule): clause(rule).map(QueryClause.not)
        }
    }

    private func clauses(_ rules: [Predicate]) -> [JSON]? {
        let clauses = rules.compactMap(clause)
        return clauses.count == rules.count ? clauses : nil
    }

    private func networks(_ field: String, _ networks: [CIDR]) -> JSON? {
        guard fields.hasNetworks else { return nil }
        return QueryClause.terms(field, networks.map { .text($0.description) })
    }

    private func ports(_ ranges: [ClosedRange<UInt16>]) -> JSON? {
        guard let field = fields.port, fields.portIsNumber else { return nil }
        var clauses = ranges.map { range -> JSON in
            let bounds: JSON = [
                "gte": .integer(Int64(range.lowerBound)), "lte": .integer(Int64(range.upperBound)),
            ]
            return ["range": .object([.init(name: field, value: bounds)])]
        }
        // A missing port counts as 0.
        if ranges.contains(where: { $0.contains(0) }) { clauses.append(QueryClause.missing(field)) }
        return QueryClause.any(clauses)
    }

    private func protocols(_ numbers: [UInt8]) -> JSON? {
        guard let field = fields.proto, fields.protoIsNumber, !numbers.contains(TransportProtocol.unknown) else {
            return nil
        }
        return QueryClause.terms(field, numbers.map { .integer(Int64($0)) })
    }
}
