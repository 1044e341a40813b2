/// The site's own networks as a sensor's records name them.
public struct OwnNetworks: Sendable, Hashable {
    /// Those with public addresses; private ones are inside anyway.
    public private(set) var networks: [CIDR]
    /// Which fields of which records name them: `Zeek's local_orig and local_resp`.
    public private(set) var origin: String

    /// From this many addresses of one prefix on, the whole prefix counts as the site's own.
    private static let fewestOfPrefix = 2

    /// Networks made of single addresses. A prefix with several addresses that are inside and none that is outside counts
    /// as a whole, since the addresses that were seen are a sample.
    ///
    /// - Returns: `nil` where no address is inside.
    public init?(inside: Set<IPAddress>, outside: Set<IPAddress>, origin: String) {
        guard !inside.isEmpty else { return nil }
        self.origin = origin
        let foreign = Set(outside.subtracting(inside).map(\.sitePrefix))
        networks = Dictionary(grouping: inside.filter { $0.scope == .global }, by: \.sitePrefix)
            .flatMap { prefix, addresses in
                addresses.count >= Self.fewestOfPrefix && !foreign.contains(prefix)
                    ? [prefix] : addresses.map(\.asNetwork)
            }.sorted()
    }

    package func joined(with other: OwnNetworks) -> OwnNetworks {
        var joined = self
        joined.networks = Set(networks + other.networks).sorted()
        if origin != other.origin { joined.origin += " and \(other.origin)" }
        return joined
    }
}

extension IPAddress {
    /// The smallest network that is usually given to one site: an IPv4 /24, an IPv6 /64.
    public var sitePrefix: CIDR { CIDR(self, bits: isV4 ? 120 : 64) }
    /// The network of this address alone.
    public var asNetwork: CIDR { CIDR(self, bits: 128) }
}

extension CIDR: Comparable {
    /// By the first address, the larger network first.
    public static func < (a: CIDR, b: CIDR) -> Bool { (a.first, a.bits) < (b.first, b.bits) }
}
