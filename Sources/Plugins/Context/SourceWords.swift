import FlareKit

/// What was said about all channels of a source, taken together: what one of its channels is compared with.
struct SourceWords: Sendable {
    /// Something that a source says or is shown, toward one peer or toward many.
    struct Mark: Hashable, Sendable {
        enum Kind: Sendable { case agent, ja3, ja4, certificate }

        let kind: Kind
        let value: String

        init(_ kind: Kind, _ value: String) {
            self.kind = kind
            self.value = value
        }
    }

    private(set) var agents = Tally()
    private(set) var ja3 = Tally()
    private(set) var ja4 = Tally()
    private var peers: [Mark: Set<Peer>] = [:]

    mutating func take(_ words: ChannelWords, toward peer: Peer) {
        agents.merge(words.agents)
        ja3.merge(words.ja3)
        ja4.merge(words.ja4)
        for (kind, tally) in [
            (Mark.Kind.agent, words.agents), (.ja3, words.ja3), (.ja4, words.ja4), (.certificate, words.certificates),
        ] {
            for value in tally.counts.keys { peers[Mark(kind, value), default: []].insert(peer) }
        }
    }

    /// Toward how many peers a mark was seen.
    func peerCount(_ mark: Mark) -> Int { peers[mark]?.count ?? 0 }

    /// The same of peers that are addresses: channels toward names hold the same flows again.
    func addressCount(_ mark: Mark) -> Int { peers[mark]?.count { $0.address != nil } ?? 0 }
}
