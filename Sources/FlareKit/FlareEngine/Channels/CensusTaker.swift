import FlareModel

extension Census {
    /// Counts a window's records as one grouping sees them.
    init(_ store: RecordStore, _ index: ChannelIndex, in window: TimeWindow) {
        self.init()
        let (since, until) = window.bounds
        var days = DayCounts()
        for (_, chunk) in store.chunks { days.add(chunk, from: since, until: until) }
        guard let recorded = RecordedDays(days.counts) else { return }
        records = days.total
        strays = recorded.strays
        channels = index.channelCount
        let moments = recorded.moments.clamped(to: since...max(since, until.subtractingClamped(1)))
        if let span = store.span(of: moments) {
            self.window = TimeWindow(
                since: Timestamp(nanoseconds: span.lowerBound),
                until: Timestamp(nanoseconds: span.upperBound).advanced(by: 1))
            countMinutes(store, span)
        }
        countSources(index)
    }

    private mutating func countMinutes(_ store: RecordStore, _ span: ClosedRange<Int64>) {
        beginMinutes()
        for (_, chunk) in store.chunks {
            for time in chunk.times where span.contains(time) { count(inMinute: Timestamp(nanoseconds: time).minute) }
        }
    }

    private mutating func countSources(_ index: ChannelIndex) {
        let (keys, counts) = (index.keys, index.counts)
        var sources = KeyTable()
        var peers = PeerCounts(capacity: min(keys.count, 1 << 16))
        keys.forEachPair(where: { counts[$0] > 0 }) { key in
            _ = sources.number(
                of: PackedKey(source: key.source, peer: key.source, port: 0, proto: 0, flags: []))
            switch index.peer(of: key) {
            case .address(let address): peers.increment(address)
            case .name(let name): peers.increment(name)
            }
        }
        sourcesByPeer = peers
        hosts = Self.hosts(among: sources.keys.lazy.map(\.source))
    }
}

extension DayCounts {
    mutating func add(_ chunk: RecordChunk, from since: Int64 = .min, until: Int64 = .max) {
        guard chunk.count > 0 else { return }
        let (first, last) = (Timestamp(nanoseconds: chunk.earliest), Timestamp(nanoseconds: chunk.latest))
        if chunk.earliest >= since, chunk.latest < until, first.day == last.day {
            add(chunk.count, on: first.day)
        } else {
            add(chunk.times, from: since, until: until)
        }
    }
}

extension RecordStore {
    /// From the first to the last of the kept records that start in a range of time; `nil` where none does.
    func span(of moments: ClosedRange<Int64>) -> ClosedRange<Int64>? {
        var (earliest, latest) = (Int64.max, Int64.min)
        for (_, chunk) in chunks where chunk.count > 0 {
            if moments.contains(chunk.earliest), moments.contains(chunk.latest) {
                (earliest, latest) = (min(earliest, chunk.earliest), max(latest, chunk.latest))
            } else {
                for time in chunk.times where moments.contains(time) {
                    (earliest, latest) = (min(earliest, time), max(latest, time))
                }
            }
        }
        return earliest <= latest ? earliest...latest : nil
    }
}
