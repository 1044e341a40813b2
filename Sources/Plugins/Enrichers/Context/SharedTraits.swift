import FlareKit

/// What ties findings together, by what the sensor logged: certificates, fingerprints, rare names and servers.
///
/// A property of the site at large ties nothing. What at most `rare_hosts` hosts have is rare, and evidence too. A certificate or
/// a fingerprint that more hosts have is a trait all the same if half of them at least have it toward what is reported: an
/// outbreak is no property of the site.
struct SharedTraits {
    /// In decibans.
    private static let amount = 3.0

    private let context: GatheredContext
    private let sharing: SiteSharing
    private let options: ContextOptions
    private let run: RunContext

    init(_ context: GatheredContext, _ sharing: SiteSharing, _ options: ContextOptions, _ run: RunContext) {
        (self.context, self.sharing, self.options, self.run) = (context, sharing, options, run)
    }

    func fill(_ stories: inout [Story]) {
        let oddPorts = Set(stories.filter(Self.isOnOddPort).compactMap(Self.port))
        var holders: [Candidate: [Int]] = [:]
        for (place, story) in stories.enumerated() where !story.isOfLookups {
            for candidate in candidates(story, oddPorts) { holders[candidate, default: []].append(place) }
        }
        let reported = Set(stories.map(\.finding).filter(\.isReported).flatMap(\.channels))
        let sources = Set(stories.compactMap(\.finding.source)).map(context.context)
        for (candidate, members) in holders.sorted(by: { $0.key.trait < $1.key.trait }) {
            let held = Set(members.flatMap { stories[$0].finding.channels })
            // Channels toward a name and toward its addresses are the same calls.
            let addresses = Set(members.flatMap { stories[$0].finding.addresses })
            let others = channels(with: candidate, of: sources)
                .filter { $0.peer.address.map { !addresses.contains($0) } ?? false }
            guard let hosts = hosts(with: candidate),
                isDistinctive(candidate, hosts: hosts, held.intersection(reported), others)
            else { continue }
            let all = held.union(others)
            let silent = all.subtracting(reported).sorted()
            for place in members {
                stories[place].finding.traits.append(candidate.trait)
                if hosts <= options.rareHosts {
                    count(candidate.trait, channels: all.count, in: &stories[place].finding)
                }
                list(silent.filter { !stories[place].finding.channels.contains($0) }, in: &stories[place].finding)
            }
        }
    }

    /// Evidence of several channels, once a finding: the strongest trait comes first.
    private func count(_ trait: Finding.Trait, channels: Int, in finding: inout Finding) {
        // That the port is odd is evidence by itself.
        guard channels > 1, trait.kind != .port,
            !finding.modifiers.contains(where: { $0.name == "cluster" })
        else {
            return
        }
        finding.add([
            Finding.Modifier(
                "cluster", Self.amount, "\(channels.grouped) channels share \(trait.words)",
                side: trait.kind == .fingerprint ? .client : .site)
        ])
    }

    private func list(_ channels: [ChannelKey], in finding: inout Finding) {
        guard !channels.isEmpty, finding.evidence["incident_channels"] == nil else { return }
        var texts = channels.prefix(5).map(\.description)
        if channels.count > 5 { texts.append("+\((channels.count - 5).grouped) more") }
        finding.evidence["incident_channels"] = .texts(texts)
    }

    // MARK: Traits

    /// A trait if few have it, and where that is counted.
    private struct Candidate: Hashable {
        enum Origin: Hashable {
            case lookup
            case peer(Peer)
            case certificate(hash: String)
            case selfSigned
            case fingerprint(ColumnName, Mark.Kind)
            case port
        }

        let trait: Finding.Trait
        let origin: Origin
    }

    /// A port and its protocol, as `tcp/449`.
    private static func port(of story: Story) -> String? {
        guard let key = story.finding.channel, let port = key.port, let proto = key.proto else { return nil }
        return "\(TransportProtocol.name(of: proto))/\(port)"
    }

    private static func isOnOddPort(_ story: Story) -> Bool {
        story.finding.modifiers.contains { ["port_protocol", "port_unusual"].contains($0.name) }
    }

    /// What a finding could share with others.
    private func candidates(_ story: Story, _ oddPorts: Set<String>) -> Set<Candidate> {
        guard let key = story.finding.channel else { return [] }
        var found: Set<Candidate> = []
        // A CDN's address and certificate are many names'; where a name tells, they tie nothing.
        let name = story.name.flatMap { $0.origin == .foreignAnswer ? nil : $0.name.lowercased() }
        if let name { found.insert(Candidate(trait: Finding.Trait(.name, name, noun: "rare name"), origin: .lookup)) }
        if name == nil || key.peer.name != nil {
            found.insert(
                Candidate(trait: Finding.Trait(.address, "\(key.peer)", noun: "rare server"), origin: .peer(key.peer)))
        }
        // Servers without a name on one odd port: the list of servers that an implant brings along, those that do not answer too.
        if name == nil, let port = Self.port(of: story), oddPorts.contains(port) {
            let words = "servers without a name on \(port)"
            found.insert(Candidate(trait: Finding.Trait(.port, port, noun: "port", words: words), origin: .port))
        }
        for certificate in story.context.shown.values where certificate.isSelfSigned || name == nil {
            let noun = certificate.isSelfSigned ? "self-signed certificate" : "certificate"
            let shown = certificate.subject.isEmpty ? certificate.hash : certificate.subject
            found.insert(
                Candidate(
                    trait: Finding.Trait(.certificate, certificate.key, noun: noun, words: "\(noun) \(shown)"),
                    origin: .certificate(hash: certificate.hash)))
            if certificate.isSelfSigned {
                found.insert(
                    Candidate(
                        trait: Finding.Trait(.subject, certificate.subject, noun: "self-signed subject"),
                        origin: .selfSigned))
            }
        }
        for (prints, column, kind) in [
            (story.context.ja3, ColumnName.ja3, Mark.Kind.ja3), (story.context.ja4, .ja4, .ja4),
        ] {
            let noun = kind == .ja3 ? "JA3 fingerprint" : "JA4 fingerprint"
            for print in prints.counts.keys {
                found.insert(
                    Candidate(trait: Finding.Trait(.fingerprint, print, noun: noun), origin: .fingerprint(column, kind))
                )
            }
        }
        return found
    }

    /// Whether a trait is of what is reported, and not of the site.
    ///
    /// - Parameters:
    ///   - found: the reported channels with the trait.
    ///   - all: the channels with the trait of all sources of findings, each call in one.
    private func isDistinctive(
        _ candidate: Candidate, hosts: Int, _ found: Set<ChannelKey>, _ all: Set<ChannelKey>
    ) -> Bool {
        let isNamed = [.name, .address].contains(candidate.trait.kind)
        let most = isNamed ? options.rareHosts : max(options.rareHosts, 2 * Set(found.map(\.source)).count)
        guard hosts <= most else { return false }
        guard candidate.trait.kind == .fingerprint else { return true }
        // A system's own TLS client calls for all programs: its fingerprint tells of one only where most of whom it is used
        // toward are reported.
        let peers = Set(all.map(\.peer)).union(found.map(\.peer)).count
        return peers <= options.mostSharedPeers && 2 * Set(found.map(\.peer)).count >= peers
    }

    /// How many hosts of the site have a trait; `nil` where that is not known.
    private func hosts(with candidate: Candidate) -> Int? {
        switch candidate.origin {
        case .lookup: sharing.sources(.dns, .query, candidate.trait.value)
        case .peer(let peer): run.censuses.values.map { $0.sources(of: peer) }.max()
        case .certificate(let hash): sharing.sources(.tls, .fingerprint, hash) ?? 0
        case .selfSigned:
            context.selfSigned(by: [candidate.trait.value])
                .map { sharing.sources(.tls, .fingerprint, $0.hash) ?? 0 }.max() ?? 0
        case .fingerprint(let column, _): sharing.sources(.tls, column, candidate.trait.value)
        // What counts is that it is odd, not how many call it.
        case .port: 0
        }
    }

    /// All channels with a trait, of some sources.
    private func channels(with candidate: Candidate, of sources: [SourceContext]) -> Set<ChannelKey> {
        let marks =
            switch candidate.origin {
            case .lookup, .peer, .port: [Mark]()
            case .certificate: [Mark(.certificate, candidate.trait.value)]
            case .selfSigned: context.selfSigned(by: [candidate.trait.value]).map { Mark(.certificate, $0.key) }
            case .fingerprint(_, let kind): [Mark(kind, candidate.trait.value)]
            }
        return marks.reduce(into: []) { keys, mark in
            for source in sources { keys.formUnion(source.channels(with: mark)) }
        }
    }
}
