/// The channels of one grouping: which records belong to which, and the counts that follow.
///
/// Built from the finest keys: a channel's number follows from a record's key by a table, so that another
/// grouping costs no second look at the records' keys.
struct ChannelIndex: Sendable {
    let grouping: Grouping
    let table: KeyTable
    /// The names that keys of named peers point to.
    let names: NameTable
    /// Records in the window, by channel.
    private(set) var counts: [UInt32]
    /// For each shard, the channel of each of its keys; for records without a name.
    let channelByKey: [[UInt32]]
    /// For each chunk, the channel of each of its rows; empty where no record has a name of its own.
    let channelByRow: [[UInt32]]

    init(_ store: RecordStore, grouping: Grouping, window: TimeWindow) {
        self.grouping = grouping
        let keyCount = store.shards.reduce(0) { $0 + $1.table.count }
        var table = KeyTable(minimumCapacity: keyCount)
        let mask = PackedKey.Mask(grouping.ignoring)
        var channelByKey: [[UInt32]] = []
        for shard in store.shards {
            var channels: [UInt32] = []
            channels.reserveCapacity(shard.table.count)
            for key in shard.table.keys { channels.append(table.number(of: mask.applied(to: key))) }
            channelByKey.append(channels)
        }
        self.channelByKey = channelByKey
        var names = NameTable()
        var rows: [[UInt32]] = []
        if grouping.by != .address {
            let mask = grouping.by == .domain ? .pair : mask
            for (shard, chunk) in store.chunks {
                rows.append(Self.namedChannels(chunk, shard, store, mask, channelByKey[shard], &table, &names))
            }
        }
        channelByRow = rows
        self.table = table
        self.names = names
        counts = Array(repeating: 0, count: table.count)
        count(store, in: window)
    }

    /// The channel of each row of a chunk, a named one where the record or another with its id has a name.
    private static func namedChannels(
        _ chunk: RecordChunk, _ shard: Int, _ store: RecordStore, _ mask: PackedKey.Mask, _ unnamed: [UInt32],
        _ table: inout KeyTable, _ names: inout NameTable
    ) -> [UInt32] {
        let ids = store.layout.numbers.firstIndex(of: .id).map { chunk.numbers[$0] }
        let keys = store.shards[shard].table.keys
        let own = store.shards[shard].names.names
        return (0..<chunk.count).map { row in
            var name = row < chunk.names.count ? own[Int(chunk.names[row])] : ""
            if name.isEmpty, let id = ids?[row], id != RecordTable.unknown { name = store.namesByID[id] ?? "" }
            let key = Int(chunk.keys[row])
            guard !name.isEmpty, IPAddress(name) == nil else { return unnamed[key] }
            var named = mask.applied(to: keys[key])
            named.peer = IPAddress(high: 0, low: UInt64(names.number(of: name)))
            named.flags.insert(.peerIsName)
            return table.number(of: named)
        }
    }

    private mutating func count(_ store: RecordStore, in window: TimeWindow) {
        let (since, until) = window.bounds
        for (index, (shard, chunk)) in store.chunks.enumerated() {
            let isWhole = chunk.earliest >= since && chunk.latest < until
            for row in 0..<chunk.count where isWhole || (chunk.times[row] >= since && chunk.times[row] < until) {
                counts[Int(channel(ofRow: row, in: chunk, shard: shard, chunkNumber: index))] += 1
            }
        }
    }

    @inline(__always)
    func channel(ofRow row: Int, in chunk: RecordChunk, shard: Int, chunkNumber: Int) -> UInt32 {
        channelByRow.isEmpty ? channelByKey[shard][Int(chunk.keys[row])] : channelByRow[chunkNumber][row]
    }

    /// The number of channels with records in the window.
    var channelCount: Int { counts.reduce(0) { $0 + ($1 > 0 ? 1 : 0) } }

    func key(of channel: UInt32) -> ChannelKey {
        let packed = table.keys[Int(channel)]
        return ChannelKey(
            source: packed.source, peer: peer(of: packed),
            port: packed.flags.contains(.noPort) ? nil : packed.port,
            proto: packed.flags.contains(.noProto) ? nil : packed.proto)
    }

    func peer(of packed: PackedKey) -> Peer {
        packed.flags.contains(.peerIsName) ? .name(names.names[Int(packed.peer.low)]) : .address(packed.peer)
    }
}
