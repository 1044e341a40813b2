/// A lookup with its answer, as a sensor records it.
public struct SyntheticLookup: Sendable, Hashable {
    /// Seconds since the span's start.
    public var seconds: Double
    public var name: String
    /// A, TXT …
    public var type: String
    /// NOERROR, NXDOMAIN …
    public var code = "NOERROR"
    /// The answers' data.
    public var answers: [String] = []
    /// Seconds.
    public var timeToLive = 60
    public var port: UInt16 = 53

    public init(
        seconds: Double, name: String, type: String, code: String = "NOERROR", answers: [String] = [],
        timeToLive: Int = 60, port: UInt16 = 53
    ) {
        self.seconds = seconds
        self.name = name
        self.type = type
        self.code = code
        self.answers = answers
        self.timeToLive = timeToLive
        self.port = port
    }
}

/// Lookups of one client, made after what is publicly documented of programs that carry data in them, and of harmless
/// programs whose lookups resemble these.
public enum LookupPlan: String, Sendable, CaseIterable {
    /// dnscat2 (iagox86/dnscat2, doc/protocol.md): packets in hexadecimal, as TXT, CNAME and MX in turn, one a second while
    /// nothing is to be done, more where files go through it.
    case dnscat2
    /// Cobalt Strike's DNS beacon (its manual, "DNS Beacon"; `dns-beacon` of malleable profiles): a short name each minute,
    /// and for each task metadata and output in hexadecimal below `www.`, `post.`, tasks as TXT below `api.`.
    case cobaltStrike
    /// A family of generated domains (Plohmann and others, "A Comprehensive Measurement Study of Domain Generating
    /// Malware", USENIX Security 2016): letters with equal chances, none registered.
    case generatedDomains

    /// Servers of a content network: few names, asked for again and again.
    case contentNetwork
    /// The same with names as long as they get.
    case longContentNames
    /// An antivirus that asks for files by their hash.
    case antivirus
    /// A mail server that asks for senders' addresses (RFC 5782).
    case senderList
    case reverse
    /// A program that reports to names with an identifier of its own.
    case telemetry
    /// Multicast DNS and service discovery (RFC 6762, 6763).
    case serviceDiscovery
    /// Hosts and services of one's own domain, as Windows asks for them.
    case ownDomain
    /// A mail server that asks for senders' domains, many of which are gone.
    case goneDomains
    case browsing

    /// Whether it is command and control.
    public var isMalicious: Bool { [.dnscat2, .cobaltStrike, .generatedDomains].contains(self) }

    /// The registered domain below which it asks; `nil` where there are many.
    public var domain: String? {
        switch self {
        case .dnscat2: "update-relay.net"
        case .cobaltStrike: "metric-cdn.com"
        case .contentNetwork: "googlevideo.com"
        case .longContentNames: "akamaiedge.net"
        case .antivirus: "filecheck-vendor.com"
        case .senderList: "spamhaus.org"
        case .telemetry: "telemetry-vendor.com"
        case .ownDomain: "example.org"
        case .generatedDomains, .reverse, .serviceDiscovery, .goneDomains, .browsing: nil
        }
    }

    /// The lookups of some hours, rising in time.
    public func lookups(hours: Double, using generator: inout SeededGenerator) -> [SyntheticLookup] {
        let seconds = hours * 3600
        let made =
            switch self {
            case .dnscat2: dnscat2(seconds, &generator)
            case .cobaltStrike: cobaltStrike(seconds, &generator)
            case .generatedDomains: generatedDomains(seconds, &generator)
            default: harmless(seconds, &generator)
            }
        return made.sorted { ($0.seconds, $0.name) < ($1.seconds, $1.name) }
    }

    // MARK: Command and control

    private func dnscat2(_ seconds: Double, _ dice: inout SeededGenerator) -> [SyntheticLookup] {
        let types = ["TXT", "CNAME", "MX"]
        var lookups: [SyntheticLookup] = []
        var now = dice.uniform(0, 60)
        while now < seconds {
            // Now and then a command's output goes through.
            let isBusy = dice.uniform() < 0.05
            for _ in 0..<(isBusy ? Int(dice.uniform(3, 40)) : 1) {
                // packet, type, session, signature, nonce, sequence, acknowledgement
                let data = dice.hex(17 * 2) + (isBusy ? dice.hex(Int(dice.uniform(20, 85)) * 2) : "")
                let answer = dice.hex(17 * 2)
                let type = types[Int(dice.uniform(0, 3))]
                let below = ".\(domain ?? "")"
                lookups.append(
                    SyntheticLookup(
                        seconds: now, name: Self.labels(data) + below, type: type,
                        answers: [type == "TXT" ? answer : answer + below], timeToLive: 60))
                now += isBusy ? 0.15 : 0
            }
            now += 1 + dice.uniform(0, 0.1)
        }
        return lookups
    }

    private func cobaltStrike(_ seconds: Double, _ dice: inout SeededGenerator) -> [SyntheticLookup] {
        let below = ".ns1.\(domain ?? "")"
        let session = dice.hex(8)
        var lookups: [SyntheticLookup] = []
        func add(_ now: Double, _ name: String, _ type: String, _ answer: String) {
            lookups.append(
                SyntheticLookup(seconds: now, name: name + below, type: type, answers: [answer], timeToLive: 5))
        }
        var now = dice.uniform(0, 60)
        while now < seconds {
            add(now, session, "A", "0.0.0.0")
            var moment = now + 0.2
            if dice.uniform() < 0.1 {
                func chunk(_ prefix: String, _ bytes: Int, _ dice: inout SeededGenerator) {
                    let data = dice.hex(bytes * 2)
                    let parts = stride(from: 0, to: data.count, by: 56).map { String(data.dropFirst($0).prefix(56)) }
                    add(
                        moment, "\(prefix)\(parts.count)\(parts.joined(separator: ".")).\(dice.hex(8)).\(session)", "A",
                        "0.0.0.0")
                    moment += 0.1
                }
                for _ in 0..<3 { chunk("www.", 56, &dice) }
                for _ in 0..<Int(dice.uniform(2, 12)) {
                    add(moment, "api.\(dice.hex(8)).\(session)", "TXT", dice.base64(200))
                    moment += 0.1
                }
                for _ in 0..<Int(dice.uniform(3, 40)) { chunk("post.", Int(dice.uniform(28, 84)), &dice) }
            }
            now += 60
        }
        return lookups
    }

    private func generatedDomains(_ seconds: Double, _ dice: inout SeededGenerator) -> [SyntheticLookup] {
        let endings = ["com", "net", "org", "info", "biz", "ru"]
        var lookups: [SyntheticLookup] = []
        var now = dice.uniform(0, 60)
        for _ in 0..<Int(dice.uniform(60, 300)) where now < seconds {
            let label = dice.letters(Int(dice.uniform(9, 19)))
            let name = "\(label).\(endings[Int(dice.uniform(0, Double(endings.count)))])"
            lookups.append(SyntheticLookup(seconds: now, name: name, type: "A", code: "NXDOMAIN"))
            now += dice.uniform(9, 11)
        }
        return lookups
    }

    /// Labels of at most 63 characters (RFC 1035, 2.3.4).
    private static func labels(_ text: String) -> String {
        stride(from: 0, to: text.count, by: 60).map { String(text.dropFirst($0).prefix(60)) }.joined(separator: ".")
    }
}
