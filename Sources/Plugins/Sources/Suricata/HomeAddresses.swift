import FlareKit
import Foundation

/// Which addresses Suricata takes for its HOME_NET: the ends of packets that fired a rule about it.
///
/// Only alerts that carry their rule (`metadata: rule: raw: yes` of eve-log's alert) tell.
struct HomeAddresses {
    private(set) var inside: Set<IPAddress> = []

    private static let home = "$HOME_NET"

    var networks: OwnNetworks? { OwnNetworks(inside: inside, outside: [], origin: "Suricata's rules with HOME_NET") }

    private struct Event: Decodable {
        struct Alert: Decodable { let rule: String? }

        let src_ip: String?
        let dest_ip: String?
        let alert: Alert?
    }

    /// Takes in the first lines of an EVE file.
    mutating func take(_ lines: ArraySlice<UInt8>) {
        for line in lines.split(separator: 10) where line.firstRange(of: Self.home.utf8) != nil {
            // action protocol source ports direction destination ports
            guard let event = try? JSONDecoder().decode(Event.self, from: Data(line)), let rule = event.alert?.rule,
                case let head = rule.prefix(while: { $0 != "(" }).split(separator: " "), head.count == 7,
                head[4] == "->"
            else { continue }
            if head[2] == Self.home, let address = event.src_ip.flatMap({ IPAddress($0) }) { inside.insert(address) }
            if head[5] == Self.home, let address = event.dest_ip.flatMap({ IPAddress($0) }) { inside.insert(address) }
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
