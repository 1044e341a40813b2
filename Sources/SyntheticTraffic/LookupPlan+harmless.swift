/// Programs that mean no harm.
extension LookupPlan {
    /// Lookups at any moments.
    func harmless(_ seconds: Double, _ dice: inout SeededGenerator) -> [SyntheticLookup] {
        let rate =
            switch self {
            case .antivirus, .senderList, .reverse, .ownDomain: 120.0
            case .contentNetwork, .longContentNames, .browsing: 60.0
            case .telemetry, .serviceDiscovery, .goneDomains: 30.0
            default: 0.0
            }
        let names = self.names(&dice)
        var lookups: [SyntheticLookup] = []
        var now = 0.0
        while rate > 0 {
            now += dice.exponential(mean: 3600 / rate)
            guard now < seconds else { break }
            lookups.append(lookup(at: now, names, &dice))
        }
        return lookups
    }

    /// What is asked for again and again.
    private func names(_ dice: inout SeededGenerator) -> [String] {
        switch self {
        case .contentNetwork:
            (0..<80).map { _ in "r\(Int(dice.uniform(1, 9)))---sn-\(dice.letters(4))\(dice.hex(6)).googlevideo.com" }
        case .longContentNames:
            (0..<60).map { _ in
                "e\(Int(dice.uniform(1000, 99999))).dsca.\(Self.words.pick(&dice))-\(Self.words.pick(&dice))-"
                    + "\(Self.words.pick(&dice))-\(Int(dice.uniform(0, 9999))).edgekey.akamaiedge.net"
            }
        case .telemetry: (0..<3).map { _ in "\(dice.hex(32)).ingest.telemetry-vendor.com" }
        case .ownDomain:
            (0..<200).map { "\(Self.words.pick(&dice))-\($0).corp.example.org" }
                + ["ldap", "kerberos", "gc", "kpasswd"].map {
                    "_\($0)._tcp.Default-First-Site-Name._sites.dc._msdcs.corp.example.org"
                }
        case .browsing:
            (0..<300).map { _ in
                "\(["www", "api", "img", "static"].pick(&dice)).\(Self.words.pick(&dice))\(Self.words.pick(&dice)).com"
            }
        case .serviceDiscovery:
            [
                "_ipp._tcp.local", "_googlecast._tcp.local", "Living Room._airplay._tcp.local",
                "b._dns-sd._udp.example.org",
            ]
        default: []
        }
    }

    private func lookup(at now: Double, _ names: [String], _ dice: inout SeededGenerator) -> SyntheticLookup {
        let octets = (0..<4).map { _ in "\(Int(dice.uniform(1, 255)))" }.joined(separator: ".")
        var lookup = SyntheticLookup(
            seconds: now, name: names.isEmpty ? "" : names.pick(&dice),
            type: dice.uniform() < 0.6 ? "A" : dice.uniform() < 0.7 ? "AAAA" : "HTTPS", answers: ["203.0.113.7"],
            timeToLive: 120)
        switch self {
        case .antivirus:
            lookup.name = "\(dice.hex(32)).lookup.filecheck-vendor.com"
            (lookup.type, lookup.answers, lookup.timeToLive) = ("A", ["127.0.0.4"], 3600)
        case .senderList:
            lookup.name = "\(octets).zen.spamhaus.org"
            lookup.type = dice.uniform() < 0.9 ? "A" : "TXT"
            let isListed = dice.uniform() < 0.1
            (lookup.code, lookup.answers) = (isListed ? "NOERROR" : "NXDOMAIN", isListed ? ["127.0.0.2"] : [])
        case .reverse:
            (lookup.name, lookup.type, lookup.answers) = (
                "\(octets).in-addr.arpa", "PTR", ["host-\(octets).example.net"]
            )
        case .serviceDiscovery:
            (lookup.type, lookup.answers) = ("PTR", [])
            lookup.port = lookup.name.hasSuffix(".local") ? 5353 : 53
        case .ownDomain:
            if lookup.name.hasPrefix("_") { (lookup.type, lookup.answers) = ("SRV", ["dc1.corp.example.org"]) }
            lookup.timeToLive = 1200
        case .goneDomains:
            lookup.name = "\(Self.words.pick(&dice))\(Self.words.pick(&dice))\(Self.words.pick(&dice)).com"
            (lookup.type, lookup.code, lookup.answers) = ("MX", "NXDOMAIN", [])
        default: break
        }
        return lookup
    }

    private static let words = [
        "green", "house", "market", "travel", "sport", "music", "garden", "photo", "energy", "design", "studio",
        "cloud",
        "river", "north", "silver", "paper", "light", "school", "family", "coffee", "planet", "office", "bridge",
        "summer",
    ]
}

extension Array {
    fileprivate func pick(_ dice: inout SeededGenerator) -> Element { self[Int(dice.uniform(0, Double(count)))] }
}

extension SeededGenerator {
    mutating func hex(_ count: Int) -> String { draw("0123456789abcdef", count) }
    mutating func letters(_ count: Int) -> String { draw("abcdefghijklmnopqrstuvwxyz", count) }
    mutating func base64(_ count: Int) -> String {
        draw("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", count)
    }

    private mutating func draw(_ alphabet: String, _ count: Int) -> String {
        let signs = Array(alphabet)
        return String((0..<count).map { _ in signs[Int(uniform(0, Double(signs.count)))] })
    }
}
