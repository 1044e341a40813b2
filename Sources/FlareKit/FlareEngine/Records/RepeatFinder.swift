import FlareModel

/// Finds the records of a store that stand in two inputs of a source.
///
/// Records are the same if they have the same id, start and finest key. The input that holds most of them gives them,
/// since a sensor may say two things of a connection in one moment; where several hold as many, the one that says more.
struct RepeatFinder {
    /// What is there once more.
    struct Repeats {
        /// Which rows, by shard and chunk.
        var rows: [Int: [Int: [Bool]]] = [:]
        var tally = IngestCounts.Tally()
    }

    /// A record of a moment that several inputs tell of.
    private struct Entry {
        var fingerprint: UInt64
        var place: UInt32
        var row: UInt32
        var input: UInt32
    }

    /// A chunk, and where it belongs.
    private struct Place {
        let shard: Int
        let number: Int
        let chunk: RecordChunk
        /// The number of each of the shard's inputs among those of all shards.
        let inputs: [UInt32]
    }

    private struct Input: Hashable {
        let source: String
        let input: BatchInput
    }

    private let store: RecordStore
    private let since: Int64
    private let until: Int64
    private let places: [Place]
    /// The inputs of all shards, each once, by source and name.
    private let inputs: [Input]
    private let idColumn: Int
    private let seed = UInt64.random(in: .min ... .max)

    /// Times of a moment differ in so many bits: 69 s.
    private static let momentBits: Int64 = 36
    /// So many moments are told from each other: those of 52 days.
    private static let momentCount = 1 << 16
    /// About so many records are sorted at a time, 24 bytes each, unless that took more than `mostParts` rounds.
    private static let partSize = 1 << 19
    private static let mostParts = 32

    /// - Parameters:
    ///   - window: records outside are not looked at.
    ///   - sources: the source of each shard.
    init(_ store: RecordStore, in window: TimeWindow, sources: [String]) {
        self.store = store
        (since, until) = window.bounds
        idColumn = store.layout.numbers.firstIndex(of: .id) ?? 0
        let own = store.shards.enumerated().map { number, shard in
            shard.inputs.map { Input(source: sources[number], input: $0) }
        }
        inputs = Set(own.joined()).sorted { ($0.source, $0.input) < ($1.source, $1.input) }
        let numbers = Dictionary(uniqueKeysWithValues: zip(inputs, UInt32(0)...))
        places = store.shards.enumerated().flatMap { shard, content in
            let inputs = own[shard].map { numbers[$0] ?? 0 }
            return content.chunks.enumerated().map { Place(shard: shard, number: $0, chunk: $1, inputs: inputs) }
        }
    }

    func find() -> Repeats {
        var repeats = Repeats()
        guard inputs.count > 1 else { return repeats }
        let isShared = sharedMoments()
        var count = 0
        forEachEntry { entry, moment in if isShared[moment] { count += 1 } }
        guard count > 0 else { return repeats }
        let parts = min(Self.mostParts, (count + Self.partSize - 1) / Self.partSize)
        var dropped = [[Bool]](repeating: [], count: places.count)
        for part in 0..<parts {
            var entries: [Entry] = []
            entries.reserveCapacity(count / parts + count / parts / 8)
            forEachEntry { entry, moment in
                if isShared[moment], Int(entry.fingerprint % UInt64(parts)) == part { entries.append(entry) }
            }
            entries.sort { $0.fingerprint < $1.fingerprint }
            collect(entries, &dropped)
        }
        note(dropped, in: &repeats)
        return repeats
    }

    /// The moments that more than one input tells of.
    private func sharedMoments() -> [Bool] {
        var first = [UInt32](repeating: .max, count: Self.momentCount)
        var isShared = [Bool](repeating: false, count: Self.momentCount)
        forEachEntry { entry, moment in
            if first[moment] == .max { first[moment] = entry.input }
            if first[moment] != entry.input { isShared[moment] = true }
        }
        return isShared
    }

    /// Shows all records of the window that have an id.
    @inline(__always)
    private func forEachEntry(_ body: (Entry, _ moment: Int) -> Void) {
        for (number, place) in places.enumerated() {
            let (times, ids) = (place.chunk.times, place.chunk.numbers[idColumn])
            for (rows, input) in runs(of: place) {
                for row in rows
                where times[row] >= since && times[row] < until && ids[row] != RecordTable.unknown {
                    let moment = Int(times[row] >> Self.momentBits) & (Self.momentCount - 1)
                    let entry = Entry(
                        fingerprint: fingerprint(times[row], ids[row]), place: UInt32(number), row: UInt32(row),
                        input: input)
                    body(entry, moment)
                }
            }
        }
    }

    /// Seeded, since ids come from the network and could be chosen to collide.
    @inline(__always)
    private func fingerprint(_ time: Int64, _ id: Int64) -> UInt64 {
        let product = (UInt64(bitPattern: time) ^ seed).multipliedFullWidth(
            by: UInt64(bitPattern: id) ^ 0x9E37_79B9_7F4A_7C15)
        return (product.high ^ product.low) &* 0xD6E8_FEB8_6659_FD93
    }

    /// Collects those that are to be dropped.
    ///
    /// - Parameter entries: sorted by their fingerprints.
    private func collect(_ entries: [Entry], _ dropped: inout [[Bool]]) {
        var begin = 0
        while begin < entries.count {
            var end = begin + 1
            while end < entries.count, entries[end].fingerprint == entries[begin].fingerprint { end += 1 }
            if end - begin > 1 { collectAlike(entries[begin..<end], &dropped) }
            begin = end
        }
    }

    /// - Parameter entries: with one fingerprint, which those of different records may share.
    private func collectAlike(_ entries: ArraySlice<Entry>, _ dropped: inout [[Bool]]) {
        if entries.count == 2, let first = entries.first, let last = entries.last {
            return collectPair(first, last, &dropped)
        }
        for same in Dictionary(grouping: entries, by: identity).values where same.count > 1 {
            let holders = Dictionary(grouping: same, by: \.input).mapValues { $0.sorted { order($0, $1) < 0 } }
            guard let giver = holders.max(by: { gives($1, ratherThan: $0) })?.key else { continue }
            for entry in same where entry.input != giver { drop(entry, &dropped) }
        }
    }

    /// The usual case, without a table.
    private func collectPair(_ a: Entry, _ b: Entry, _ dropped: inout [[Bool]]) {
        guard a.input != b.input, identity(of: a) == identity(of: b) else { return }
        drop(gives((a.input, [a]), ratherThan: (b.input, [b])) ? b : a, &dropped)
    }

    private func drop(_ entry: Entry, _ dropped: inout [[Bool]]) {
        let place = Int(entry.place)
        if dropped[place].isEmpty { dropped[place] = Array(repeating: false, count: places[place].chunk.count) }
        dropped[place][Int(entry.row)] = true
    }

    private struct Identity: Hashable {
        let source: String
        let time: Int64
        let id: Int64
        let key: PackedKey
        let name: String
    }

    private func identity(of entry: Entry) -> Identity {
        let (place, row) = (places[Int(entry.place)], Int(entry.row))
        let (chunk, shard) = (place.chunk, store.shards[place.shard])
        return Identity(
            source: inputs[Int(entry.input)].source, time: chunk.times[row], id: chunk.numbers[idColumn][row],
            key: shard.table.keys[Int(chunk.keys[row])],
            name: row < chunk.names.count ? shard.names.names[Int(chunk.names[row])] : "")
    }

    /// Whether the records are taken of one input rather than of another.
    private func gives(_ a: (key: UInt32, value: [Entry]), ratherThan b: (key: UInt32, value: [Entry])) -> Bool {
        if a.value.count != b.value.count { return a.value.count > b.value.count }
        for (mine, other) in zip(a.value, b.value) {
            let order = order(mine, other)
            if order != 0 { return order > 0 }
        }
        return a.key < b.key
    }

    /// The order of two records by what is kept of them: below 0 where the first says less.
    private func order(_ a: Entry, _ b: Entry) -> Int {
        let (x, y) = (places[Int(a.place)].chunk, places[Int(b.place)].chunk)
        let (i, j) = (Int(a.row), Int(b.row))
        if x.bytesToServer[i] != y.bytesToServer[j] { return x.bytesToServer[i] < y.bytesToServer[j] ? -1 : 1 }
        if x.bytesToClient[i] != y.bytesToClient[j] { return x.bytesToClient[i] < y.bytesToClient[j] ? -1 : 1 }
        for column in x.numbers.indices where x.numbers[column][i] != y.numbers[column][j] {
            return x.numbers[column][i] < y.numbers[column][j] ? -1 : 1
        }
        return 0
    }

    private func note(_ dropped: [[Bool]], in repeats: inout Repeats) {
        var holders: Set<UInt32> = []
        var (first, last) = (Int64.max, Int64.min)
        for (place, rows) in zip(places, dropped) where !rows.isEmpty {
            repeats.rows[place.shard, default: [:]][place.number] = rows
            for (row, isDropped) in rows.enumerated() where isDropped {
                repeats.tally.count += 1
                first = min(first, place.chunk.times[row])
                last = max(last, place.chunk.times[row])
            }
            for (range, input) in runs(of: place) where rows[range].contains(true) { holders.insert(input) }
        }
        guard repeats.tally.count > 0 else { return }
        let names = Set(holders.map { inputs[Int($0)].input.origin })
        repeats.tally.merge(
            IngestCounts.Tally(
                first: Timestamp(nanoseconds: first), last: Timestamp(nanoseconds: last),
                examples: names.map { IngestCounts.Place($0) }))
    }

    /// The rows of a chunk that came one after another from an input.
    private func runs(of place: Place) -> [(rows: Range<Int>, input: UInt32)] {
        let runs = place.chunk.inputs
        return runs.indices.map { index in
            let end = index + 1 < runs.count ? runs[index + 1].row : place.chunk.count
            return (runs[index].row..<end, place.inputs[runs[index].input])
        }
    }
}
