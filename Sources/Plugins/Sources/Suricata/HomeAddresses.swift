import FlareKit

/// Which addresses Suricata takes for its HOME_NET: the ends of packets that fired a rule about it.
///
/// Only alerts that carry their rule (`metadata: rule: raw: yes` of eve-log's alert) tell.
struct HomeAddresses {
    private(set) var inside: Set<IPAddress> = []

    private static let home = "$HOME_NET"

    var networks: OwnNetworks? { OwnNetworks(inside: inside, outside: [], origin: "Suricata's rules with HOME_NET") }

    /// Takes in the first lines of an EVE file.
    mutating func take(_ lines: ArraySlice<UInt8>) {
        for line in lines.split(separator: 10) {
            let text = String(decoding: line, as: UTF8.self)
            // action protocol source ports direction destination ports
            guard text.contains(Self.home), let rule = Self.value(of: "rule", in: text),
                case let head = rule.prefix(while: { $0 != "(" }).split(separator: " "), head.count == 7,
                head[4] == "->"
            else { continue }
            if head[2] == Self.home { take(Self.value(of: "src_ip", in: text)) }
            if head[5] == Self.home { take(Self.value(of: "dest_ip", in: text)) }
        }
    }

    private mutating func take(_ address: Substring?) {
        if let address = address.flatMap({ IPAddress($0) }) { inside.insert(address) }
    }

    /// A text as it stands in the line; of one with quotes what lies before the first.
    private static func value(of name: String, in line: String) -> Substring? {
        line.firstRange(of: "\"\(name)\"").map { found in
            line[found.upperBound...].drop { ": ".contains($0) }.dropFirst().prefix { !"\"\\".contains($0) }
        }
    }
}

extension EVESource {
    public func ownNetworks() async -> OwnNetworks? {
        var addresses = HomeAddresses()
        for lines in inputs.beginnings() { addresses.take(lines) }
        return addresses.networks
    }
}
