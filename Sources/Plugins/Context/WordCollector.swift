import FlareKit

/// What is looked for: the channels of the findings' sources, and the addresses behind their peers.
struct WordSearch: Sendable {
    /// The sources of findings.
    var sources: Set<IPAddress> = []
    /// The addresses that findings are about.
    var peers: Set<IPAddress> = []
    /// The same as texts, as sensors write them.
    private(set) var peerTexts: Set<String> = []
    /// The channels that findings are about.
    private(set) var found: Set<ChannelKey> = []
    /// The channels of the sources that were judged and whose flows have ids.
    private var joined: [ChannelKey] = []
    private var placesOfJoined: [ChannelKey: Int] = [:]
    /// Their places by the sensor's ids of their flows, and those of further channels with the same id.
    private var placesByID: [Int64: Int32] = [:]
    private var furtherByID: [Int64: [Int32]] = [:]

    init(_ findings: [Finding], _ run: RunContext) {
        for finding in findings {
            if let source = finding.source { sources.insert(source) }
            for key in finding.channels { if let peer = key.peer.address { peers.insert(peer) } }
            if case .texts(let addresses)? = finding.evidence[Field.addresses.name] {
                peers.formUnion(addresses.compactMap { IPAddress($0) })
            }
        }
        peerTexts = Set(peers.map(\.description))
        found = Set(findings.flatMap(\.channels))
        for table in run.tables.values {
            for place in 0..<table.count {
                let channel = ChannelID(place)
                let key = table.key(of: channel)
                if sources.contains(key.source) { take(key, table.numbers(.id, of: channel)) }
            }
        }
    }

    private mutating func take(_ key: ChannelKey, _ ids: [Int64]) {
        guard ids.contains(where: { $0 != RecordTable.unknown }) else { return }
        let place: Int32
        if let known = placesOfJoined[key] {
            place = Int32(known)
        } else {
            place = Int32(joined.count)
            placesOfJoined[key] = joined.count
            joined.append(key)
        }
        for id in ids where id != RecordTable.unknown {
            guard let first = placesByID.updateValue(place, forKey: id), first != place else { continue }
            placesByID[id] = first
            if furtherByID[id]?.contains(place) != true { furtherByID[id, default: []].append(place) }
        }
    }

    var queries: [ContextQuery] {
        sources.map { ContextQuery(source: $0) } + peers.map { ContextQuery(source: nil, peer: .address($0)) }
    }

    /// The addresses of findings' peers among answers, each once.
    func peers(in answers: String) -> [IPAddress] {
        guard !answers.isEmpty else { return [] }
        var found: [IPAddress] = []
        for answer in answers.split(separator: "\n") {
            // IPv6 is written in several forms.
            guard answer.utf8.contains(UInt8(ascii: ":")) || peerTexts.contains(String(answer)) else { continue }
            if let address = IPAddress(answer), peers.contains(address), !found.contains(address) {
                found.append(address)
            }
        }
        return found
    }

    /// The channels that a record belongs to.
    ///
    /// By the flow's id where the record and the channel's flows have one; else by its addresses, port and protocol.
    func channels(of row: WordRow) -> [ChannelKey] {
        if let id = row.number(.id), let first = placesByID[id] {
            let further = furtherByID.isEmpty ? [] : furtherByID[id] ?? []
            return [joined[Int(first)]] + further.map { joined[Int($0)] }
        }
        var key = row.channel
        let isBack = row.kind == .dns ? row.port != 53 && row.number(.sourcePort) == 53 : !sources.contains(key.source)
        if isBack { key = row.channelBack }
        guard sources.contains(key.source) else { return [] }
        // A record with an id that none of the channel's flows has is of a flow outside the window.
        return row.number(.id) != nil && placesOfJoined[key] != nil ? [] : [key]
    }
}

/// What one thread has gathered.
struct WordCollector: Sendable {
    /// A look-up of one of the sources.
    struct Lookup: Sendable {
        var time: Int64
        var channel: ChannelKey
        var name: String
        /// Those of the answers that findings are about.
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
    /// The answers that held an address; made by `close`.
    private(set) var answersByAddress: [IPAddress: [Answer]] = [:]
    /// What was said about all channels of a source; made by `close`.
    private var wordsBySource: [IPAddress: SourceWords] = [:]

    func words(of source: IPAddress?) -> SourceWords { source.flatMap { wordsBySource[$0] } ?? SourceWords() }

    mutating func take(_ batch: RecordBatch, _ search: WordSearch) {
        for table in batch.tables where table.count > 0 {
            let words = WordTable(table)
            for row in 0..<table.count { take(WordRow(words, row), search) }
        }
    }

    private mutating func take(_ row: WordRow, _ search: WordSearch) {
        if row.kind == .certificate {
            let certificate = Certificate(row)
            certificates[certificate.key, default: certificate].merge(certificate)
            return
        }
        let keys = search.channels(of: row)
        for key in keys {
            let isFinding = search.found.contains(key)
            guard isFinding || ChannelWords.isCompared(row) else { continue }
            channels[key, default: ChannelWords()].take(row, isFinding: isFinding)
        }
        if row.kind == .dns { takeLookup(row, keys.first, search) }
    }

    private mutating func takeLookup(_ row: WordRow, _ channel: ChannelKey?, _ search: WordSearch) {
        let name = row.text(.query)
        guard !name.isEmpty else { return }
        let isBack = row.port != 53 && row.number(.sourcePort) == 53
        let client = isBack ? row.destination : row.source
        let addresses = search.peers(in: row.text(.answers))
        for address in addresses {
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
        if channels.isEmpty {
            channels = other.channels
        } else {
            for (key, words) in other.channels {
                if let place = channels.index(forKey: key) {
                    channels.values[place].merge(words)
                } else {
                    channels[key] = words
                }
            }
        }
        lookups += other.lookups
        answers += other.answers
        for (key, certificate) in other.certificates { certificates[key, default: certificate].merge(certificate) }
    }

    /// Ends gathering: the same order in every run, and what certificates say of themselves in their handshakes.
    ///
    /// - Parameter found: the channels of findings; of look-ups those of their names and addresses are kept.
    mutating func close(_ found: Set<ChannelKey>) {
        var names = Set(answers.map(\.name))
        for key in found {
            guard let words = channels[key] else { continue }
            names.formUnion(words.names.counts.keys)
            names.formUnion(words.hosts.counts.keys)
        }
        lookups = lookups.filter { names.contains($0.name) }
        lookups.sort { ($0.time, $0.name, $0.channel) < ($1.time, $1.name, $1.channel) }
        for key in channels.keys.sorted() {
            guard let words = channels[key] else { continue }
            wordsBySource[key.source, default: SourceWords()].take(words, toward: key.peer)
        }
        answers.sort { ($0.time, $0.client, $0.name) < ($1.time, $1.client, $1.name) }
        answersByAddress = Dictionary(grouping: answers, by: \.address)
        guard !certificates.isEmpty else { return }
        for key in channels.keys {
            for name in (channels[key]?.shown.keys).map(Array.init) ?? [] {
                if let known = certificates[name] { channels[key]?.shown[name]?.merge(known) }
            }
        }
    }
}
