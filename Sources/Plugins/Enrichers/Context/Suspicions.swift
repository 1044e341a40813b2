import FlareKit
import Glibc

/// What of the words about a finding makes an analyst suspicious: each named and explained, none hides a finding.
struct Suspicions {
    private(set) var modifiers: [Finding.Modifier] = []

    /// How much each counts, in decibans, what it is about, what a reader sees of it (its reason where there is no label), and of
    /// which techniques of ATT&CK it is a sign.
    private static let amounts: [String: (amount: Double, side: Finding.Side, label: String?, techniques: [String])] = [
        "alert": (20, .alert, "alert", []),
        "cert_self_signed": (9, .certificate, "self-signed certificate", ["T1573.002"]),
        "cert_young": (5, .certificate, "young certificate", ["T1573.002"]),
        "cert_expired": (3, .certificate, "expired certificate", ["T1573.002"]),
        "cert_one_peer": (2, .certificate, "certificate of its own", ["T1573.002"]),
        "sni_mismatch": (9, .certificate, "certificate for another name", ["T1090.004"]),
        "sni_missing": (6, .name, "no SNI", ["T1573.002"]), "host_missing": (3, .name, "no Host", ["T1071.001"]),
        "host_is_address": (6, .name, "address as Host", ["T1071.001"]), "nameless": (3, .name, "no name", []),
        "name_random": (3, .name, "random name", ["T1568.002"]), "name_rare": (2, .site, "rare name", []),
        "name_new": (1, .time, "new name", []),
        "agent_tool": (9, .client, "agent of a tool", ["T1071.001"]),
        "agent_rare": (3, .client, "rare agent", ["T1071.001"]),
        "agents_many": (3, .client, "many agents", ["T1071.001"]),
        "agent_one_peer": (2, .client, "agent of its own", ["T1071.001"]),
        "fingerprint_rare": (3, .client, "rare fingerprint", ["T1573.002"]),
        "fingerprint_one_peer": (2, .client, "fingerprint of its own", ["T1573.002"]),
        "port_protocol": (6, .port, nil, ["T1571"]), "port_unusual": (5, .port, "unusual port", ["T1571"]),
        "day_and_night": (1, .time, "day and night", []),
        "sni_unasked": (3, .name, "name that was not looked up", ["T1090.004"]),
        "agents_changing": (5, .client, "agent of each call another", ["T1071.001"]),
        "tls_missing": (3, .port, nil, ["T1571", "T1095"]),
        "uri_repeated": (1, .traffic, "one URL over and over", ["T1071.001"]),
        "same_sizes": (5, .traffic, "same sizes both ways", []),
        "content_mismatch": (3, .traffic, "content not as declared", ["T1036.008"]),
        "unanswered": (3, .traffic, "no answer", []),
    ]

    /// TCP ports on which many programs call, beside those below 1024 and those of TLS and HTTP: brokers, proxies,
    /// databases, remote desktops, chat, calls, push.
    private static let usualPorts: Set<UInt16> = [
        1433, 1521, 1723, 1883, 1935, 2049, 2195, 2196, 3128, 3268, 3269, 3306, 3389, 3478, 3479, 4070, 4460, 5060,
        5061,
        5222, 5223, 5228, 5229, 5230, 5269, 5353, 5432, 5671, 5672, 5900, 5938, 6379, 6514, 7680, 8008, 8009, 8883,
        9092,
        9200, 9418, 10051, 27017,
    ]

    init(
        _ story: Story, _ all: GatheredContext, _ sharing: SiteSharing, _ options: ContextOptions, _ run: RunContext
    ) {
        let context = story.context
        if let alert = context.alerts.first {
            add("alert", "\(context.alerts.total) on its flows, mostly \(alert)")
        }
        aboutCertificates(story, all, sharing, options)
        aboutNames(context)
        for lie in LyingRequests.all(story, all, options, run) {
            // Scanners on the internet send everybody the same.
            let isFromOutside = lie.name == "same_sizes" && story.finding.source?.scope == .global
            add(lie.name, lie.reason, amount: isFromOutside ? Self.sameSizesFromOutside : nil)
        }
        aboutAgents(story, all, sharing, options)
        aboutFingerprints(story, all, sharing, options)
        aboutLookups(story, all, sharing, options, run)
        if let mismatch = context.mismatches.first { add("content_mismatch", mismatch) }
        aboutPeer(story, options, run)
        aboutHours(story, all)
    }

    private static let sameSizesFromOutside = 2.0
    private static let rareProgram = 2.0

    /// - Parameter amount: where it counts otherwise than usual.
    private mutating func add(_ name: String, _ reason: String, amount: Double? = nil) {
        guard let (usual, side, label, techniques) = Self.amounts[name] else {
            return assertionFailure("\(name) has no weight")
        }
        modifiers.append(
            Finding.Modifier(name, amount ?? usual, reason, side: side, label: label ?? reason, techniques: techniques))
    }

    private mutating func aboutPeer(_ story: Story, _ options: ContextOptions, _ run: RunContext) {
        guard let key = story.finding.channel else { return }
        let context = story.context
        let isUnicast = key.peer.address?.scope != .multicast && !story.isOfLookups
        if isUnicast, key.peer.name == nil, story.name == nil, context.shown.isEmpty {
            add("nameless", "no lookup, handshake, request or certificate names it")
        }
        guard isUnicast, let port = key.port else { return }
        let (isOfTLS, isOfHTTP) = (options.tlsPorts.contains(Int(port)), options.httpPorts.contains(Int(port)))
        if context.handshakes > 0, !isOfTLS {
            add("port_protocol", "TLS on port \(port)")
        } else if context.requests > 0, !isOfHTTP {
            add("port_protocol", "HTTP on port \(port)")
        } else if key.proto == 6, port >= 1024, !isOfTLS, !isOfHTTP, !Self.usualPorts.contains(port) {
            add("port_unusual", "few programs call TCP port \(port)")
        }
        if key.proto == 6, story.finding.bytesToClient == 0, context.requests == 0, context.handshakes == 0 {
            add("unanswered", "it goes on though nothing comes back")
        } else if context.requests > 0, let failed = story.failedShare(run), failed >= Self.failedShare {
            add("unanswered", "it goes on though \(Int((failed * 100).rounded())) % of the calls fail")
        }
    }

    /// Calls go on in spite of an answer where so many of them get an error.
    private static let failedShare = 0.9

    private mutating func aboutCertificates(
        _ story: Story, _ all: GatheredContext, _ sharing: SiteSharing, _ options: ContextOptions
    ) {
        let certificates = story.context.shown.values.sorted { $0.key < $1.key }
        if let own = certificates.first(where: \.isSelfSigned) { add("cert_self_signed", own.subject) }
        if let expired = certificates.first(where: { $0.validUntil.map { [last = $0.lastSeen] in $0 < last } ?? false })
        {
            add("cert_expired", "valid until \(Timestamp(nanoseconds: expired.validUntil ?? 0))")
        }
        let young = certificates.first { certificate in
            guard let from = certificate.validFrom, certificate.firstSeen != .max else { return false }
            let age = certificate.firstSeen.subtractingReportingOverflow(from)
            return !age.overflow && age.partialValue >= 0 && age.partialValue < options.youngCertificate.nanoseconds
        }
        if let young { add("cert_young", "valid from \(Timestamp(nanoseconds: young.validFrom ?? 0))") }
        if let source = story.finding.source, !certificates.isEmpty, sharing.hosts >= options.fewestHosts {
            let isLone = certificates.allSatisfy { certificate in
                sharing.sources(.tls, .fingerprint, certificate.hash) == 1
                    && all.context(of: source).addressCount(.init(.certificate, certificate.key)) == 1
            }
            if isLone { add("cert_one_peer", "nobody else was shown it, and no other server showed it") }
        }
        for certificate in certificates {
            guard let name = story.context.asked[certificate.key]?.sorted.map(\.value).first(where: certificate.denies)
            else { continue }
            add("sni_mismatch", "\(name) was asked for, \(certificate.coveredNames[0]) answered")
            break
        }
    }

    private mutating func aboutNames(_ context: ChannelContext) {
        if context.handshakes > 0, context.namelessHandshakes == context.handshakes {
            add("sni_missing", "none of \(context.handshakes) handshakes names a host")
        }
        if context.requests > 0, context.namelessRequests == context.requests {
            add("host_missing", "none of \(context.requests) requests names a host")
        }
        if let host = context.hosts.sorted.first(where: { IPAddress(BestName.bare($0.value)) != nil }) {
            add("host_is_address", host.value)
        }
    }

    private mutating func aboutAgents(
        _ story: Story, _ all: GatheredContext, _ sharing: SiteSharing, _ options: ContextOptions
    ) {
        let agents = story.context.agents
        guard let source = story.finding.source, let first = agents.first else { return }
        let said = all.context(of: source)
        if let tool = agents.sorted.first(where: { Agent.isTool($0.value, options.toolAgents) }),
            said.agents.counts.keys.contains(where: Agent.isBrowser)
        {
            add("agent_tool", "\(tool.value) on a host that also browses")
        }
        if agents.count >= options.severalAgents, !LyingRequests.isChanging(agents, story.context.requests) {
            add("agents_many", "\(agents.count) agents toward one host")
        }
        guard sharing.hosts >= options.fewestHosts else { return }
        if let count = sharing.sources(.http, .userAgent, first), count <= options.rareHosts {
            // A program that names itself is on few hosts as a rule; who names a browser that nobody has does not.
            add(
                "agent_rare", "\(count.grouped) of \(sharing.hosts.grouped) hosts use \(first.prefix(80))",
                amount: Agent.isBrowser(first) ? nil : Self.rareProgram)
        }
        if said.agents.count > agents.count, said.addressCount(.init(.agent, first)) == 1 {
            add("agent_one_peer", "the host uses it toward this peer alone")
        }
    }

    private mutating func aboutFingerprints(
        _ story: Story, _ all: GatheredContext, _ sharing: SiteSharing, _ options: ContextOptions
    ) {
        guard sharing.hosts >= options.fewestHosts, let source = story.finding.source else { return }
        let said = all.context(of: source)
        for (column, own, others, kind) in [
            (ColumnName.ja4, story.context.ja4, \SourceContext.ja4, Mark.Kind.ja4),
            (.ja3, story.context.ja3, \.ja3, .ja3),
        ] {
            guard let print = own.first else { continue }
            if let count = sharing.sources(.tls, column, print), count <= options.rareHosts {
                add("fingerprint_rare", "\(count.grouped) of \(sharing.hosts.grouped) hosts have \(column) \(print)")
            }
            if said[keyPath: others].count > 1, said.addressCount(.init(kind, print)) == 1 {
                add("fingerprint_one_peer", "the host has \(column) \(print) toward this peer alone")
            }
            break
        }
    }

    private mutating func aboutLookups(
        _ story: Story, _ all: GatheredContext, _ sharing: SiteSharing, _ options: ContextOptions, _ run: RunContext
    ) {
        guard !story.isOfLookups, let name = story.name, IPAddress(BestName.bare(name.name)) == nil else { return }
        // Nobody looks up a name to which nobody else talks: one cause, told once.
        let isRare = story.finding.modifiers.contains { $0.name == "rare_destination" }
        if !isRare, sharing.hosts >= options.fewestHosts, sharing.sources(.dns, .query, name.name) == 1 {
            add("name_rare", "no other host looked \(name.name) up")
        }
        let label = name.name.split(separator: ".").dropLast().max { $0.utf8.count < $1.utf8.count } ?? ""
        let entropy = Self.entropy(label)
        if entropy >= options.randomLabelEntropy {
            add("name_random", "\(Words.hundredths(entropy)) bits a character in \(label)")
        }
        let window = run.censuses.values.map(\.window).first { $0.duration != nil }
        if let since = window?.since, let length = window?.duration, length >= options.shortestWindow.nanoseconds,
            let first = all.lookups.first(where: { $0.name == name.name && $0.channel.source == story.finding.source })?
                .time,
            Double(first - since.nanoseconds) > options.newAfter * Double(length)
        {
            add("name_new", "first looked up well into the window")
        }
    }

    /// A host rests where it makes no other request for so many hours between two in which it makes some; it has to be seen busy
    /// in as many hours.
    private static let fewestHours: Int64 = 5
    /// A host that is gone for longer does not rest.
    private static let mostHours: Int64 = 3 * 24
    /// Calls go on through the rest where they come in this share of its hours.
    private static let nightShare = 0.8

    private mutating func aboutHours(_ story: Story, _ all: GatheredContext) {
        let busy = all.context(of: story.finding.source).busyHours
        guard !story.isOfLookups, busy.count >= Self.fewestHours,
            let rest = zip(busy, busy.dropFirst()).max(by: { $0.1 - $0.0 < $1.1 - $1.0 }),
            rest.1 - rest.0 > Self.fewestHours, rest.1 - rest.0 <= Self.mostHours
        else { return }
        let hours = Set(story.finding.times.map(SourceMarks.hour))
        let night = (rest.0 + 1)..<rest.1
        let called = night.count { hours.contains($0) }
        guard Double(called) >= Self.nightShare * Double(night.count), !hours.isDisjoint(with: busy) else { return }
        let (from, until) = (night.lowerBound, night.upperBound)
        add(
            "day_and_night",
            "it goes on from \(Timestamp(seconds: Double(from) * 3600)) to \(Timestamp(seconds: Double(until) * 3600)), "
                + "while the host makes no other request")
    }

    /// Bits a character.
    static func entropy(_ text: some StringProtocol) -> Double {
        var counts: [UInt8: Int] = [:]
        for byte in text.utf8 { counts[byte, default: 0] += 1 }
        let length = Double(text.utf8.count)
        return counts.values.reduce(0) { $0 - Double($1) / length * log2(Double($1) / length) }
    }
}
