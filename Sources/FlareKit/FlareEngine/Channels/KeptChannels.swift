import FlareModel
import FlarePlugins

/// The channels of one grouping with their kept records.
///
/// The channels are those with enough records that no filter took out, numbered from 0 in the order of their keys.
///
/// A class, since it is shared by all threads and never changes.
final class KeptChannels: Sendable {
    let grouping: Grouping
    /// The channels' keys, rising.
    let keys: [ChannelKey]
    private let store: RecordStore
    private let chunks: [(shard: Int, chunk: RecordChunk)]
    /// The columns that every view needs, by chunk.
    private let times: [RecordColumn<Int64>]
    private let bytesToServer: [SizeColumn]
    private let bytesToClient: [SizeColumn]
    /// The numbers of the channels' records, those of channel n at `starts[n]..<starts[n + 1]`.
    private let rows: [UInt32]
    private let starts: [Int]
    /// The records in the order of `rows`, where they waited in a file, in no order that helps.
    private let ordered: OrderedRecords?
    /// The names that all calls of a channel toward an address share, by the channel's number.
    private let hosts: [Int: String]
    /// Channels toward several addresses that take turns, by their numbers.
    private let turns: Set<Int>
    /// The proxies that channels lead through, by the channel's number.
    private let proxies: [Int: String]
    /// Names below registered domains.
    private let examples: [String: [String]]

    /// - Parameter candidates: the channels' numbers in the index, in any order.
    init(_ store: RecordStore, _ index: ChannelIndex, candidates: [UInt32], window: TimeWindow) {
        grouping = index.grouping
        self.store = store
        chunks = Array(store.chunks)
        times = chunks.map(\.chunk.times)
        bytesToServer = chunks.map(\.chunk.bytesToServer)
        bytesToClient = chunks.map(\.chunk.bytesToClient)
        let sorted = candidates.map { (key: index.key(of: $0), channel: $0) }.sorted { $0.key < $1.key }
        keys = sorted.map(\.key)
        var placeOfChannel = [Int32](repeating: -1, count: index.keys.count)
        var starts = [0]
        starts.reserveCapacity(sorted.count + 1)
        var hosts: [Int: String] = [:]
        var proxies: [Int: String] = [:]
        var turns: Set<Int> = []
        for (place, entry) in sorted.enumerated() {
            placeOfChannel[Int(entry.channel)] = Int32(place)
            starts.append(starts[place] + Int(index.counts[Int(entry.channel)]))
            hosts[place] = index.name(of: entry.channel)
            proxies[place] = index.proxies[entry.channel]?.description
            if index.turns[entry.channel] != nil { turns.insert(place) }
        }
        (self.hosts, self.proxies, self.turns) = (hosts, proxies, turns)
        examples = grouping.isByRegisteredDomain ? RegisteredDomains.examples(of: store.shards.map(\.domains)) : [:]
        self.starts = starts
        rows = Self.rows(chunks, index, placeOfChannel, starts, window)
        ordered = store.memory.hasSpilled ? OrderedRecords(chunks.map(\.chunk), rows, starts, store.memory) : nil
    }

    /// A counting sort of the rows by channel: O(n).
    private static func rows(
        _ chunks: [(shard: Int, chunk: RecordChunk)], _ index: ChannelIndex, _ placeOfChannel: [Int32],
        _ starts: [Int], _ window: TimeWindow
    ) -> [UInt32] {
        let (since, until) = window.bounds
        var next = starts
        return [UInt32](unsafeUninitializedCapacity: starts.last ?? 0) { buffer, filled in
            for (number, (shard, chunk)) in chunks.enumerated() {
                defer { chunk.release() }
                let isWhole = chunk.earliest >= since && chunk.latest < until
                for row in 0..<chunk.count where isWhole || (chunk.times[row] >= since && chunk.times[row] < until) {
                    let (first, second) = index.channels(ofRow: row, in: chunk, shard: shard, chunkNumber: number)
                    func take(_ channel: UInt32) {
                        let place = placeOfChannel[Int(channel)]
                        guard place >= 0 else { return }
                        buffer[next[Int(place)]] = UInt32(number << RecordChunk.rowBits | row)
                        next[Int(place)] += 1
                    }
                    take(first)
                    if second != ChannelIndex.none { take(second) }
                }
            }
            filled = starts.last ?? 0
        }
    }

    /// The channels as detectors and enrichers see them.
    var table: ChannelTable {
        ChannelTable(
            grouping: grouping, keys: keys, counts: keys.indices.map { starts[$0 + 1] - starts[$0] },
            numbers: { self.numbers($0, of: $1) }, view: { self.view($0) })
    }

    /// What a column of numbers holds of a channel's records, in no order; empty where the run does not keep it.
    private func numbers(_ column: ColumnName, of channel: ChannelID) -> [Int64] {
        guard let place = store.layout.numbers.firstIndex(of: column) else { return [] }
        return positions(of: channel).map { number($0, place) }
    }

    /// A channel with its records, sorted by time, then by sizes: O(n log n).
    private func view(_ channel: ChannelID) -> ChannelView {
        let positions = positions(of: channel)
        let part = positions.isEmpty ? nil : ordered?.part(holding: positions.lowerBound)
        var records = positions.map { position -> Record in
            if let part {
                let row = position - part.begin
                return Record(
                    time: part.times[row], up: part.bytesToServer[row], down: part.bytesToClient[row],
                    position: position)
            }
            let (chunk, row) = Self.place(of: rows[position])
            return Record(
                time: times[chunk][row], up: bytesToServer[chunk][row], down: bytesToClient[chunk][row],
                position: position)
        }
        ordered?.didRead(records.count)
        if !Self.isRising(records) { sort(&records) }
        return ChannelView(
            id: channel, key: keys[channel.index], times: records.map(\.time),
            bytesToServer: SizeSeries(raw: records.map(\.up)), bytesToClient: SizeSeries(raw: records.map(\.down)),
            numbers: columns(of: records), addresses: addresses(of: channel, records), host: hosts[channel.index],
            proxy: proxies[channel.index], examples: keys[channel.index].peer.name.flatMap { examples[$0] } ?? [])
    }

    /// The numbers of a channel's records, which another channel of the table may hold too; in no order.
    func records(of channel: ChannelID) -> ArraySlice<UInt32> {
        rows[positions(of: channel)]
    }

    private func positions(of channel: ChannelID) -> Range<Int> {
        starts[channel.index]..<starts[channel.index + 1]
    }

    private struct Record {
        let time: Int64
        let up: Int64
        let down: Int64
        /// In `rows`.
        let position: Int
    }

    /// Whether each record is later than the one before, so that nothing is left to sort.
    private static func isRising(_ records: [Record]) -> Bool {
        for index in records.indices.dropFirst() where records[index].time <= records[index - 1].time { return false }
        return true
    }

    /// By time alone at first, since few records share theirs with others.
    private func sort(_ records: inout [Record]) {
        records.sort { $0.time < $1.time }
        var start = 0
        while start < records.count {
            var end = start + 1
            while end < records.count, records[end].time == records[start].time { end += 1 }
            if end - start > 1 { records[start..<end].sort(by: precedes) }
            start = end
        }
    }

    /// Whether one record comes before another of the same time.
    private func precedes(_ a: Record, _ b: Record) -> Bool {
        if a.up != b.up { return a.up < b.up }
        if a.down != b.down { return a.down < b.down }
        return further(a.position, b.position)
    }

    private static func place(of record: UInt32) -> (chunk: Int, row: Int) {
        (Int(record) >> RecordChunk.rowBits, Int(record) & (RecordChunk.capacity - 1))
    }

    /// Whether one record comes before another of the same time and sizes, by what else is kept of them.
    private func further(_ a: Int, _ b: Int) -> Bool {
        for column in store.layout.numbers.indices {
            let (x, y) = (number(a, column), number(b, column))
            if x != y { return x < y }
        }
        return false
    }

    private func number(_ position: Int, _ column: Int) -> Int64 {
        if let part = ordered?.part(holding: position) { return part.numbers[column][position - part.begin] }
        let (chunk, row) = Self.place(of: rows[position])
        return chunks[chunk].chunk.numbers[column][row]
    }

    private func columns(of records: [Record]) -> [ColumnName: [Int64]] {
        var columns: [ColumnName: [Int64]] = [:]
        for (index, name) in store.layout.numbers.enumerated() {
            columns[name] = records.map { number($0.position, index) }
        }
        return columns
    }

    private func addresses(of channel: ChannelID, _ records: [Record]) -> [IPAddress] {
        guard keys[channel.index].peer.address == nil || turns.contains(channel.index) else { return [] }
        var addresses: Set<IPAddress> = []
        for record in records {
            let (number, row) = Self.place(of: rows[record.position])
            let (shard, chunk) = chunks[number]
            addresses.insert(store.shards[shard].table.keys[Int(chunk.keys[row])].peer)
        }
        return addresses.sorted()
    }
}
