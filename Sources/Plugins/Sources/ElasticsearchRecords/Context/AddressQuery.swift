import ElasticsearchClient
import FlareKit

/// The clauses that bring the records about some addresses and no others.
struct AddressQuery: Sendable {
    /// The addresses that a record has at either end.
    private let sources: [IPAddress]
    /// The addresses of which one is among a lookup's answers.
    private let answers: [IPAddress]

    /// Far below the 65,536 that a `terms` query takes (`index.max_terms_count`).
    static let addressesAClause = 8192
    /// Words that a `match` query may have: each is a clause (`indices.query.bool.max_clause_count` is 1,024).
    static let wordsAMatch = 64

    init(_ queries: [ContextQuery]) {
        sources = Set(queries.compactMap(\.source)).sorted()
        answers = Set(queries.compactMap { $0.source == nil ? $0.peer?.address : nil }).sorted()
    }

    /// What a kind's records have to match; nothing for certificates, which have no addresses.
    func clauses(for query: RecordQuery) -> [JSON] {
        guard query.kind != .certificate else { return [] }
        var ends = (query.map["source"] + query.map["destination"]).flatMap { clauses($0, sources, query.types) }
        if query.kind == .dns {
            ends += query.map[ColumnName.answers.name].flatMap { clauses($0, answers, query.types) }
        }
        return [QueryClause.any(ends)]
    }

    private func clauses(_ field: String, _ addresses: [IPAddress], _ types: FieldTypes) -> [JSON] {
        guard types[field] != nil else { return [] }
        if let exact = types.exact(field) {
            let isAddress = types[exact]?.types == ["ip"]
            return addresses.chunks(of: Self.addressesAClause).map { part in
                QueryClause.terms(exact, part.flatMap { isAddress ? [$0.description] : $0.spellings }.map(JSON.text))
            }
        }
        // Text is compared word by word; what comes too much is left alone by the reader.
        return addresses.flatMap(\.spellings).chunks(of: Self.wordsAMatch).map { part in
            ["match": .object([.init(name: field, value: .text(part.joined(separator: " ")))])]
        }
    }
}

extension IPAddress {
    /// The ways in which sensors write an address: IPv6 shortened (RFC 5952), and with all its digits as Suricata does.
    var spellings: [String] {
        guard !isV4 else { return [description] }
        let groups = [high >> 48, high >> 32, high >> 16, high, low >> 48, low >> 32, low >> 16, low]
        let whole = groups.map { group in
            let digits = String(group & 0xFFFF, radix: 16)
            return String(repeating: "0", count: 4 - digits.count) + digits
        }
        return [description, whole.joined(separator: ":")]
    }
}
