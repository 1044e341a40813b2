/// What kind of network an address belongs to, by the IANA registries of special-purpose addresses
/// (RFC 6890 and its updates).
public enum AddressScope: String, Sendable, CaseIterable, Codable {
    case global
    /// RFC 1918, RFC 4193 (fc00::/7), and shared address space (RFC 6598, 100.64.0.0/10).
    case `private`
    case loopback
    case linkLocal = "link-local"
    case multicast
    case broadcast
    /// RFC 5737, RFC 3849, RFC 9637.
    case documentation
    /// 0.0.0.0/8, ::
    case unspecified
    /// Reserved for protocols, benchmarks or the future.
    case reserved

    private static let registry: [(CIDR, AddressScope)] = [
        ("255.255.255.255/32", AddressScope.broadcast),
        ("0.0.0.0/8", .unspecified), ("10.0.0.0/8", .private), ("100.64.0.0/10", .private),
        ("127.0.0.0/8", .loopback), ("169.254.0.0/16", .linkLocal), ("172.16.0.0/12", .private),
        ("192.0.0.0/24", .reserved), ("192.0.2.0/24", .documentation), ("192.88.99.0/24", .reserved),
        ("192.168.0.0/16", .private), ("198.18.0.0/15", .reserved), ("198.51.100.0/24", .documentation),
        ("203.0.113.0/24", .documentation), ("224.0.0.0/4", .multicast), ("240.0.0.0/4", .reserved),
        ("::/128", .unspecified), ("::1/128", .loopback), ("fe80::/10", .linkLocal), ("fec0::/10", .private),
        ("fc00::/7", .private), ("ff00::/8", .multicast), ("2001:db8::/32", .documentation),
        ("3fff::/20", .documentation), ("100::/64", .reserved), ("2001:2::/48", .reserved),
    ].compactMap { entry in CIDR(entry.0).map { ($0, entry.1) } }

    /// The networks of this kind; none for `global`, which is what is in no other's.
    public var ranges: [CIDR] { Self.registry.filter { $0.1 == self }.map(\.0) }

    fileprivate static func of(_ address: IPAddress) -> AddressScope {
        registry.first { $0.0.contains(address) }?.1 ?? .global
    }
}

extension IPAddress {
    /// The kind of network this address belongs to.
    public var scope: AddressScope { AddressScope.of(self) }

    /// Whether a host, as a URL has it, is this machine: `localhost`, `127.0.0.1`, `[::1]`.
    package static func isLoopback(host: String) -> Bool {
        host == "localhost" || IPAddress(host.filter { $0 != "[" && $0 != "]" })?.scope == .loopback
    }
}
