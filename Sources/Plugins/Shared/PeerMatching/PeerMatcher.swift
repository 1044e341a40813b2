import FlareKit

/// Which entries of lists an address or a host name is in.
///
/// Made for lists of millions: a lookup costs under a microsecond whatever their number, but for text patterns, each of
/// which is tried. Who fills it numbers the entries as suits him.
public struct PeerMatcher: Sendable {
    /// An entry that fits.
    public struct Match: Sendable {
        /// The entry's number, as it was added.
        public let item: UInt32
        fileprivate let place: Place
    }

    fileprivate enum Place: Sendable {
        case prefix(PrefixTable.Place)
        case name(Int, NameForm)
        case pattern(Int)
    }

    private let prefixes: PrefixTable
    private let names: NameTable
    private let patterns: [Pattern]

    fileprivate struct Pattern: Sendable {
        let pattern: TextPattern
        let item: UInt32
        let isForAddresses: Bool
    }

    /// Collects entries.
    public struct Builder: Sendable {
        fileprivate var prefixes = PrefixTable.Builder()
        fileprivate var names = NameTable()
        fileprivate var patterns: [Pattern] = []
        /// How many networks, names and patterns were added; a name twice counts twice.
        public private(set) var count = 0

        /// Entries that would take in a large part of the internet, and were left out for that: networks of fewer than
        /// four bits, top-level domains.
        public private(set) var tooBroad: [String] = []
        /// Whether such entries are taken all the same.
        public var takesBroad = false

        public init() {}

        /// Makes room for so many names, of so many bytes in all.
        public mutating func reserve(names count: Int, bytes: Int) { names.reserve(count, bytes: bytes) }

        /// Adds a network.
        public mutating func add(_ network: CIDR, item: UInt32) {
            if !takesBroad, network.isBroad { return tooBroad.append(network.description) }
            prefixes.add(network, item: item)
            count += 1
        }

        /// Adds an IPv4 network by its first address as a number and 0...32 bits.
        mutating func addV4(_ first: UInt32, bits: UInt8, item: UInt32) {
            if !takesBroad, bits < CIDR.broadBits {
                return tooBroad.append(CIDR(IPAddress(v4: first), bits: 96 + Int(bits)).description)
            }
            prefixes.addV4(first, bits: bits, item: item)
            count += 1
        }

        /// Adds a host name.
        public mutating func add(_ name: HostName, item: UInt32) {
            if !takesBroad, name.isBroad { return tooBroad.append(name.text) }
            var text = name.text
            text.withUTF8 { names.add($0, name.form, item: item) }
            count += 1
        }

        /// Adds a host name that is known to be one, by its bytes.
        mutating func add(_ name: UnsafeBufferPointer<UInt8>, _ form: NameForm, item: UInt32) {
            if !takesBroad, form != .exact, HostName.isTopLevel(name) { return tooBroad.append(name.text) }
            names.add(name, form, item: item)
            count += 1
        }

        /// Adds a pattern that is tried on names, and if asked for on addresses as texts.
        public mutating func add(_ pattern: TextPattern, onAddresses isForAddresses: Bool = false, item: UInt32) {
            patterns.append(Pattern(pattern: pattern, item: item, isForAddresses: isForAddresses))
            count += 1
        }
    }

    public init(_ builder: consuming Builder) {
        prefixes = PrefixTable(builder.prefixes)
        names = builder.names
        patterns = builder.patterns
    }

    /// Calls `body` with each entry that an address is in, the smallest network first, until it answers `false`.
    public func forEach(matching address: IPAddress, _ body: (Match) -> Bool) {
        var goesOn = true
        prefixes.forEach(around: address) { item, place in
            goesOn = body(Match(item: item, place: .prefix(place)))
            return goesOn
        }
        if goesOn, !patterns.isEmpty { tryPatterns(on: address, body) }
    }

    /// Calls `body` with each entry that a host name is in, the longest name first, until it answers `false`.
    public func forEach(matching host: String, _ body: (Match) -> Bool) {
        var goesOn = true
        names.forEach(covering: host) { item, form, name in
            goesOn = body(Match(item: item, place: .name(name, form)))
            return goesOn
        }
        if goesOn, !patterns.isEmpty { tryPatterns(on: host, body) }
    }

    /// Calls `body` with each entry that a peer is in.
    public func forEach(matching peer: Peer, _ body: (Match) -> Bool) {
        switch peer {
        case .address(let address): forEach(matching: address, body)
        case .name(let name): forEach(matching: name, body)
        }
    }

    private func tryPatterns(on address: IPAddress, _ body: (Match) -> Bool) {
        guard patterns.contains(where: \.isForAddresses) else { return }
        let text = address.description
        for (number, entry) in patterns.enumerated() where entry.isForAddresses && entry.pattern.matches(text) {
            if !body(Match(item: entry.item, place: .pattern(number))) { return }
        }
    }

    private func tryPatterns(on text: String, _ body: (Match) -> Bool) {
        for (number, entry) in patterns.enumerated() where entry.pattern.matches(text) {
            if !body(Match(item: entry.item, place: .pattern(number))) { return }
        }
    }

    /// What fitted, as one would write it: `10.0.0.0/8`, `192.0.2.1`, `google.com`, `*.google.com`.
    public func text(of match: Match) -> String {
        switch match.place {
        case .prefix(let place):
            let network = prefixes.network(at: place)
            return network.bits == 128 ? network.first.description : network.description
        case .name(let number, let form): return (form == .subdomains ? "." : "") + names.name(at: number)
        case .pattern(let number): return patterns[number].pattern.text
        }
    }
}

/// A host name as it stands in a list.
public struct HostName: Sendable, Hashable {
    /// Lower case, without dots at either end.
    public let text: String
    public let form: NameForm

    /// Reads `google.com` and `*.google.com`, which both mean the name and all below it, and `.google.com`, which
    /// means what is below it.
    ///
    /// - Parameters:
    ///   - includesApex: whether `*.google.com` covers `google.com` too.
    /// - Returns: `nil` for what can be no host name.
    public init?(_ written: some StringProtocol, includesApex: Bool = true) {
        var text = written.lowercased()[...]
        var form = NameForm.withSubdomains
        if text.hasPrefix("*.") {
            text = text.dropFirst(2)
            if !includesApex { form = .subdomains }
        } else if text.hasPrefix(".") {
            text = text.dropFirst()
            form = .subdomains
        }
        if text.hasSuffix(".") { text = text.dropLast() }
        self.init(text: String(text), form: form)
    }

    /// - Returns: `nil` for what can be no host name.
    public init?(text: String, form: NameForm) {
        var text = text.lowercased()
        guard text.withUTF8({ ListToken.isName($0) }) else { return nil }
        self.text = text
        self.form = form
    }
}

extension CIDR {
    /// Networks with fewer bits than multicast's four take in a large part of the internet.
    static let broadBits = 4

    /// Whether the network takes in a large part of the internet.
    public var isBroad: Bool { (first.isV4 && bits >= 96 ? bits - 96 : bits) < Self.broadBits }
}

extension HostName {
    /// Labels that stand alone in private networks (RFC 6761, 6762, 7686, 8375, and by custom).
    private static let privateLabels: Set<String> = [
        "localhost", "local", "lan", "home", "internal", "intranet", "corp", "private", "localdomain", "test",
        "example", "invalid", "onion", "workgroup", "domain", "host",
    ]

    /// Whether the name is a top-level domain of the internet with all that is below it.
    public var isBroad: Bool { form != .exact && !text.contains(".") && !Self.privateLabels.contains(text) }

    static func isTopLevel(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        !name.contains(UInt8(ascii: ".")) && !privateLabels.contains(name.text.lowercased())
    }
}
