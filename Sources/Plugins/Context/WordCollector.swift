import FlareKit

/// What is looked for: the channels of the findings' sources, and the addresses behind their peers.
struct WordSearch: Sendable {
    /// The sources of findings.
    var sources: Set<IPAddress> = []
    /// The addresses that findings are about.
    var peers: Set<IPAddress> = []
    /// The channels of the sources that were judged, by the sensor's ids of their flows.
    private(set) var channelsByID: [Int64: [ChannelKey]] = [:]
    /// Those channels whose flows have ids.
    private(set) var joined: Set<ChannelKey> = []

    init(_ findings: [Finding], _ run: RunContext) {
        for finding in findings {
            if let source = finding.source { sources.insert(source) }
            for key in finding.channels { if let peer = key.peer.address { peers.insert(peer) } }
            if case .texts(let addresses)? = finding.evidence[Field.addresses.name] {
                peers.formUnion(addresses.compactMap { IPAddress($0) })
            }
        }
        for table in run.tables.values {
            for place in 0..<table.count where sources.contains(table.key(of: ChannelID(place)).source) {
                take(table.view(ChannelID(place)))
            }
        }
    }

    private mutating func take(_ channel: ChannelView) {
        guard let ids = channel.numbers[.id] else { return }
        for id in ids where id != RecordTable.unknown {
            if channelsByID[id, default: []].last != channel.key { channelsByID[id, default: []].append(channel.key) }
            joined.insert(channel.key)
        }
    }

    var queries: [ContextQuery] {
        sources.map { ContextQuery(source: $0) } + peers.map { ContextQuery(source: nil, peer: .address($0)) }
    }

    /// The channels that a record belongs to.
    ///
    /// By the flow's id where the record and the channel's flows have one; else by its addresses, port and protocol.
    func channels(of row: WordRow) -> [ChannelKey] {
        if let id = row.number(.id), let channels = channelsByID[id] { return channels }
        var key = row.channel
        let isBack = row.kind == .dns ? row.port != 53 && row.number(.sourcePort) == 53 : !sources.contains(key.source)
        if isBack { key = row.channelBack }
        guard sources.contains(key.source) else { return [] }
        // A record with an id that none of the channel's flows has is of a flow outside the window.
        return row.number(.id) != nil && joined.contains(key) ? [] : [key]
    }
}

/// What one thread has gathered.
struct WordCollector: Sendable {
    /// A look-up of one of the sources.
    struct Lookup: Sendable {
        var time: Int64
        var channel: ChannelKey
        var name: String
        var addresses: [IPAddress]
    }

    /// An answer that held the address of a peer.
    struct Answer: Sendable {
        var time: Int64
        var client: IPAddress
        var address: IPAddress
        var name: String
    }

    var channels: [ChannelKey: ChannelWords] = [:]
    var lookups: [Lookup] = []
    var answers: [Answer] = []
    /// Certificates that were logged by themselves.
    var certificates: [String: Certificate] = [:]
    /// The channels of each source; made by `close`.
    private(set) var channelsBySource: [IPAddress: [ChannelKey]] = [:]

    /// What was said about all channels of a source.
    func words(of source: IPAddress?) -> [(key: ChannelKey, words: ChannelWords)] {
        guard let source else { return [] }
        return (channelsBySource[source] ?? []).compactMap { key in channels[key].map { (key, $0) } }
    }

    mutating func take(_ batch: RecordBatch, _ search: WordSearch) {
        for table in batch.tables { for row in 0..<table.count { take(WordRow(table, row), search) } }
    }

    private mutating func take(_ row: WordRow, _ search: WordSearch) {
        if row.kind == .certificate {
            let certificate = Certificate(row)
            certificates[certificate.key, default: certificate].merge(certificate)
            return
        }
        let keys = search.channels(of: row)
        for key in keys { channels[key, default: ChannelWords()].take(row) }
        if row.kind == .dns { takeLookup(row, keys.first, search) }
    }

    private mutating func takeLookup(_ row: WordRow, _ channel: ChannelKey?, _ search: WordSearch) {
        let name = row.text(.query)
        guard !name.isEmpty else { return }
        let isBack = row.port != 53 && row.number(.sourcePort) == 53
        let client = isBack ? row.destination : row.source
        let addresses = row.text(.answers).split(separator: "\n").compactMap { IPAddress($0) }
        for address in Set(addresses) where search.peers.contains(address) {
            answers.append(Answer(time: row.time, client: client, address: address, name: name))
        }
        if search.sources.contains(client) {
            lookups.append(
                Lookup(
                    time: row.time, channel: channel ?? (isBack ? row.channelBack : row.channel), name: name,
                    addresses: addresses))
        }
    }

    mutating func merge(_ other: WordCollector) {
        for (key, words) in other.channels { channels[key, default: ChannelWords()].merge(words) }
        lookups += other.lookups
        answers += other.answers
        for (key, certificate) in other.certificates { certificates[key, default: certificate].merge(certificate) }
    }

    /// Ends gathering: the same order in every run, and what certificates say of themselves in their handshakes.
    mutating func close() {
        lookups.sort { ($0.time, $0.name, $0.channel) < ($1.time, $1.name, $1.channel) }
        channelsBySource = Dictionary(grouping: channels.keys.sorted(), by: \.source)
        answers.sort { ($0.time, $0.client, $0.name) < ($1.time, $1.client, $1.name) }
        guard !certificates.isEmpty else { return }
        for key in channels.keys {
            for name in (channels[key]?.shown.keys).map(Array.init) ?? [] {
                if let known = certificates[name] { channels[key]?.shown[name]?.merge(known) }
            }
        }
    }
}
