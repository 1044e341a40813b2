import FlareKit

/// Findings that are one thing: an implant with several servers, a campaign over several sources.
struct Kin {
    /// What some channels share.
    private struct Bond: Hashable {
        enum Kind: String { case peer, name, certificate, subject, ja3, ja4 }

        let kind: Kind
        let value: String
        /// In words.
        let why: String

        var token: String { "\(kind) \(value)" }
    }

    /// In decibans.
    private static let amount = 3.0

    private var groups: [(id: String, why: [String], isOfClient: Bool, members: [Int], others: [ChannelKey])] = []

    init(
        _ stories: [Story], _ words: GatheredWords, _ sharing: SiteSharing, _ options: ContextOptions, _ run: RunContext
    ) {
        var holders: [Bond: [Int]] = [:]
        for (place, story) in stories.enumerated() where !story.isOfLookups {
            for bond in Self.bonds(of: story, words, sharing, options, run) { holders[bond, default: []].append(place) }
        }
        let others = Self.others(Set(holders.keys), stories, words, sharing, options)
        let strong = holders.filter { bond, members in
            Set(members.flatMap { stories[$0].finding.channels }).union(others[bond] ?? []).count > 1
        }
        for members in Self.united(strong.values.map { $0 }, count: stories.count) {
            let bonds = strong.filter { members.contains($0.value[0]) }.keys.sorted { $0.token < $1.token }
            guard let first = bonds.first else { continue }
            let kin = Set(bonds.flatMap { others[$0] ?? [] }).sorted()
            let isOfClient = bonds.allSatisfy { [.ja3, .ja4].contains($0.kind) }
            groups.append((Self.id(first.token), bonds.map(\.why), isOfClient, members.sorted(), kin))
        }
    }

    func fill(_ stories: inout [Story], _ options: ContextOptions) {
        for group in groups {
            let count = Set(group.members.flatMap { stories[$0].finding.channels }).union(group.others).count
            for place in group.members {
                stories[place].finding.evidence["kin"] = .text(group.id)
                if options.modifiers {
                    stories[place].finding.add([
                        Finding.Modifier(
                            "kin", Self.amount, "\(count.grouped) channels share \(group.why[0])",
                            side: group.isOfClient ? .client : .site)
                    ])
                }
                stories[place].finding.evidence["kin_why"] = .texts(Array(group.why.prefix(5)))
                let others = group.others.filter { !stories[place].finding.channels.contains($0) }
                if !others.isEmpty {
                    var texts = others.prefix(5).map(\.description)
                    if others.count > 5 { texts.append("+\((others.count - 5).grouped) more") }
                    stories[place].finding.evidence["kin_channels"] = .texts(texts)
                }
            }
        }
    }

    // MARK: Bonds

    private static func bonds(
        of story: Story, _ words: GatheredWords, _ sharing: SiteSharing, _ options: ContextOptions, _ run: RunContext
    ) -> Set<Bond> {
        guard let key = story.finding.channel else { return [] }
        var bonds = Set(
            story.finding.channels.flatMap { channel in
                words[channel].map { Self.bonds(of: $0, words.words(of: key.source), sharing, options) } ?? []
            })
        // The same rare peer or name, from several sources.
        let degree = run.censuses.values.map { $0.sources(of: key.peer) }.max() ?? 0
        if (1...options.rareHosts).contains(degree) {
            bonds.insert(Bond(kind: .peer, value: "\(key.peer)", why: "rare peer \(key.peer)"))
        }
        if let name = story.name, name.origin != .foreignAnswer,
            let count = sharing.sources(.dns, .query, name.name), count <= options.rareHosts
        {
            bonds.insert(Bond(kind: .name, value: name.name, why: "rare name \(name.name)"))
        }
        return bonds
    }

    private static func bonds(
        of said: ChannelWords, _ source: SourceWords, _ sharing: SiteSharing, _ options: ContextOptions
    ) -> Set<Bond> {
        var bonds: Set<Bond> = []
        for certificate in said.shown.values where isRare(certificate, sharing, options) {
            bonds.insert(
                Bond(kind: .certificate, value: certificate.key, why: "certificate \(short(certificate))"))
            if certificate.isSelfSigned {
                let subject = certificate.subject
                bonds.insert(Bond(kind: .subject, value: subject, why: "self-signed subject \(subject)"))
            }
        }
        for (kind, mark, tally) in [(Bond.Kind.ja3, Mark.Kind.ja3, said.ja3), (.ja4, .ja4, said.ja4)] {
            for print in tally.counts.keys where isRare(Mark(mark, print), source, sharing, options) {
                bonds.insert(Bond(kind: kind, value: print, why: "\(kind) \(print)"))
            }
        }
        return bonds
    }

    private static func isRare(_ certificate: Certificate, _ sharing: SiteSharing, _ options: ContextOptions) -> Bool {
        sharing.sources(.tls, .fingerprint, certificate.hash) ?? 0 <= options.rareHosts
    }

    /// - Parameter mark: a JA3 or JA4 fingerprint.
    private static func isRare(
        _ mark: Mark, _ source: SourceWords, _ sharing: SiteSharing, _ options: ContextOptions
    ) -> Bool {
        let count = sharing.sources(.tls, mark.kind == .ja3 ? .ja3 : .ja4, mark.value)
        return count.map { $0 <= options.rareHosts } ?? false && source.peerCount(mark) <= options.sharedPeers
    }

    private static func short(_ certificate: Certificate) -> String {
        certificate.subject.isEmpty ? certificate.hash : "\(certificate.subject) (\(certificate.hash.prefix(23)))"
    }

    /// Kin below the score: channels of the findings' sources with the same bonds.
    private static func others(
        _ bonds: Set<Bond>, _ stories: [Story], _ words: GatheredWords, _ sharing: SiteSharing,
        _ options: ContextOptions
    ) -> [Bond: [ChannelKey]] {
        let found = Set(stories.map(\.finding).filter(\.isReported).flatMap(\.channels))
        let sources = Set(stories.compactMap(\.finding.source)).map(words.words)
        var others: [Bond: [ChannelKey]] = [:]
        for bond in bonds {
            let keys = marks(of: bond, words, sharing, options).reduce(into: Set<ChannelKey>()) { keys, mark in
                for source in sources where mark.kind == .certificate || isRare(mark, source, sharing, options) {
                    keys.formUnion(source.channels(with: mark))
                }
            }
            if !keys.isSubset(of: found) { others[bond] = keys.subtracting(found).sorted() }
        }
        return others
    }

    /// What a channel with a bond was seen with.
    private static func marks(
        of bond: Bond, _ words: GatheredWords, _ sharing: SiteSharing, _ options: ContextOptions
    ) -> [Mark] {
        switch bond.kind {
        case .peer, .name: []
        case .ja3: [Mark(.ja3, bond.value)]
        case .ja4: [Mark(.ja4, bond.value)]
        case .certificate: [Mark(.certificate, bond.value)]
        case .subject:
            words.selfSigned(by: [bond.value]).filter { isRare($0, sharing, options) }
                .map { Mark(.certificate, $0.key) }
        }
    }

    // MARK: Groups

    /// The unions of sets that have a member in common.
    private static func united(_ sets: [[Int]], count: Int) -> [Set<Int>] {
        var parent = Array(0..<count)
        func root(_ place: Int) -> Int {
            var place = place
            while parent[place] != place { place = parent[place] }
            return place
        }
        for set in sets {
            for member in set.dropFirst() {
                let (a, b) = (root(set[0]), root(member))
                if a != b { parent[max(a, b)] = min(a, b) }
            }
        }
        let members = Set(sets.joined())
        return Dictionary(grouping: members, by: root).sorted { $0.key < $1.key }.map { Set($0.value) }
    }

    /// Eight hexadecimal digits of FNV-1a (Fowler, Noll, Vo): the same in every run with the same bond.
    private static func id(_ token: String) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in token.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let digits = String(UInt32(truncatingIfNeeded: hash ^ hash >> 32), radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}
