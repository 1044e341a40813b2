import FlareKit

/// Findings that are one thing: an implant with several servers, a campaign over several sources.
struct Kin {
    /// What some channels share: its place in a story, and in words.
    private struct Bond: Hashable {
        let token: String
        let why: String
    }

    private var groups: [(id: String, why: [String], members: [Int], others: [ChannelKey])] = []

    init(
        _ stories: [Story], _ words: WordCollector, _ sharing: SiteSharing, _ options: ContextOptions, _ run: RunContext
    ) {
        var holders: [Bond: [Int]] = [:]
        for (place, story) in stories.enumerated() where !story.isOfLookups {
            for bond in Self.bonds(of: story, words, sharing, options, run) { holders[bond, default: []].append(place) }
        }
        // Kin below the score: channels of the same sources with the same bonds.
        let sources = Set(stories.compactMap(\.finding.source))
        let found = Set(stories.flatMap(\.finding.channels))
        var others: [Bond: [ChannelKey]] = [:]
        for (key, said) in words.channels where sources.contains(key.source) && !found.contains(key) {
            for bond in Self.bonds(of: said, key.source, words, sharing, options) where holders[bond] != nil {
                others[bond, default: []].append(key)
            }
        }
        let strong = holders.filter { $0.value.count + (others[$0.key]?.count ?? 0) > 1 }
        for members in Self.united(strong.values.map { $0 }, count: stories.count) {
            let bonds = strong.filter { members.contains($0.value[0]) }.keys.sorted { $0.token < $1.token }
            guard let first = bonds.first else { continue }
            let kin = Set(bonds.flatMap { others[$0] ?? [] }).sorted()
            groups.append((Self.id(first.token), bonds.map(\.why), members.sorted(), kin))
        }
    }

    func fill(_ stories: inout [Story]) {
        for group in groups {
            for place in group.members {
                stories[place].finding.evidence["kin"] = .text(group.id)
                stories[place].finding.evidence["kin_why"] = .texts(Array(group.why.prefix(5)))
                if !group.others.isEmpty {
                    var texts = group.others.prefix(5).map(\.description)
                    if group.others.count > 5 { texts.append("+\(group.others.count - 5) more") }
                    stories[place].finding.evidence["kin_channels"] = .texts(texts)
                }
            }
        }
    }

    // MARK: Bonds

    private static func bonds(
        of story: Story, _ words: WordCollector, _ sharing: SiteSharing, _ options: ContextOptions, _ run: RunContext
    ) -> Set<Bond> {
        guard let key = story.finding.channel else { return [] }
        var bonds = Set(
            story.finding.channels.flatMap { channel in
                words.channels[channel].map { Self.bonds(of: $0, key.source, words, sharing, options) } ?? []
            })
        // The same rare peer or name, from several sources.
        let degree = run.censuses.values.map { $0.sources(of: key.peer) }.max() ?? 0
        if (1...options.rareHosts).contains(degree) {
            bonds.insert(Bond(token: "peer \(key.peer)", why: "rare peer \(key.peer)"))
        }
        if let name = story.name, name.origin != .foreignAnswer,
            let count = sharing.sources(.dns, .query, name.name), count <= options.rareHosts
        {
            bonds.insert(Bond(token: "name \(name.name)", why: "rare name \(name.name)"))
        }
        return bonds
    }

    private static func bonds(
        of said: ChannelWords, _ source: IPAddress, _ words: WordCollector, _ sharing: SiteSharing,
        _ options: ContextOptions
    ) -> Set<Bond> {
        var bonds: Set<Bond> = []
        for certificate in said.shown.values {
            let count = sharing.sources(.tls, .fingerprint, certificate.hash) ?? 0
            if count > options.rareHosts { continue }
            bonds.insert(
                Bond(token: "certificate \(certificate.key)", why: "certificate \(short(certificate))"))
            if certificate.isSelfSigned {
                bonds.insert(
                    Bond(token: "subject \(certificate.subject)", why: "self-signed subject \(certificate.subject)"))
            }
        }
        for (column, kind, tally) in [(ColumnName.ja3, SourceWords.Mark.Kind.ja3, said.ja3), (.ja4, .ja4, said.ja4)] {
            for print in tally.counts.keys {
                guard let count = sharing.sources(.tls, column, print), count <= options.rareHosts,
                    words.words(of: source).peerCount(.init(kind, print)) <= options.sharedPeers
                else { continue }
                bonds.insert(Bond(token: "\(column) \(print)", why: "\(column) \(print)"))
            }
        }
        return bonds
    }

    private static func short(_ certificate: Certificate) -> String {
        certificate.subject.isEmpty ? certificate.hash : "\(certificate.subject) (\(certificate.hash.prefix(23)))"
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
