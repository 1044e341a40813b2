import FlareKit
import PeerMatching

/// An entry that was checked, ready to be compared with channels.
struct Rule: Sendable {
    /// What reports call it.
    let title: String
    let action: AllowlistAction?
    let reason: String?
    let allowsBroad: Bool
    let expires: Timestamp?

    let networks: [CIDR]
    let hosts: [HostName]
    let asNumbers: Set<UInt32>
    let asNames: [TextPattern]
    let ports: [ClosedRange<UInt16>]
    let protos: Set<UInt8>
    let sources: [CIDR]

    /// - Throws: what is wrong with the entry, with the option's name.
    init(_ entry: AllowlistEntry) throws(OptionComplaint) {
        action = entry.action
        reason = entry.reason
        allowsBroad = entry.allowBroad
        expires = entry.expires
        networks = entry.network.values
        hosts = try entry.host.values.map { text throws(OptionComplaint) in
            guard let host = HostName(text) else {
                throw OptionComplaint(
                    "\"\(text)\" is no host name", option: "host",
                    expected: "a name such as google.com or *.google.com",
                    suggestion: CIDR(text) == nil ? nil : "addresses belong under network")
            }
            return host
        }
        asNumbers = Set(entry.asn.values.map(\.number))
        asNames = try entry.asName.values.map { text throws(OptionComplaint) in
            do throws(TextPattern.Fault) {
                return try TextPattern(text, .glob)
            } catch {
                throw OptionComplaint(error.description, option: "as_name")
            }
        }
        ports = entry.port.values.map(\.ports)
        protos = Set(
            try entry.proto.values.map { name throws(OptionComplaint) in
                let number = TransportProtocol.number(of: name)
                guard number != TransportProtocol.unknown else {
                    throw OptionComplaint(
                        "\"\(name)\" is no protocol", option: "proto", expected: "tcp, udp, icmp or a number in quotes")
                }
                return number
            })
        sources = entry.from.values
        title = Self.title(of: entry)
        guard !title.isEmpty else {
            throw OptionComplaint(
                "the entry fits every channel", expected: "network, host, asn, as_name, port, proto or from")
        }
        if !entry.allowBroad, let broad = tooBroad {
            throw OptionComplaint(
                "\(broad) takes in a large part of the internet", suggestion: "narrow it, or set allow_broad: true")
        }
    }

    /// What there is of the entry that alone takes in a large part of the internet; `nil` where something narrows it.
    private var tooBroad: String? {
        guard ports.isEmpty, sources.isEmpty else { return nil }
        let broadNetwork = networks.first(where: \.isBroad)?.description
        let broadHost = hosts.first(where: \.isBroad)?.text
        let broadName = asNames.first { $0.text.allSatisfy { "*?".contains($0) } }?.text
        let parts = [
            (networks.isEmpty, broadNetwork), (hosts.isEmpty, broadHost), (asNames.isEmpty, broadName),
            (asNumbers.isEmpty, nil),
        ]
        return parts.allSatisfy { $0.0 || $0.1 != nil } ? parts.lazy.compactMap(\.1).first : nil
    }

    private static func title(of entry: AllowlistEntry) -> String {
        var parts: [String] = []
        func add(_ word: String, _ values: [String]) {
            if !values.isEmpty { parts.append((word.isEmpty ? "" : word + " ") + values.joined(separator: ", ")) }
        }
        add("", entry.network.values.map { $0.bits == 128 ? $0.first.description : $0.description })
        add("", entry.host.values)
        add("", entry.asn.values.map { "AS\($0.number)" })
        add("AS name", entry.asName.values)
        add("port", entry.port.values.map(\.description))
        add("", entry.proto.values)
        add("from", entry.from.values.map { $0.bits == 128 ? $0.first.description : $0.description })
        return parts.joined(separator: " ")
    }

    /// Whether the rule is out of date.
    func hasExpired(at now: Timestamp) -> Bool { expires.map { $0 <= now } ?? false }

    /// Whether the rule needs what only an enricher can tell.
    var needsAS: Bool { !asNumbers.isEmpty || !asNames.isEmpty }
    var needsName: Bool { !hosts.isEmpty }

    /// Whether all that the rule says holds; what is not known does not.
    func holds(for facts: Facts) -> Bool {
        if !sources.isEmpty {
            guard let source = facts.source, sources.contains(where: { $0.contains(source) }) else { return false }
        }
        if !ports.isEmpty {
            guard let port = facts.port, ports.contains(where: { $0.contains(port) }) else { return false }
        }
        if !protos.isEmpty {
            guard let proto = facts.proto, protos.contains(proto) else { return false }
        }
        if !networks.isEmpty {
            let lies = { (address: IPAddress) in networks.contains { $0.contains(address) } }
            guard !facts.addresses.isEmpty, facts.addresses.allSatisfy(lies) else { return false }
        }
        if !hosts.isEmpty {
            guard let name = facts.name, hosts.contains(where: { $0.covers(name) }) else { return false }
        }
        if !asNumbers.isEmpty {
            guard let number = facts.asNumber, asNumbers.contains(number) else { return false }
        }
        if !asNames.isEmpty {
            guard let name = facts.asName, asNames.contains(where: { $0.matches(name) }) else { return false }
        }
        return true
    }
}

/// What is known of a channel or finding.
struct Facts: Sendable {
    var source: IPAddress?
    var port: UInt16?
    var proto: UInt8?
    /// The destination's addresses: its own, or all those behind its name.
    var addresses: [IPAddress] = []
    /// The destination's name.
    var name: String?
    var asNumber: UInt32?
    var asName: String?

    /// What is known before detection.
    init(_ key: ChannelKey) {
        source = key.source
        port = key.port
        proto = key.proto
        switch key.peer {
        case .address(let address): addresses = [address]
        case .name(let name): self.name = name
        }
    }

    init(source: IPAddress) { self.source = source }
}

extension HostName {
    /// Whether a host name is what is meant.
    func covers(_ host: String) -> Bool {
        let name = host.utf8.last == UInt8(ascii: ".") ? host.dropLast() : host[...]
        let lower = name.lowercased()
        if lower == text { return form != .subdomains }
        return form != .exact && lower.hasSuffix("." + text)
    }
}
