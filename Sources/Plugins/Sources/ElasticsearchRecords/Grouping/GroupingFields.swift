import FlareKit

/// The fields that a cluster groups by, each of a kind that it can group by.
struct GroupingFields: Sendable {
    let source: String
    let destination: String
    /// `nil` where the grouping ignores it.
    let port: String?
    let proto: String?
    /// Whether addresses are of the type `ip`, so that the cluster knows networks.
    let hasNetworks: Bool
    /// Whether ports and protocols are numbers.
    let portIsNumber: Bool
    let protoIsNumber: Bool

    /// - Throws: why the cluster cannot group by these.
    init(_ query: RecordQuery, ignoring: Set<Grouping.Part>) throws(NoGrouping) {
        func field(_ column: String) throws(NoGrouping) -> String? {
            let names = query.map[column]
            guard names.count < 2 else { throw NoGrouping("\(column) stands in one of several fields") }
            guard let name = names.first else { return nil }
            guard let field = query.types.aggregatable(name) else {
                let types = query.types[name]?.types.sorted().joined(separator: " or ")
                throw NoGrouping("\(name) is \(types ?? "not in the index"), which cannot be grouped by")
            }
            return field
        }
        guard let source = try field("source"), let destination = try field("destination") else {
            throw NoGrouping("the schema names no addresses")
        }
        self.source = source
        self.destination = destination
        port = ignoring.contains(.port) ? nil : try field("port")
        proto = ignoring.contains(.proto) ? nil : try field("proto")
        let types = query.types
        func isNumber(_ name: String?) -> Bool {
            name.flatMap { types[$0] }.map { $0.types.isDisjoint(with: ["keyword", "constant_keyword", "wildcard"]) }
                ?? false
        }
        hasNetworks = [source, destination].allSatisfy { types[$0]?.types == ["ip"] }
        portIsNumber = isNumber(port)
        protoIsNumber = isNumber(proto)
    }

    /// The addresses alone.
    init(addressesOf fields: GroupingFields) {
        source = fields.source
        destination = fields.destination
        port = nil
        proto = nil
        hasNetworks = fields.hasNetworks
        portIsNumber = false
        protoIsNumber = false
    }
}

/// Why a cluster cannot group: no error, for then all is read.
struct NoGrouping: Error {
    let why: String

    init(_ why: String) { self.why = why }
}
