import FlareKit
import FoundationEssentials
import PeerMatching

/// Networks with the numbers of autonomous systems, as pyasn's `ipasn.dat` has them, and the systems' names in JSON
/// (`{"26496": "GO-DADDY-COM-LLC, US"}`): the pair of files that original Flare used.
struct PrefixNames: Sendable {
    private let networks: PeerMatcher
    private let names: [UInt32: String]
    let unreadable: Int
    let count: Int

    /// - Parameter names: the JSON; `nil` for numbers alone.
    /// - Throws: where the JSON is none.
    init(_ bytes: [UInt8], names: [UInt8]?, at path: String) throws(PluginError) {
        var builder = PeerMatcher.Builder()
        builder.takesBroad = true
        var unreadable = 0
        bytes.withUnsafeBufferPointer { bytes in
            for line in bytes.split(separator: 0x0A) {
                if line.first == UInt8(ascii: ";") || line.first == UInt8(ascii: "#") { continue }
                let cells = String(decoding: line, as: UTF8.self).split { $0 == "\t" || $0 == " " || $0 == "\r" }
                if cells.isEmpty { continue }
                guard cells.count >= 2, let network = CIDR(cells[0]), let number = UInt32(cells[1]) else {
                    unreadable += 1
                    continue
                }
                builder.add(network, item: number)
            }
        }
        self.unreadable = unreadable
        count = builder.count
        networks = PeerMatcher(builder)
        self.names = try names.map { bytes throws(PluginError) in try Self.names(bytes, at: path) } ?? [:]
    }

    private static func names(_ bytes: [UInt8], at path: String) throws(PluginError) -> [UInt32: String] {
        do {
            let names = try JSONDecoder().decode([String: String].self, from: Data(bytes))
            return names.reduce(into: [:]) { table, entry in
                let digits = entry.key.uppercased().hasPrefix("AS") ? entry.key.dropFirst(2) : entry.key[...]
                if let number = UInt32(digits) { table[number] = entry.value }
            }
        } catch {
            throw PluginError("it is no JSON object from AS numbers to names", at: path)
        }
    }

    func owner(of address: IPAddress) -> AddressOwner? {
        var owner: AddressOwner?
        networks.forEach(matching: address) { match in
            owner = AddressOwner(
                asNumber: match.item, name: names[match.item], prefix: networks.text(of: match))
            return false
        }
        return owner
    }
}
