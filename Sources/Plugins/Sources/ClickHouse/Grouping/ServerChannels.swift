import FlareKit

/// Channels and their counts, as the server grouped them.
///
/// A key here may stand for several of the server's: protocols in capitals and not, two ways to write one address.
struct ServerChannels: Sendable {
    private(set) var channels: [(key: ChannelKey, count: Int)] = []
    private var places: [ChannelKey: Int] = [:]
    /// The server's hashes, and the channel of each.
    private var hashes: [(hash: UInt64, place: Int)] = []
    /// Records whose key cannot be read, by the reason.
    private(set) var unreadable: [String: Int] = [:]
    /// Records in all channels.
    private(set) var records = 0

    /// One row of an answer.
    struct Row: Sendable {
        let source: IPAddress?
        let destination: IPAddress?
        let port: Int64
        let proto: UInt8
        let count: Int
        let hash: UInt64

        init(_ rows: inout RowBinary) throws(RowBinary.Damage) {
            source = IPAddress(try rows.text())
            destination = IPAddress(try rows.text())
            port = try rows.integer()
            proto = TransportProtocol.number(of: try rows.text())
            count = try rows.count()
            hash = UInt64(bitPattern: try rows.integer())
        }
    }

    mutating func add(_ row: Row, ignoring: Set<Grouping.Part>) {
        let port = UInt16(exactly: row.port)
        guard let source = row.source, let destination = row.destination, let port else {
            let reason = UnreadableEnds.reason(row.source, row.destination, port) ?? ""
            unreadable[reason, default: 0].addClamped(row.count)
            return
        }
        let key = ChannelKey(
            source: source, peer: .address(destination), port: ignoring.contains(.port) ? nil : port,
            proto: ignoring.contains(.proto) ? nil : row.proto)
        records.addClamped(row.count)
        let place = places[key] ?? channels.count
        if place == channels.count {
            places[key] = place
            channels.append((key, row.count))
        } else {
            channels[place].count.addClamped(row.count)
        }
        hashes.append((row.hash, place))
    }

    /// Channels in parts of which each brings about so many records, by the server's hashes.
    func parts(of wanted: [ChannelKey], records size: Int) -> [(hashes: [UInt64], records: Int)] {
        let chosen = Set(wanted.compactMap { places[$0] })
        var parts: [(hashes: [UInt64], records: Int)] = []
        var counted: Set<Int> = []
        for (hash, place) in hashes where chosen.contains(place) {
            let records = counted.insert(place).inserted ? channels[place].count : 0
            let isFull = parts.last.map { $0.hashes.count == Self.hashesAQuery || $0.records + records > size } ?? true
            if isFull { parts.append(([], 0)) }
            parts[parts.count - 1].hashes.append(hash)
            parts[parts.count - 1].records.addClamped(records)
        }
        return parts
    }

    /// Each takes up to 22 characters of a query, which may have 262,144 (`max_query_size`).
    private static let hashesAQuery = 8000

    /// Counts different sources by destination, and sources in all.
    func countSources(_ census: inout Census) {
        struct Pair: Hashable {
            let source: IPAddress
            let peer: Peer
        }
        var pairs: Set<Pair> = []
        var sources: Set<IPAddress> = []
        for (key, _) in channels where pairs.insert(Pair(source: key.source, peer: key.peer)).inserted {
            sources.insert(key.source)
            census.sourcesByPeer[key.peer] += 1
        }
        census.hosts = Census.hosts(among: sources)
    }
}
