import FlareModel

/// The rows of a store by the inputs that they came from.
struct InputRows {
    /// What is there once more.
    struct Repeats {
        /// Which rows, by shard and chunk.
        var rows: [Int: [Int: [Bool]]] = [:]
        var tally = IngestCounts.Tally()
    }

    /// A chunk, and where it belongs.
    struct Place {
        let shard: Int
        let number: Int
        let chunk: RecordChunk
        /// The number of each of the shard's inputs among those of all shards.
        let inputs: [UInt32]
    }

    struct Input: Hashable {
        let source: String
        let input: BatchInput
    }

    /// Where a row is, and of which input.
    struct Row {
        let place: UInt32
        let row: UInt32
        let input: UInt32
    }

    let store: RecordStore
    let places: [Place]
    /// The inputs of all shards, each once, by source and name.
    let inputs: [Input]
    private let since: Int64
    private let until: Int64

    /// Times of a moment differ in so many bits: 69 s.
    private static let momentBits: Int64 = 36
    /// So many moments are told from each other: those of 52 days.
    private static let momentCount = 1 << 16

    /// About so many records are sorted at a time, unless that took more than `mostParts` rounds.
    private static let partSize = 1 << 19
    private static let mostParts = 32

    /// - Parameters:
    ///   - window: records outside are not looked at.
    ///   - sources: the source of each shard.
    init(_ store: RecordStore, in window: TimeWindow, sources: [String]) {
        self.store = store
        (since, until) = window.bounds
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

    /// Shows all rows of the window.
    @inline(__always)
    func forEach(_ body: (Row, RecordChunk) -> Void) {
        for (number, place) in places.enumerated() {
            for (rows, input) in runs(of: place) {
                for row in rows where place.chunk.times[row] >= since && place.chunk.times[row] < until {
                    body(Row(place: UInt32(number), row: UInt32(row), input: input), place.chunk)
                }
            }
        }
    }

    /// The moments that more than one input tells of.
    struct Moments {
        fileprivate var isShared = [Bool](repeating: false, count: InputRows.momentCount)

        @inline(__always)
        func contains(_ time: Int64) -> Bool { isShared[InputRows.moment(of: time)] }
    }

    /// - Parameters:
    ///   - tolerance: by how much times may differ of what is the same.
    ///   - isOfInterest: whether a row counts.
    func sharedMoments(tolerance: Int64 = 0, _ isOfInterest: (Row, RecordChunk) -> Bool) -> Moments {
        var first = [UInt32](repeating: .max, count: Self.momentCount)
        var moments = Moments()
        func see(_ moment: Int, _ input: UInt32) {
            if first[moment] == .max { first[moment] = input }
            if first[moment] != input { moments.isShared[moment] = true }
        }
        forEach { row, chunk in
            guard isOfInterest(row, chunk) else { return }
            let time = chunk.times[Int(row.row)]
            let moment = Self.moment(of: time)
            see(moment, row.input)
            guard tolerance > 0 else { return }
            for near in [time.subtractingClamped(tolerance), time.addingClamped(tolerance)] {
                let neighbour = Self.moment(of: near)
                if neighbour != moment { see(neighbour, row.input) }
            }
        }
        return moments
    }

    @inline(__always)
    private static func moment(of time: Int64) -> Int { Int(time >> momentBits) & (momentCount - 1) }

    /// How many rows of the moments each input has.
    ///
    /// - Parameter isOfInterest: whether a row counts.
    func counts(in moments: Moments, _ isOfInterest: (Row, RecordChunk) -> Bool) -> [UInt32: Int] {
        var counts: [UInt32: Int] = [:]
        forEach { row, chunk in
            guard moments.contains(chunk.times[Int(row.row)]), isOfInterest(row, chunk) else { return }
            counts[row.input, default: 0] += 1
        }
        return counts
    }

    /// Shows rows of one fingerprint together, where there are several, in the order of the inputs' rows.
    ///
    /// - Parameters:
    ///   - count: rows in all, which are sorted in parts.
    ///   - fingerprint: of a row that is of interest; those of different records may share one.
    @inline(__always)
    func forEachAlike(
        _ count: Int, in moments: Moments, fingerprint: (Row, RecordChunk) -> UInt64?, _ body: ([Row]) -> Void
    ) {
        let parts = min(Self.mostParts, (count + Self.partSize - 1) / Self.partSize)
        for part in 0..<parts {
            var entries: [(fingerprint: UInt64, row: Row)] = []
            entries.reserveCapacity(count / parts + count / parts / 8)
            forEach { row, chunk in
                guard moments.contains(chunk.times[Int(row.row)]), let fingerprint = fingerprint(row, chunk),
                    Int(fingerprint % UInt64(parts)) == part
                else { return }
                entries.append((fingerprint, row))
            }
            entries.sort { $0.fingerprint < $1.fingerprint }
            var begin = 0
            while begin < entries.count {
                var end = begin + 1
                while end < entries.count, entries[end].fingerprint == entries[begin].fingerprint { end += 1 }
                if end - begin > 1 { body(entries[begin..<end].map(\.row)) }
                begin = end
            }
        }
    }

    /// When a record begins.
    func time(of row: Row) -> Int64 { places[Int(row.place)].chunk.times[Int(row.row)] }

    /// The order of two records by what is kept of them: below 0 where the first says less.
    func order(_ a: Row, _ b: Row) -> Int {
        let (x, y) = (places[Int(a.place)].chunk, places[Int(b.place)].chunk)
        let (i, j) = (Int(a.row), Int(b.row))
        if x.bytesToServer[i] != y.bytesToServer[j] { return x.bytesToServer[i] < y.bytesToServer[j] ? -1 : 1 }
        if x.bytesToClient[i] != y.bytesToClient[j] { return x.bytesToClient[i] < y.bytesToClient[j] ? -1 : 1 }
        for column in x.numbers.indices where x.numbers[column][i] != y.numbers[column][j] {
            return x.numbers[column][i] < y.numbers[column][j] ? -1 : 1
        }
        return 0
    }

    /// Notes what is to be dropped.
    ///
    /// - Parameter dropped: by place; empty where nothing of it is.
    func repeats(_ dropped: [[Bool]]) -> Repeats {
        var repeats = Repeats()
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
        guard repeats.tally.count > 0 else { return repeats }
        let names = Set(holders.map { inputs[Int($0)].input.origin })
        repeats.tally.merge(
            IngestCounts.Tally(
                first: Timestamp(nanoseconds: first), last: Timestamp(nanoseconds: last),
                examples: names.map { IngestCounts.Place($0) }))
        return repeats
    }

    /// Marks a row as one to be dropped.
    func drop(_ row: Row, _ dropped: inout [[Bool]]) {
        let place = Int(row.place)
        if dropped[place].isEmpty { dropped[place] = Array(repeating: false, count: places[place].chunk.count) }
        dropped[place][Int(row.row)] = true
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
