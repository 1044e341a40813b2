import FlareKit

/// The number of a channel among `ChannelNumbers`.
typealias ChannelNumber = UInt32

/// Numbers channels from 0, so that what is gathered of them need not hold their keys.
struct ChannelNumbers: Sendable {
    private var table = KeyTable()
    private var names: [String] = []
    private var numbersOfNames: [String: UInt64] = [:]

    /// The number of a channel, given to it now if it is new.
    mutating func number(of key: ChannelKey) -> ChannelNumber {
        var flags = PackedKey.Flags(lackingPartsOf: key)
        let peer: IPAddress
        switch key.peer {
        case .address(let address): peer = address
        case .name(let name):
            flags.insert(.peerIsName)
            peer = IPAddress(high: 0, low: number(of: name))
        }
        return table.number(
            of: PackedKey(source: key.source, peer: peer, port: key.port ?? 0, proto: key.proto ?? 0, flags: flags))
    }

    /// The same of a channel toward an address.
    mutating func number(of key: PackedKey) -> ChannelNumber { table.number(of: key) }

    /// `nil` for a channel that has no number yet.
    func existingNumber(of key: PackedKey) -> ChannelNumber? { table.existingNumber(of: key) }

    private mutating func number(of name: String) -> UInt64 {
        if let known = numbersOfNames[name] { return known }
        let number = UInt64(names.count)
        numbersOfNames[name] = number
        names.append(name)
        return number
    }

    func key(of number: ChannelNumber) -> ChannelKey {
        let key = table.keys[Int(number)]
        return ChannelKey(
            source: key.source,
            peer: key.flags.contains(.peerIsName) ? .name(names[Int(key.peer.low)]) : .address(key.peer),
            port: key.flags.contains(.noPort) ? nil : key.port, proto: key.flags.contains(.noProto) ? nil : key.proto)
    }
}

extension PackedKey.Flags {
    /// The parts that a channel's key lacks.
    init(lackingPartsOf key: ChannelKey) {
        self = []
        if key.port == nil { insert(.noPort) }
        if key.proto == nil { insert(.noProto) }
    }
}
