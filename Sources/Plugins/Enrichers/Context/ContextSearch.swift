import FlareKit

/// What is known of a channel before reading.
struct KnownChannel: Sendable {
    /// The number of its source among those of findings.
    var source: Int?
    /// The place of its words among those of findings; `nil` where no finding is about it.
    var place: Int?
    /// Whether the ids of its flows are known, so that a record with another id is of a flow outside the window.
    var hasIDs = false
}

/// What is looked for: the channels of the findings' sources, and the addresses behind their peers.
struct ContextSearch: Sendable {
    /// The sources of findings, numbered from 0.
    private(set) var sources: [IPAddress: Int] = [:]
    /// Those of which all records matter, since it cannot be told beforehand by which others are compared.
    private var askedInFull: Set<IPAddress> = []
    /// The addresses that findings are about.
    private(set) var peers: Set<IPAddress> = []
    /// The same as texts, as sensors write them.
    private let peerTexts: Set<String>
    /// The channels that findings are about, numbered from 0.
    private(set) var found: [ChannelKey: Int] = [:]
    /// The channels of findings, and those of their sources that were judged.
    private(set) var numbers = ChannelNumbers()
    /// The parts that keys of channels toward addresses lack, by grouping; in an order that is the same in every run.
    private var forms: [PackedKey.Flags] = []
    /// By their numbers.
    private var known: [KnownChannel] = []
    /// Channels by the sensor's ids of their flows, and further channels with the same id.
    private var byID = IDTable()
    private var furtherByID: [Int64: [ChannelNumber]] = [:]

    init(_ findings: [Finding], _ run: RunContext) {
        for finding in findings {
            if let source = finding.source, sources[source] == nil { sources[source] = sources.count }
            let sourcesOfIt = Set(finding.channels.map(\.source))
            for key in finding.channels {
                // Channels toward names have addresses that are not known here.
                if sourcesOfIt.count > 1 || key.peer.address == nil { askedInFull.insert(key.source) }
                if let peer = key.peer.address { peers.insert(peer) }
                if found[key] == nil { found[key] = found.count }
            }
            peers.formUnion(finding.addresses)
        }
        peerTexts = Set(peers.map(\.description))
        // What one of several sources saw on a finding is compared with what the others saw elsewhere.
        if run.contextSources.count > 1 { askedInFull = Set(sources.keys) }
        for (key, place) in found { known[register(key)].place = place }
        // A lookup is first of all a record of its flow, whatever else it is of.
        join(
            run.tables.values.filter { $0.grouping.subject == .flow }
                + run.tables.values.filter { $0.grouping.subject != .flow })
    }

    /// Numbers the sources' channels, and finds the ids of the flows of those that findings are about or that a record's
    /// own addresses do not tell. Of the others, which are most, the addresses have to do.
    private mutating func join(_ tables: [ChannelTable]) {
        var joined: [(table: ChannelTable, channel: ChannelID, number: Int)] = []
        for table in tables {
            for place in table.keys.indices where sources[table.keys[place].source] != nil {
                let key = table.keys[place]
                if table.grouping.isByRegisteredDomain, found[key] == nil { continue }
                let number = register(key)
                guard known[number].place != nil || key.peer.address == nil else { continue }
                joined.append((table, ChannelID(place), number))
            }
        }
        byID = IDTable(minimumCapacity: joined.reduce(0) { $0 + $1.table.recordCount(of: $1.channel) })
        for (table, channel, number) in joined {
            let ids = table.numbers(.id, of: channel)
            guard ids.contains(where: { $0 != RecordTable.unknown }) else { continue }
            known[number].hasIDs = true
            for id in ids where id != RecordTable.unknown {
                let first = byID.insert(id, ChannelNumber(number))
                guard first != number, furtherByID[id]?.contains(ChannelNumber(number)) != true else { continue }
                furtherByID[id, default: []].append(ChannelNumber(number))
            }
        }
    }

    /// - Returns: its number.
    private mutating func register(_ key: ChannelKey) -> Int {
        let number = Int(numbers.number(of: key))
        guard number == known.count else { return number }
        known.append(KnownChannel(source: sources[key.source]))
        let form = PackedKey.Flags(lackingPartsOf: key)
        if key.peer.address != nil, !forms.contains(form) {
            forms.append(form)
            forms.sort { $0.rawValue < $1.rawValue }
        }
        return number
    }

    var queries: [ContextQuery] {
        let about = sources.keys.map { source in
            askedInFull.contains(source)
                ? ContextQuery(source: source)
                : ContextQuery(source: source, kinds: Self.kindsOfAll, compared: Self.comparisons)
        }
        let between = found.keys.filter { $0.peer.address != nil }
            .map { ContextQuery(source: $0.source, peer: $0.peer) }
        return about + between + peers.map { ContextQuery(source: nil, peer: .address($0)) }
    }

    /// The kinds that matter on all channels of a source: what they are compared by, and lookups. Of others matter those
    /// on the channels of findings.
    private static let kindsOfAll: Set<RecordKind> = [.dns, .tls, .certificate, .http]

    /// By what a source's other traffic is compared with that to the peers of findings.
    static let comparisons: [RecordKind: Comparison] = [
        .dns: Comparison(sharing: [.query]),
        .tls: Comparison(
            columns: [.ja3, .ja4, .fingerprint, .subject, .issuer, .serial],
            sharing: [.ja3, .ja4, .fingerprint, .subject], contrast: [.ja3, .ja4]),
        .http: Comparison(columns: [.userAgent]),
    ]

    /// - Parameter channel: one of `numbers`.
    subscript(channel: ChannelNumber) -> KnownChannel { known[Int(channel)] }

    /// The channels that a record's own addresses, port and protocol tell, one a grouping.
    func channels(of key: PackedKey) -> some Sequence<ChannelNumber> {
        forms.lazy.compactMap { numbers.existingNumber(of: key.lacking($0)) }
    }

    /// The channel that has a flow with an id.
    func channel(ofID id: Int64) -> ChannelNumber? { byID[id] }

    /// Further channels with that flow, as those of other groupings.
    func furtherChannels(ofID id: Int64) -> [ChannelNumber] { furtherByID.isEmpty ? [] : furtherByID[id] ?? [] }

    /// A record's channel by its own addresses, port and protocol, seen from the side that asked, and that side's
    /// number among the sources.
    func channel(of row: ContextRow) -> (key: PackedKey, source: Int?) {
        if row.kind == .dns {
            let isBack = row.port != 53 && row.number(.sourcePort) == 53
            let key = isBack ? row.channelBack : row.channel
            return (key, sources[key.source])
        }
        let key = row.channel
        if let source = sources[key.source] { return (key, source) }
        let back = row.channelBack
        return (back, sources[back.source])
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
}

extension PackedKey {
    /// The same key without some parts.
    fileprivate func lacking(_ parts: Flags) -> PackedKey {
        PackedKey(
            source: source, peer: peer, port: parts.contains(.noPort) ? 0 : port,
            proto: parts.contains(.noProto) ? 0 : proto, flags: parts)
    }
}
