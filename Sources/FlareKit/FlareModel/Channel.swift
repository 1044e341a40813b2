/// Who is at the other end of a channel.
public enum Peer: Hashable, Comparable, Sendable {
    case address(IPAddress)
    /// The host asked for, or the domain looked up.
    case name(String)

    public var address: IPAddress? {
        if case .address(let address) = self { address } else { nil }
    }

    public var name: String? {
        if case .name(let name) = self { name } else { nil }
    }
}

extension Peer: CustomStringConvertible {
    public var description: String {
        switch self {
        case .address(let address): address.description
        case .name(let name): name
        }
    }
}

extension Peer: Codable {
    /// A text; one that reads as an address is one.
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        self = IPAddress(text).map(Peer.address) ?? .name(text)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// What two records must share to be of one channel.
public struct Grouping: Hashable, Sendable, Codable {
    public enum PeerForm: String, CaseIterable, Sendable, Codable {
        /// The destination's address.
        case address
        /// The host asked for, by SNI or Host; a flow without a name stays under its address.
        case host
        /// The address, and the host asked for where it says more: where a host has several addresses, an address
        /// several hosts, or a proxy stands between. Then a call is in both channels.
        case both
        /// The name looked up, of `dns` records.
        case domain
    }

    public enum Part: String, CaseIterable, Sendable, Codable {
        case port, proto
        /// What stands before the registered domain (by the Public Suffix List) in a name that was looked up: then all
        /// lookups below a domain are one channel, the answers that a sensor wrote by themselves among them.
        case subdomain
    }

    public var by: PeerForm
    /// Parts of the key that do not tell channels apart.
    public var ignoring: Set<Part>

    public init(by: PeerForm = .address, ignoring: Set<Part> = []) {
        self.by = by
        self.ignoring = ignoring
    }

    /// The kind of record that channels of this form are made of.
    public var subject: RecordKind { by == .domain ? .dns : .flow }

    /// Whether lookups are told apart by registered domains alone.
    package var isByRegisteredDomain: Bool { by == .domain && ignoring.contains(.subdomain) }

    /// Whether the hosts that were asked for are joined to flows.
    package var joinsNames: Bool { by == .host || by == .both }

    /// The kinds of record that become calls.
    package var calls: Set<RecordKind> { joinsNames ? [.flow, .tls, .http] : [subject] }
}

/// The key of a channel.
public struct ChannelKey: Hashable, Comparable, Sendable, Codable {
    public var source: IPAddress
    public var peer: Peer
    /// `nil` where the grouping ignores it.
    public var port: UInt16?
    /// The IP protocol's number; `nil` where the grouping ignores it.
    public var proto: UInt8?

    public init(source: IPAddress, peer: Peer, port: UInt16?, proto: UInt8?) {
        self.source = source
        self.peer = peer
        self.port = port
        self.proto = proto
    }

    public static func < (a: ChannelKey, b: ChannelKey) -> Bool {
        if a.source != b.source { return a.source < b.source }
        if a.peer != b.peer { return a.peer < b.peer }
        let (aPort, bPort) = (a.port.map(Int.init) ?? -1, b.port.map(Int.init) ?? -1)
        return aPort != bPort ? aPort < bPort : a.proto.map(Int.init) ?? -1 < b.proto.map(Int.init) ?? -1
    }
}

extension ChannelKey: CustomStringConvertible {
    /// `192.168.0.53 → 160.153.76.129:80 tcp`
    public var description: String {
        var text = "\(source) → "
        let isV6 = if case .address(let address) = peer { !address.isV4 } else { false }
        text += port == nil || !isV6 ? "\(peer)" : "[\(peer)]"
        if let port { text += ":\(port)" }
        if let proto { text += " \(TransportProtocol.name(of: proto))" }
        return text
    }
}

/// The number of a channel in its table; the channels of one table are numbered from 0.
public struct ChannelID: Hashable, Comparable, Sendable, Codable {
    public let index: Int

    public init(_ index: Int) { self.index = index }

    public static func < (a: ChannelID, b: ChannelID) -> Bool { a.index < b.index }
}

/// Names of IP protocols, as IANA numbers them.
public enum TransportProtocol {
    /// What stands for a protocol that the sensor did not name.
    public static let unknown: UInt8 = 255

    private static let names: [UInt8: String] = [
        1: "icmp", 2: "igmp", 6: "tcp", 17: "udp", 41: "ipv6", 47: "gre", 50: "esp", 51: "ah", 58: "ipv6-icmp",
        103: "pim", 132: "sctp",
    ]
    private static let numbers: [String: UInt8] = {
        var table = Dictionary(uniqueKeysWithValues: names.map { ($0.value, $0.key) })
        table["icmpv6"] = 58
        table["icmp6"] = 58
        table["icmp4"] = 1
        return table
    }()

    /// A protocol's name in lower case; its number where it has none here; empty where it is not known.
    public static func name(of number: UInt8) -> String {
        number == unknown ? "" : names[number] ?? String(number)
    }

    /// A protocol's number from its name in any case or from its digits; `unknown` where neither fits.
    public static func number(of name: String) -> UInt8 {
        numbers[name.lowercased()] ?? UInt8(name) ?? unknown
    }
}
