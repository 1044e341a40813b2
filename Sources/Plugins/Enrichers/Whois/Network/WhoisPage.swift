import FlareKit

/// An answer of a whois server: lines of `key: value`, which every registry calls otherwise.
struct WhoisPage {
    private let fields: [(key: String, value: String)]
    let isEmpty: Bool

    /// - Parameter bytes: UTF-8, or Latin-1 as some registries still send.
    init(_ bytes: [UInt8]) {
        let text =
            String(validating: bytes, as: UTF8.self)
            ?? String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
        isEmpty = !text.contains { !$0.isWhitespace }
        fields = text.split(whereSeparator: \.isNewline).compactMap { line in
            guard line.first != "%", line.first != "#", let colon = line.firstIndex(of: ":") else { return nil }
            let key = line[..<colon].lowercased().filter { $0 != " " }
            guard let value = AddressOwner.clean(String(line[line.index(after: colon)...])) else { return nil }
            return (key, value)
        }
    }

    /// The last value of the first of the keys that has one: registries print the wider network first.
    private func last(_ keys: [String]) -> String? {
        keys.lazy.compactMap { key in fields.last { $0.key == key }?.value }.first
    }

    private func first(_ keys: [String]) -> String? {
        keys.lazy.compactMap { key in fields.first { $0.key == key }?.value }.first
    }

    /// What the page says of an address; `nil` where it says nothing, or is about a network the address is not in.
    func owner(of address: IPAddress, registry: String?) -> AddressOwner? {
        let ranges = fields.filter { ["cidr", "inetnum", "inet6num", "netrange", "route", "route6"].contains($0.key) }
        let networks = ranges.compactMap { AddressRange($0.value) }
        // Of several that hold the address the smallest is meant.
        let around = networks.filter { $0.contains(address) }.min { $0.isSmaller(than: $1) }
        guard let around else { return nil }
        let number = first(["originas", "origin", "aut-num"]).flatMap { text in
            text.uppercased().split { $0 == "," || $0 == " " }.first.flatMap {
                UInt32($0.drop { $0 == "A" || $0 == "S" })
            }
        }
        let name = last(["orgname", "org-name", "owner", "organization", "netname", "descr"])
        let owner = AddressOwner(
            asNumber: number, name: name, country: last(["country"]), prefix: around.prefix?.description,
            registry: registry)
        return owner.isEmpty ? nil : owner
    }

    /// Whom to ask instead.
    var referral: WhoisServer? {
        if let refer = first(["refer", "whois"]) { return WhoisServer(refer) }
        guard let text = last(["referralserver"]) else { return nil }
        for scheme in ["whois://", "rwhois://"] where text.lowercased().hasPrefix(scheme) {
            // Referral whois (RFC 2167) is another protocol, which few speak.
            return scheme == "whois://" ? WhoisServer(String(text.dropFirst(scheme.count))) : nil
        }
        return WhoisServer(text)
    }
}

/// `192.0.2.0 - 192.0.2.255`, `192.0.2.0/24`, `192.0.2.0/24, 198.51.100.0/24`.
struct AddressRange {
    private let first: IPAddress
    private let last: IPAddress

    init?(_ text: String) {
        if let network = text.split(separator: ",").first.flatMap({ CIDR($0.filter { $0 != " " }) }) {
            self.init(network.first, network.last)
            return
        }
        let ends = text.split(separator: "-").map { IPAddress($0.filter { $0 != " " }) }
        guard ends.count == 2, let first = ends[0], let last = ends[1] else { return nil }
        self.init(first, last)
    }

    init?(_ first: IPAddress, _ last: IPAddress) {
        guard first <= last, first.isV4 == last.isV4 else { return nil }
        self.first = first
        self.last = last
    }

    func contains(_ address: IPAddress) -> Bool {
        address.isV4 == first.isV4 && first <= address && address <= last
    }

    func isSmaller(than other: AddressRange) -> Bool {
        first > other.first || first == other.first && last < other.last
    }

    /// The range as a network; `nil` where it is none.
    var prefix: CIDR? {
        (0...128).lazy.map { CIDR(first, bits: $0) }.first { $0.first == first && $0.last == last }
    }
}
