/// Findings that are one thing: an implant with several servers, a campaign over several hosts, several hosts that call
/// one destination.
///
/// Every finding belongs to exactly one incident; most incidents hold one finding. ``Run/incidents`` has them, the most
/// urgent first.
public struct Incident: Sendable, Codable, Hashable {
    /// The same in every run in which the findings share the same thing.
    public var id: String
    /// One line: `2 hosts → 23 servers, one self-signed certificate, TLS on 449, every 202 s, since 4 Nov`.
    public var name: String
    /// What several of its findings share, in words; empty for an incident of one finding.
    public var reasons: [String]
    /// What its findings share besides the destination, in short: `one self-signed certificate, TLS on 449`; `nil` where they
    /// share nothing, and for an incident of one finding.
    public var shared: String?
    /// Why it deserves a look, in a few words.
    public var why: String
    /// The ids of its findings, the most urgent first; at least one.
    public var findings: [String]
    /// Of its most urgent finding, as are `weight` (decibans) and `priority` (0...1).
    public var severity: Severity
    public var weight: Double
    public var priority: Double
    /// Who calls, in their order.
    public var sources: [IPAddress]
    /// Who is called: names where they are known, else addresses, in their order.
    public var destinations: [String]
    /// The ports that are called, in their order.
    public var ports: [UInt16]
    /// `TLS`, `HTTP` …; `nil` where it is not known, or differs.
    public var application: String?
    /// The shortest and the longest interval, in seconds; `nil` where no finding has one.
    public var shortestInterval: Double?
    public var longestInterval: Double?
    public var firstSeen: Timestamp?
    public var lastSeen: Timestamp?
    /// What its findings were recognised as that call by nature, as it is counted: `NTP`, `updates`; `nil` for all that
    /// deserves a line of its own.
    public var expected: String?

    /// Whether it is shown as a count alone, until somebody asks for all.
    public var isFolded: Bool { expected != nil }

    /// - Parameter findings: at least one, the most urgent first.
    init(id: String, _ findings: [Finding], expected: String? = nil) {
        self.id = id
        self.findings = findings.map(\.id)
        self.expected = expected
        let traits = Finding.Trait.shared(by: findings)
        reasons = traits.map(\.words)
        why = Finding.why(of: findings)
        severity = findings.map(\.severity).max() ?? .low
        weight = findings.map(\.weight).max() ?? 0
        priority = findings.map(\.priority).max() ?? 0
        sources = Set(findings.flatMap(\.sources)).sorted()
        destinations = Set(findings.flatMap(\.destinations)).sorted()
        ports = Set(findings.flatMap(\.channels).compactMap(\.port)).sorted()
        let applications = Set(findings.map(\.application))
        application = applications.count == 1 ? applications.first ?? nil : nil
        shortestInterval = findings.compactMap(\.interval).min()
        longestInterval = findings.compactMap(\.interval).max()
        firstSeen = findings.compactMap(\.firstSeen).min()
        lastSeen = findings.compactMap(\.lastSeen).max()
        name = ""
        if findings.count > 1 {
            let parts = [Finding.Trait.phrase(of: traits), spoken(findings)].compactMap { $0 }
            shared = parts.isEmpty ? nil : parts.joined(separator: ", ")
        }
        name = expected.map { Self.counted(findings.count, $0) } ?? sentence(findings)
    }
}

// MARK: Words

extension Incident {
    /// `192.168.1.5`, `3 hosts`; empty where nobody is known to call.
    public var who: String { Self.one(sources.map(\.description), else: "hosts") }

    /// `evil.example:443`, `evil.example`, `23 servers`; empty where nobody is called.
    public var whom: String { Self.place(destinations, ports) }

    fileprivate static func place(_ destinations: [String], _ ports: [UInt16]) -> String {
        let place = one(destinations, else: "servers")
        guard destinations.count == 1, ports.count == 1, let port = ports.first, port > 0 else { return place }
        return place.contains(":") ? "[\(place)]:\(port)" : "\(place):\(port)"
    }

    /// `202 s`, `60 to 300 s`; `nil` where no finding has an interval.
    public var every: String? {
        guard let shortest = shortestInterval, let longest = longestInterval else { return nil }
        // To within a tenth it is one pace.
        return longest <= shortest * 1.1 ? Readable.pace((shortest + longest) / 2) : Readable.pace(shortest...longest)
    }

    /// `4 Nov`; of what lasts for less than three days with the time (UTC): `4 Nov 12:30`.
    public var since: String? {
        guard let firstSeen else { return nil }
        let length = lastSeen?.nanoseconds(since: firstSeen) ?? 0
        return length >= 3 * 86_400_000_000_000 ? firstSeen.dayAndMonth : firstSeen.dayAndTime
    }

    private func sentence(_ findings: [Finding]) -> String {
        guard !destinations.isEmpty else { return findings.first?.summary ?? "" }
        var parts = ["\(who) → \(whom)"]
        if let text = findings.count > 1 ? shared : spoken(findings) { parts.append(text) }
        if let every { parts.append("every \(every)") }
        if let since { parts.append("since \(since)") }
        return parts.joined(separator: ", ")
    }

    /// `TLS on 449`, `TLS`, `UDP on 123 and 124`; `nil` where it says nothing.
    private func spoken(_ findings: [Finding]) -> String? {
        let protocols = Set(findings.flatMap(\.channels).compactMap(\.proto))
        let transport = protocols.count == 1 ? protocols.first.map { TransportProtocol.name(of: $0).uppercased() } : nil
        guard let word = application ?? transport, !word.isEmpty else { return nil }
        let isSaid = whom.hasSuffix(":\(ports.first ?? 0)")
        guard !isSaid, !ports.isEmpty, ports != [0] else { return word }
        let most = 3
        let texts =
            ports.prefix(most).map(String.init) + (ports.count > most ? ["\(ports.count - most) more ports"] : [])
        return "\(word) on " + Self.listed(texts)
    }

    private static func one(_ texts: [String], else many: String) -> String {
        texts.count > 1 ? "\(texts.count.grouped) \(many)" : texts.first ?? ""
    }

    private static func listed(_ texts: [String]) -> String {
        texts.count < 2 ? texts.joined() : texts.dropLast().joined(separator: ", ") + " and \(texts[texts.count - 1])"
    }

    /// `9 NTP`, `1 ICMP error`.
    private static func counted(_ count: Int, _ word: String) -> String {
        let isPlural = word.hasSuffix("s") && !word.hasSuffix("ss") && !word.hasSuffix("us")
        return "\(count.grouped) \(count == 1 && isPlural ? String(word.dropLast()) : word)"
    }
}

extension Incident {
    /// - Parameter folded: what was recognised, as it is shown, and how often.
    package static func foldedLine(_ folded: [(shown: String, count: Int)]) -> String? {
        guard !folded.isEmpty else { return nil }
        let sorted = folded.sorted { ($1.count, $0.shown) < ($0.count, $1.shown) }
        return "\(sorted.reduce(0) { $0 + $1.count }.grouped) expected: "
            + sorted.map(\.shown).joined(separator: ", ")
    }
}

extension Sequence<Incident> {
    /// What is folded, with its counts: `31 expected: 14 ICMP errors, 9 NTP, 8 updates`; `nil` where nothing is.
    public var foldedLine: String? {
        Incident.foldedLine(filter(\.isFolded).map { ($0.name, $0.findings.count) })
    }

    /// Those that deserve a line of their own.
    public var listed: [Incident] { filter { !$0.isFolded } }
}

// MARK: Grouping

extension Incident {
    /// Gathers findings into incidents, and writes the incident's id and reasons into each of them.
    ///
    /// Findings with a trait in common belong together, also where a third finding links them. Of the others those toward one
    /// destination belong together; a destination links no two groups, since many hosts may call it for reasons of their
    /// own. What is expected is gathered by what it is.
    ///
    /// - Parameter findings: the most urgent first.
    /// - Returns: the incidents, the most urgent first, those that are folded last.
    public static func gather(_ findings: inout [Finding]) -> [Incident] {
        var groups: [(id: String, expected: String?, members: [Int])] = []
        let expected = findings.indices.filter { findings[$0].isExpected }
        for (word, members) in Dictionary(grouping: expected, by: { findings[$0].expectation ?? "" }) {
            groups.append((FNV.digits("expected \(word)"), word, members))
        }
        let others = findings.indices.filter { !findings[$0].isExpected }
        let linked = united(others, by: { findings[$0].traits.map(\.token) })
        let apart = linked.filter { $0.count == 1 }.joined().sorted()
        let grouped = linked.filter { $0.count > 1 } + united(apart, by: { [findings[$0].destinationToken] })
        for members in grouped { groups.append((id(of: members.map { findings[$0] }), nil, members)) }

        groups.sort { ($0.expected == nil ? 0 : 1, $0.members[0]) < ($1.expected == nil ? 0 : 1, $1.members[0]) }
        return groups.map { group in
            let incident = Incident(id: group.id, group.members.map { findings[$0] }, expected: group.expected)
            for place in group.members {
                findings[place].incident = incident.id
                findings[place].incidentName = incident.name
                findings[place].incidentReasons = incident.reasons
            }
            return incident
        }
    }

    /// From what the findings have in common first of all, so that it stays when others join.
    private static func id(of findings: [Finding]) -> String {
        let trait = Finding.Trait.shared(by: findings).first ?? findings.flatMap(\.traits).min()
        return FNV.digits("incident " + (trait?.token ?? findings.map(\.destinationToken).min() ?? ""))
    }

    /// The unions of places that have a token in common, each in rising order; the union of the first place first.
    private static func united(_ places: [Int], by tokens: (Int) -> [String]) -> [[Int]] {
        var parent = Dictionary(uniqueKeysWithValues: places.map { ($0, $0) })
        func root(_ place: Int) -> Int {
            var place = place
            while let next = parent[place], next != place { place = next }
            return place
        }
        var first: [String: Int] = [:]
        for place in places {
            for token in tokens(place) {
                let (a, b) = (root(first[token, default: place]), root(place))
                first[token] = first[token] ?? place
                parent[max(a, b)] = min(a, b)
            }
        }
        return Dictionary(grouping: places, by: root).sorted { $0.key < $1.key }.map(\.value)
    }
}

extension Finding {
    /// Whether it was recognised as calling by nature, and nothing else makes it deserve a look.
    public var isExpected: Bool { expectation != nil && severity == .low }

    /// `evil.example:443`, `203.0.113.7:443`, `3 servers`; `nil` where nobody is called.
    public var destination: String? {
        destinations.isEmpty
            ? nil : Incident.place(Set(destinations).sorted(), Set(channels.compactMap(\.port)).sorted())
    }

    fileprivate var sources: [IPAddress] { channels.isEmpty ? source.map { [$0] } ?? [] : channels.map(\.source) }

    /// The best name of whom it calls, else the address; of a group those of its channels.
    fileprivate var destinations: [String] {
        if channels.count == 1, let host, !host.isEmpty { return [host.lowercased()] }
        return channels.map { $0.peer.name?.lowercased() ?? $0.peer.description }
    }

    /// What findings toward one destination share; of a finding about a source alone its id.
    fileprivate var destinationToken: String {
        destinations.isEmpty ? "finding \(id)" : "destination " + destinations.sorted().joined(separator: " ")
    }
}
