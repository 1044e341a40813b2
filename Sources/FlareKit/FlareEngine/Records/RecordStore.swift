import FlareModel

/// The records of one kind that all threads kept, and the ids by which other records name them.
struct RecordStore: Sendable {
    private(set) var layout: RecordLayout
    private(set) var shards: [RecordShard]
    init(layout: RecordLayout, shards: [RecordShard]) {
        self.layout = layout
        self.shards = shards
    }

    mutating func append(_ shard: RecordShard) { shards.append(shard) }

    /// Takes rows out of the chunks of shards.
    ///
    /// - Parameter rows: whether each is taken out, by the numbers of the shard and the chunk.
    mutating func remove(_ rows: [Int: [Int: [Bool]]]) {
        for (shard, chunks) in rows { shards[shard].remove(chunks) }
    }

    /// Forgets by what repeats were told.
    mutating func endTelling() {
        _ = layout.endTelling()
        for shard in shards.indices { shards[shard].endTelling() }
    }

    /// What holds its records.
    var memory: RecordMemory { shards.first?.memory ?? RecordMemory(limit: .max) }

    var isEmpty: Bool { shards.allSatisfy { $0.count == 0 } }

    /// The records that were taken in by day, also those forgotten meanwhile.
    var days: DayCounts {
        var days = DayCounts()
        for shard in shards { days.merge(shard.evictedDays) }
        for (_, chunk) in chunks { days.add(chunk) }
        return days
    }

    /// All chunks, each with its shard's number, in a fixed order.
    var chunks: StoredChunks { StoredChunks(shards) }

    /// Counts the kept records that lie outside a window, with the earliest and the latest time.
    func tally(outside window: TimeWindow) -> IngestCounts.Tally {
        var tally = IngestCounts.Tally()
        let (since, until) = window.bounds
        for (_, chunk) in chunks where chunk.earliest < since || chunk.latest >= until {
            var outside = IngestCounts.Tally()
            for time in chunk.times where time < since || time >= until {
                outside.add(time: Timestamp(nanoseconds: time))
            }
            tally.merge(outside)
        }
        for shard in shards { tally.merge(shard.evicted) }
        return tally
    }
}

/// The chunks of a store, one after another: parts of a file are given back to the system once the next chunk is asked for.
struct StoredChunks: Sequence {
    private let shards: [RecordShard]

    init(_ shards: [RecordShard]) { self.shards = shards }

    func makeIterator() -> Iterator { Iterator(shards: shards) }

    struct Iterator: IteratorProtocol {
        fileprivate let shards: [RecordShard]
        private var shard = 0
        private var place = 0
        private var last: RecordChunk?

        fileprivate init(shards: [RecordShard]) { self.shards = shards }

        mutating func next() -> (shard: Int, chunk: RecordChunk)? {
            last?.release()
            last = nil
            while shard < shards.count, place == shards[shard].chunks.count { (shard, place) = (shard + 1, 0) }
            guard shard < shards.count else { return nil }
            let chunk = shards[shard].chunks[place]
            place += 1
            last = chunk
            return (shard, chunk)
        }
    }
}

extension RecordStore {
    /// Takes out what stands in two inputs of a source, but once.
    ///
    /// What stays depends neither on the order of reading nor on the number of threads.
    ///
    /// - Returns: what was taken out, with the inputs in which it stood.
    mutating func useOnce(in window: TimeWindow, sources: [String]) -> IngestCounts.Tally {
        let repeats = RepeatFinder(InputRows(self, in: window, sources: sources)).find()
        remove(repeats.rows)
        return repeats.tally
    }

    /// Takes out connections that another sensor saw too.
    ///
    /// - Returns: what was taken out, with the inputs in which it stood; and by their ids what stands for it.
    mutating func countOnce(
        in window: TimeWindow, sources: [String]
    ) -> (tally: IngestCounts.Tally, ids: [Int64: Int64]) {
        let shared = SharedConnectionFinder(InputRows(self, in: window, sources: sources)).find()
        remove(shared.repeats.rows)
        return (shared.repeats.tally, shared.ids)
    }

    /// Takes out what was logged inside connections that another sensor saw too, where that sensor logged such as well; else it
    /// belongs to the connection that is used.
    ///
    /// - Parameter used: the id of the connection that is used, by that of the one that it stands for.
    mutating func moveInside(_ used: [Int64: Int64], in window: TimeWindow, sources: [String]) -> IngestCounts.Tally {
        guard !used.isEmpty, let column = layout.numbers.firstIndex(of: .id) else { return IngestCounts.Tally() }
        let wanted = Set(used.values)
        var present: Set<Int64> = []
        for (_, chunk) in chunks { present.formUnion(chunk.numbers[column].lazy.filter { wanted.contains($0) }) }
        func repeats(_ store: RecordStore) -> InputRows.Repeats {
            let rows = InputRows(store, in: window, sources: sources)
            var dropped = [[Bool]](repeating: [], count: rows.places.count)
            rows.forEach { row, chunk in
                let id = chunk.numbers[column][Int(row.row)]
                if let other = used[id], present.contains(other) { rows.drop(row, &dropped) }
            }
            return rows.repeats(dropped)
        }
        let repeats = repeats(self)
        remove(repeats.rows)
        for shard in shards.indices { shards[shard].change(column: column) { used[$0] } }
        return repeats.tally
    }
}

extension RecordStore {
    /// Takes out answers that a sensor wrote beside their questions.
    mutating func removeAnswers() {
        guard let column = layout.numbers.firstIndex(of: .isAnswer) else { return }
        for shard in shards.indices {
            let rows = shards[shard].chunks.enumerated().map { ($0, $1.numbers[column].map { $0 == 1 }) }
            shards[shard].remove(Dictionary(uniqueKeysWithValues: rows.filter { $0.1.contains(true) }))
        }
    }
}

extension TimeWindow {
    /// The ends as nanoseconds since 1970, open ends at the ends of time.
    var bounds: (since: Int64, until: Int64) {
        (since?.nanoseconds ?? .min, until?.nanoseconds ?? .max)
    }
}
