import FlareKit

/// What one thread has gathered.
struct ContextCollector: Sendable {
    /// A lookup of one of the sources.
    struct Lookup: Sendable {
        var time: Int64
        var channel: ChannelNumber
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

    private let search: ContextSearch
    /// The search's channels and further ones.
    private(set) var numbers: ChannelNumbers
    /// What was said on the channels of findings, by their places in the search.
    private(set) var found: [ChannelContext]
    /// By the sources' numbers in the search.
    private(set) var sources: [SourceMarks]
    /// The certificates that any of the sources was shown, by their keys: those that are self-signed or may be.
    private(set) var shown: [String: Certificate] = [:]
    /// Certificates that were logged by themselves.
    private(set) var certificates: [String: Certificate] = [:]
    private(set) var lookups: [Lookup] = []
    private(set) var answers: [Answer] = []

    init(_ search: ContextSearch) {
        self.search = search
        numbers = search.numbers
        found = Array(repeating: ChannelContext(), count: search.found.count)
        sources = Array(repeating: SourceMarks(), count: search.sources.count)
    }

    mutating func take(_ batch: RecordBatch) {
        for table in batch.tables where table.count > 0 {
            let context = ContextTable(table)
            for row in 0..<table.count { take(ContextRow(context, row)) }
        }
    }

    private mutating func take(_ row: ContextRow) {
        if row.kind == .certificate {
            let certificate = Certificate(row)
            certificates[certificate.key, default: certificate].merge(certificate)
            return
        }
        let own = search.channel(of: row)
        let channel = takeRecords(row, own.key, own.source)
        if row.kind == .dns { takeLookup(row, channel, own.key, own.source) }
    }

    /// Takes in what a record says on its channels: those that have its flow's id, and those of its addresses, port and
    /// protocol, where the ids of their flows are not known or the record has none.
    ///
    /// - Returns: the first of them, where it is one of the search's.
    private mutating func takeRecords(_ row: ContextRow, _ key: PackedKey, _ source: Int?) -> ChannelNumber? {
        let id = row.number(.id)
        var first: ChannelNumber?
        if let id, let channel = search.channel(ofID: id) {
            first = channel
            take(row, on: channel)
            for channel in search.furtherChannels(ofID: id) { take(row, on: channel) }
        }
        guard let source else { return first }
        for channel in search.channels(of: key) {
            first = first ?? channel
            if id == nil || !search[channel].hasIDs { take(row, on: channel) }
        }
        if first == nil, Self.hasMarks(row) {
            takeMarks(row, on: numbers.number(of: key), source)
            sources[source].addHour(of: row.time)
        }
        return first
    }

    /// - Parameter channel: one of the search's.
    private mutating func take(_ row: ContextRow, on channel: ChannelNumber) {
        let known = search[channel]
        if let place = known.place { found[place].take(row) }
        if Self.hasMarks(row), let source = known.source { takeMarks(row, on: channel, source) }
    }

    /// Whether other channels of a source are compared by what a record says.
    private static func hasMarks(_ row: ContextRow) -> Bool { row.kind == .tls || row.kind == .http }

    private mutating func takeMarks(_ row: ContextRow, on channel: ChannelNumber, _ source: Int) {
        guard row.kind == .tls else { return sources[source].add(.agent, row.text(.userAgent), on: channel) }
        sources[source].hasHandshakes = true
        sources[source].add(.ja3, row.text(.ja3), on: channel)
        sources[source].add(.ja4, row.text(.ja4), on: channel)
        guard let key = Certificate.key(of: row) else { return }
        sources[source].add(.certificate, key, on: channel)
        // Of others it is known that they are not self-signed, which is all that is asked of these.
        let (subject, issuer) = (row.text(.subject), row.text(.issuer))
        guard subject.isEmpty || issuer.isEmpty || subject == issuer else { return }
        let certificate = Certificate(row)
        shown[key, default: certificate].merge(certificate)
    }

    private mutating func takeLookup(_ row: ContextRow, _ channel: ChannelNumber?, _ key: PackedKey, _ source: Int?) {
        let name = row.text(.query)
        guard !name.isEmpty else { return }
        let addresses = search.peers(in: row.text(.answers))
        for address in addresses {
            answers.append(Answer(time: row.time, client: key.source, address: address, name: name))
        }
        guard source != nil else { return }
        lookups.append(
            Lookup(time: row.time, channel: channel ?? numbers.number(of: key), name: name, addresses: addresses))
    }
}
