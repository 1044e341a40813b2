import FlareKit

/// An IP network object of RDAP (RFC 9083, section 5.4).
struct RDAPAnswer {
    private let json: AnyJSON

    init(_ json: AnyJSON) { self.json = json }

    /// What it says of an address; `nil` where it is about a network that the address is not in.
    func owner(of address: IPAddress) -> AddressOwner? {
        guard let first = json["startAddress"]?.text.flatMap({ IPAddress($0) }),
            let last = json["endAddress"]?.text.flatMap({ IPAddress($0) }),
            let range = AddressRange(first, last), range.contains(address)
        else { return nil }
        return AddressOwner(
            asNumber: originNumber, name: holder ?? json["name"]?.text, country: json["country"]?.text,
            prefix: prefix(around: address) ?? range.prefix?.description,
            registry: json["port43"]?.text.flatMap { Registry.name(ofHost: $0) })
    }

    /// ARIN's extension, where it has exactly one.
    private var originNumber: UInt32? {
        let numbers = json["arin_originas0_originautnums"]?.elements.compactMap(\.number) ?? []
        return numbers.count == 1 ? UInt32(exactly: numbers[0]) : nil
    }

    /// The extension cidr0 of NRO: the networks that make up the range.
    private func prefix(around address: IPAddress) -> String? {
        (json["cidr0_cidrs"]?.elements ?? []).lazy.compactMap { part in
            guard let text = part["v4prefix"]?.text ?? part["v6prefix"]?.text, let length = part["length"]?.number,
                let network = CIDR("\(text)/\(Int(exactly: length) ?? -1)"), network.contains(address)
            else { return nil }
            return network.description
        }.first
    }

    /// The name of the registrant by its card (RFC 7095): an array of arrays, `["fn", {}, "text", "Google LLC"]`.
    private var holder: String? {
        let entities = json["entities"]?.elements ?? []
        let registrant = entities.first { $0["roles"]?.elements.contains { $0.text == "registrant" } ?? false }
        let properties = registrant?["vcardArray"]?.elements.last?.elements ?? []
        let name = properties.lazy.map(\.elements).first { $0.first?.text == "fn" && $0.count >= 4 }
        return name?[3].text.flatMap(AddressOwner.clean)
    }
}

/// Which server answers for a network: IANA's bootstrap files (RFC 9224).
struct RDAPBootstrap: Sendable {
    private let services: [(network: CIDR, servers: [String])]

    /// - Returns: `nil` for what is no bootstrap file.
    init?(_ json: AnyJSON) {
        guard case .array(let services)? = json["services"] else { return nil }
        self.services = services.flatMap { service -> [(network: CIDR, servers: [String])] in
            guard service.elements.count >= 2 else { return [] }
            let servers = service.elements[1].elements.compactMap(\.text)
            return service.elements[0].elements.compactMap { $0.text.flatMap { CIDR($0) } }.map { ($0, servers) }
        }
        if self.services.isEmpty { return nil }
    }

    /// The base URL of the server for an address, the one of the smallest network; HTTPS before HTTP.
    func server(for address: IPAddress, allowsPlain: Bool) -> String? {
        let around = services.filter { $0.network.contains(address) }
        let servers = around.max { $0.network.bits < $1.network.bits }?.servers ?? []
        return servers.first { $0.hasPrefix("https://") }
            ?? (allowsPlain ? servers.first { $0.hasPrefix("http://") } : nil)
    }
}
