extension Census {
    /// Counts a window's records as one grouping sees them.
    init(_ store: RecordStore, _ index: ChannelIndex, in window: TimeWindow) {
        self.init()
        let (since, until) = window.bounds
        var earliest = Int64.max
        var latest = Int64.min
        for (_, chunk) in store.chunks {
            if chunk.earliest >= since, chunk.latest < until {
                guard chunk.count > 0 else { continue }
                earliest = min(earliest, chunk.earliest)
                latest = max(latest, chunk.latest)
                records += chunk.count
            } else {
                for time in chunk.times where time >= since && time < until {
                    earliest = min(earliest, time)
                    latest = max(latest, time)
                    records += 1
                }
            }
        }
        guard records > 0 else { return }
        self.window = TimeWindow(
            since: Timestamp(nanoseconds: earliest), until: Timestamp(nanoseconds: latest).advanced(by: 1))
        channels = index.channelCount
        countMinutes(store, since, until, earliest, latest)
        countSources(index)
    }

    /// The most minutes that are counted one by one: eight years.
    private static let mostMinutes: Int64 = 4_200_000

    private mutating func countMinutes(
        _ store: RecordStore, _ since: Int64, _ until: Int64, _ earliest: Int64, _ latest: Int64
    ) {
        let minute = { (time: Int64) in Timestamp.split(time, by: 60_000_000_000).quotient }
        firstMinute = minute(earliest)
        let span = min(minute(latest) - firstMinute + 1, Self.mostMinutes)
        recordsByMinute = Array(repeating: 0, count: Int(span))
        let base = firstMinute * 60_000_000_000
        for (_, chunk) in store.chunks {
            for time in chunk.times where time >= since && time < until {
                let place = Int((time - base) / 60_000_000_000)
                if place < recordsByMinute.count { recordsByMinute[place] += 1 }
            }
        }
    }

    private mutating func countSources(_ index: ChannelIndex) {
        var pairs = KeyTable(minimumCapacity: index.table.count)
        var sources = KeyTable()
        sourcesByPeer = PeerCounts(capacity: min(index.table.count, 1 << 16))
        let (keys, counts) = (index.table.keys, index.counts)
        for channel in keys.indices where counts[channel] > 0 {
            let key = keys[channel]
            let before = pairs.count
            _ = pairs.number(of: PackedKey.Mask.pair.applied(to: key))
            guard pairs.count > before else { continue }
            _ = sources.number(
                of: PackedKey(source: key.source, peer: key.source, port: 0, proto: 0, flags: []))
            switch index.peer(of: key) {
            case .address(let address): sourcesByPeer.increment(address)
            case .name(let name): sourcesByPeer.increment(name)
            }
        }
        hosts = sources.count
    }
}
