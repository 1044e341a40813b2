/// A number for each peer, compact enough for millions of addresses: 26 to 32 bytes each.
public struct PeerCounts: Sendable, Codable {
    private var addresses: ContiguousArray<IPAddress> = []
    private var slots = KeySlots(capacity: 0)
    private var addressCounts: ContiguousArray<UInt32> = []
    private var nameCounts: [String: Int] = [:]

    public init() {}

    package init(capacity: Int) { slots = KeySlots(capacity: capacity) }

    /// How many peers have a number.
    public var count: Int { addressCounts.count + nameCounts.count }

    /// The number of a peer; 0 where it has none.
    public subscript(peer: Peer) -> Int {
        get {
            switch peer {
            case .name(let name): nameCounts[name] ?? 0
            case .address(let address):
                find(address).number.map { Int(addressCounts[Int($0)]) } ?? 0
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
        let (slot, number) = find(address)
        if let number { return Int(number) }
        slots.insert(UInt32(addresses.count), at: slot)
        addresses.append(address)
        addressCounts.append(0)
        if slots.isCrowded { slots.grow { [addresses] in Self.key(addresses[Int($0)]) } }
        return addresses.count - 1
    }

    private func find(_ address: IPAddress) -> (slot: Int, number: UInt32?) {
        slots.find(Self.key(address)) { Self.key(addresses[Int($0)]) }
    }

    private static func key(_ address: IPAddress) -> PackedKey {
        PackedKey(source: address, peer: address, port: 0, proto: 0, flags: [])
    }

    /// All peers with their numbers, in no order.
    public var all: [(peer: Peer, count: Int)] {
        zip(addresses, addressCounts).map { (.address($0), Int($1)) }
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
