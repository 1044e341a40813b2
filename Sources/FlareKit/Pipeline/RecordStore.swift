/// The records of one kind that all threads kept, and the ids by which other records name them.
struct RecordStore: Sendable {
    let layout: RecordLayout
    private(set) var shards: [RecordShard]
    /// Names that other records gave to a sensor's id.
    var namesByID: [Int64: String] = [:]

    init(layout: RecordLayout, shards: [RecordShard]) {
        self.layout = layout
        self.shards = shards
    }

    /// The newest start that was kept.
    var newest: Timestamp? {
        let newest = shards.map(\.newest).max() ?? .min
        return newest == .min ? nil : Timestamp(nanoseconds: newest)
    }

    /// All chunks, each with its shard's number, in a fixed order.
    var chunks: [(shard: Int, chunk: RecordChunk)] {
        shards.enumerated().flatMap { index, shard in shard.chunks.map { (index, $0) } }
    }

    /// Counts the kept records that lie outside a window, with the earliest and the latest time.
    func tally(outside window: TimeWindow) -> Account.Tally {
        var tally = Account.Tally()
        let (since, until) = window.bounds
        for (_, chunk) in chunks where chunk.earliest < since || chunk.latest >= until {
            var outside = Account.Tally()
            for time in chunk.times where time < since || time >= until {
                outside.add(time: Timestamp(nanoseconds: time))
            }
            tally.merge(outside)
        }
        for shard in shards { tally.merge(shard.evicted) }
        return tally
    }
}

extension TimeWindow {
    /// The ends as nanoseconds since 1970, open ends at the ends of time.
    var bounds: (since: Int64, until: Int64) {
        (since?.nanoseconds ?? .min, until?.nanoseconds ?? .max)
    }
}
