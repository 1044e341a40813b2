import FlareKit

/// Which addresses Zeek takes for its site's own: the ends of connections whose `local_orig` or `local_resp` is true.
///
/// Zeek 7, "base/protocols/conn/main.zeek": both are unset where `Site::local_nets` is empty.
struct LocalAddresses {
    private(set) var inside: Set<IPAddress> = []
    private(set) var outside: Set<IPAddress> = []

    /// The ends of a connection and the fields that tell of them.
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
                takeJSON(String(decoding: line, as: UTF8.self))
            } else if line.first != UInt8(ascii: "#"), !columns.isEmpty {
                let cells = line.split(separator: 9, omittingEmptySubsequences: false)
                for (address, isLocal) in columns where max(address, isLocal) < cells.count {
                    take(
                        String(decoding: cells[address], as: UTF8.self), String(decoding: cells[isLocal], as: UTF8.self)
                    )
                }
            }
        }
    }

    private mutating func takeJSON(_ line: String) {
        for end in Self.ends {
            if let isLocal = Self.value(of: end.isLocal, in: line), let address = Self.value(of: end.address, in: line)
            {
                take(String(address), String(isLocal))
            }
        }
    }

    private static func value(of name: String, in line: String) -> Substring? {
        line.firstRange(of: "\"\(name)\"").map { found in
            line[found.upperBound...].drop { ": \"".contains($0) }.prefix { !"\",} ".contains($0) }
        }
    }

    /// Columns hold `T` and `F`, JSON `true` and `false`.
    private mutating func take(_ address: String, _ isLocal: String) {
        guard let address = IPAddress(address) else { return }
        switch isLocal {
        case "T", "true": inside.insert(address)
        case "F", "false": outside.insert(address)
        default: break
        }
    }
}

extension ZeekSource {
    public func ownNetworks() async -> OwnNetworks? {
        var addresses = LocalAddresses()
        for lines in inputs.beginnings() { addresses.take(lines) }
        return addresses.networks
    }
}
