import FlareKit

/// Reports every channel with at least `minimumCount` records: the form whose judgement is a finding.
public struct CountingDetector: Detector {
    public let name = "counting"
    public let demand: Demand

    public init(minimumCount: Int = 1, grouping: Grouping = Grouping()) {
        demand = Demand(grouping: grouping, minimumCount: minimumCount)
    }

    public func judge(_ channel: ChannelView, _ census: Census) throws -> Finding? {
        var finding = Finding(
            detector: name, channel: channel, census: census,
            score: min(1, Double(channel.count) / 100), summary: "\(channel.count) records")
        finding.occurrences = channel.count
        finding.evidence["judged"] = .integer(Int64(census.judged))
        return finding
    }

    public var evidence: [Field] {
        [
            Field("judged", .integer, "Channels that were judged."),
            .addresses,
        ]
    }
}

/// Needs all channels at once: one source toward many peers.
public struct FanOutDetector: Detector {
    public struct Content: Judgement {
        public var score: Double
        public var peer: Peer
    }

    public let name = "fan-out"
    public let demand = Demand()
    private let fewestPeers: Int

    public init(fewestPeers: Int) { self.fewestPeers = fewestPeers }

    public func judge(_ channel: ChannelView, _ census: Census) throws -> Content? {
        Content(score: 0.1, peer: channel.key.peer)
    }

    public func settle(_ judged: [Judged<Content>], _ channels: ChannelTable, _ census: Census) async throws
        -> [Finding]
    {
        Dictionary(grouping: judged) { channels.key(of: $0.channel).source }
            .filter { Set($0.value.map(\.judgement.peer)).count >= fewestPeers }
            .map { source, entries in
                Finding(
                    detector: name, subject: .source(source), score: 0.9, summary: "\(entries.count) peers")
            }
    }
}
