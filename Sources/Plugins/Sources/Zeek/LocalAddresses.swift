import FlareKit
import Foundation

/// Which addresses Zeek takes for its site's own: the ends of connections whose `local_orig` or `local_resp` is true.
///
/// Zeek 7, "base/protocols/conn/main.zeek": both are unset where `Site::local_nets` is empty.
struct LocalAddresses {
    private(set) var inside: Set<IPAddress> = []
    private(set) var outside: Set<IPAddress> = []

    private struct Connection: Decodable {
        let source: String?
        let destination: String?
        let isSourceLocal: Bool?
        let isDestinationLocal: Bool?

        private enum CodingKeys: String, CodingKey {
            case source = "id.orig_h"
            case destination = "id.resp_h"
            case isSourceLocal = "local_orig"
            case isDestinationLocal = "local_resp"
        }
    }

    /// The ends of a connection and the columns that tell of them.
    private static let ends = [
        (address: "id.orig_h", isLocal: "local_orig"), (address: "id.resp_h", isLocal: "local_resp"),
    ]

    var networks: OwnNetworks? {
        OwnNetworks(inside: inside, outside: outside, origin: "Zeek's local_orig and local_resp")
    }

    /// Takes in the first lines of a log, in columns or in JSON.
    mutating func take(_ lines: ArraySlice<UInt8>) {
        var columns: [(address: Int, isLocal: Int)] = []
        for line in lines.split(separator: 10) {
            if line.starts(with: "#fields".utf8) {
                let names = line.split(separator: 9).dropFirst().map { String(decoding: $0, as: UTF8.self) }
                columns = Self.ends.compactMap { end in
                    guard let address = names.firstIndex(of: end.address),
                        let isLocal = names.firstIndex(of: end.isLocal)
                    else { return nil }
                    return (address, isLocal)
                }
            } else if line.first == UInt8(ascii: "{") {
                guard let connection = try? JSONDecoder().decode(Connection.self, from: Data(line)) else { continue }
                take(connection.source ?? "", connection.isSourceLocal)
                take(connection.destination ?? "", connection.isDestinationLocal)
            } else if line.first != UInt8(ascii: "#"), !columns.isEmpty {
                let cells = line.split(separator: 9, omittingEmptySubsequences: false)
                for (address, isLocal) in columns where max(address, isLocal) < cells.count {
                    let flag: Bool? =
                        cells[isLocal].elementsEqual("T".utf8)
                        ? true : cells[isLocal].elementsEqual("F".utf8) ? false : nil
                    take(String(decoding: cells[address], as: UTF8.self), flag)
                }
            }
        }
    }

    private mutating func take(_ address: String, _ isLocal: Bool?) {
        guard let isLocal, let address = IPAddress(address) else { return }
        if isLocal { inside.insert(address) } else { outside.insert(address) }
    }
}

extension ZeekSource {
    public func ownNetworks() async -> OwnNetworks? {
        var addresses = LocalAddresses()
        for lines in inputs.beginnings() { addresses.take(lines) }
        return addresses.networks
    }
}
