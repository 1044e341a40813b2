import FlareKit

/// Which networks are one's own, and who says so.
enum Inside: Sendable {
    /// Nobody says anything else.
    case `private`
    /// The pipeline names them, and no others are.
    case named([CIDR])
    /// The sensor's records tell, beside the private ones.
    case told(OwnNetworks)
    /// The traffic looks so, beside the private ones.
    case inferred(InsideSearch.Found)

    var networks: [CIDR] {
        switch self {
        case .private: AddressScope.private.ranges
        case .named(let networks): networks
        case .told(let own): AddressScope.private.ranges + own.networks
        case .inferred(let found): AddressScope.private.ranges + found.networks
        }
    }

    /// Whether no network with public addresses is known.
    var isPrivateOnly: Bool {
        switch self {
        case .private: true
        case .told(let own): own.networks.isEmpty
        case .named, .inferred: false
        }
    }

    /// More networks than this are counted.
    private static let mostNamed = 8

    var description: String {
        switch self {
        case .private: "private addresses"
        case .named(let networks): "\(Self.list(networks)), as named"
        case .told(let own) where own.networks.isEmpty: "private addresses, by \(own.origin)"
        case .told(let own): "\(Self.list(own.networks)) and private addresses, by \(own.origin)"
        case .inferred(let found):
            "\(Self.list(found.networks)), inferred: an end of \(Int(found.share * 100)) % of all connections, where private "
                + "addresses are next to none; --networks names them"
        }
    }

    private static func list(_ networks: [CIDR]) -> String {
        networks.map { $0.bits == 128 ? $0.first.description : $0.description }.listed(mostNamed)
    }
}
