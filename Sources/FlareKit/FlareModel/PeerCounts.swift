/// A number for each peer, compact enough for millions of addresses: some 56 bytes each.
public struct PeerCounts: Sendable, Codable {
    private var addresses = KeyTable()
    private var addressCounts: ContiguousArray<UInt32> = []
    private var nameCounts: [String: Int] = [:]

    public init() {}

    package init(capacity: Int) { addresses = KeyTable(minimumCapacity: capacity) }

    /// How many peers have a number.
    public var count: Int { addressCounts.count + nameCounts.count }

    /// The number of a peer; 0 where it has none.
    public subscript(peer: Peer) -> Int {
        get {
            switch peer {
            case .name(let name): nameCounts[name] ?? 0
            case .address(let address):
                addresses.existingNumber(of: Self.key(address)).map { Int(addressCounts[Int($0)]) } ?? 0
            }
        }
        set {
            switch peer {
            case .name(let name): nameCounts[name] = newValue
            case .address(let address): addressCounts[place(of: address)] = UInt32(clamping: newValue)
            }
        }
    }

    /// Adds one to an address.
    package mutating func increment(_ address: IPAddress) { addressCounts[place(of: address)] += 1 }

    /// Adds one to a name.
    package mutating func increment(_ name: String) { nameCounts[name, default: 0] += 1 }

    private mutating func place(of address: IPAddress) -> Int {
        let place = Int(addresses.number(of: Self.key(address)))
        if place == addressCounts.count { addressCounts.append(0) }
        return place
    }

    private static func key(_ address: IPAddress) -> PackedKey {
        PackedKey(source: address, peer: address, port: 0, proto: 0, flags: [])
    }

    /// All peers with their numbers, in no order.
    public var all: [(peer: Peer, count: Int)] {
        addresses.keys.enumerated().map { (.address($1.peer), Int(addressCounts[$0])) }
            + nameCounts.map { (.name($0.key), $0.value) }
    }

    public init(from decoder: any Decoder) throws {
        let table = try decoder.singleValueContainer().decode([String: Int].self)
        for (text, count) in table { self[IPAddress(text).map(Peer.address) ?? .name(text)] = count }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(
            Dictionary(all.map { ($0.peer.description, $0.count) }, uniquingKeysWith: { first, _ in first }))
    }
}
