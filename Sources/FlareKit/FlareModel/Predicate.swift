/// A rule on a channel's key, as data, so that a cluster can apply it itself.
public indirect enum Predicate: Hashable, Sendable {
    case source(in: [CIDR])
    case destination(in: [CIDR])
    case port(in: [ClosedRange<UInt16>])
    case proto(in: [UInt8])
    case all([Predicate])
    case any([Predicate])
    case not(Predicate)

    /// Whether the rule holds for a key. A rule on a part that the key does not have does not hold.
    public func holds(for key: ChannelKey) -> Bool {
        switch self {
        case .source(let ranges): ranges.contains { $0.contains(key.source) }
        case .destination(let ranges):
            key.peer.address.map { address in ranges.contains { $0.contains(address) } } ?? false
        case .port(let ranges): key.port.map { port in ranges.contains { $0.contains(port) } } ?? false
        case .proto(let numbers): key.proto.map(numbers.contains) ?? false
        case .all(let rules): rules.allSatisfy { $0.holds(for: key) }
        case .any(let rules): rules.contains { $0.holds(for: key) }
        case .not(let rule): !rule.holds(for: key)
        }
    }
}
