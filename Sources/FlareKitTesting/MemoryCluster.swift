import FlareKit
import Synchronization

/// A source that groups on its own side, as a database cluster does, and hands out the records of candidates alone.
public final class MemoryCluster: GroupingSource {
    private let records: [MemoryRecord]
    private let canGroup: Bool
    private let fetchedRecords = Mutex(0)

    public init(_ records: [MemoryRecord], canGroup: Bool = true) {
        self.records = records
        self.canGroup = canGroup
    }

    public var offers: Set<RecordKind> { Set(records.map(\.kind)).union([.flow]) }

    /// How many records went over the wire.
    public var fetched: Int { fetchedRecords.withLock { $0 } }

    public func open(_ scan: Scan) async throws -> [any Cursor] {
        let asked = records.filter { scan.kinds[$0.kind] != nil }
        fetchedRecords.withLock { $0 += asked.count }
        return [MemoryCursor(asked, batchSize: 100)]
    }

    public func group(_ request: GroupingRequest) async throws -> (any GroupedRecords)? {
        guard canGroup, request.grouping.by == .address else { return nil }
        return Answer(records, request) { [self] count in fetchedRecords.withLock { $0 += count } }
    }

    private struct Answer: GroupedRecords {
        let channels: [(key: ChannelKey, count: Int)]
        let census: Census
        let withheld: [String] = []
        let ingest: IngestCounts
        private let groups: [ChannelKey: [MemoryRecord]]
        private let fetched: @Sendable (Int) -> Void

        init(_ records: [MemoryRecord], _ request: GroupingRequest, _ fetched: @escaping @Sendable (Int) -> Void) {
            let ignoring = request.grouping.ignoring
            let inside = records.filter { $0.kind == .flow && request.scan.window.contains($0.start) }
            groups = Dictionary(grouping: inside) { record in
                ChannelKey(
                    source: record.source, peer: .address(record.destination),
                    port: ignoring.contains(.port) ? nil : record.port,
                    proto: ignoring.contains(.proto) ? nil : record.proto)
            }
            channels = groups.map { (key: $0.key, count: $0.value.count) }
            self.fetched = fetched
            var census = Census()
            census.records = inside.count
            census.channels = groups.count
            census.hosts = Census.hosts(among: Set(inside.map(\.source)))
            for (peer, records) in Dictionary(grouping: inside, by: { Peer.address($0.destination) }) {
                census.sourcesByPeer[peer] = Set(records.map(\.source)).count
            }
            var days = DayCounts()
            days.add(inside.map(\.start.nanoseconds))
            if let recorded = RecordedDays(days.counts) {
                let body = inside.map(\.start).filter { recorded.body.contains($0.day) }
                census.strays = recorded.strays
                census.window = TimeWindow(since: body.min(), until: body.max()?.advanced(by: 1))
                census.beginMinutes()
                for time in body { census.count(inMinute: time.minute) }
            }
            self.census = census
            var ingest = IngestCounts()
            ingest.use(.flow, count: inside.count)
            self.ingest = ingest
        }

        func open(_ candidates: [ChannelKey]) async throws -> [any Cursor] {
            let wanted = candidates.flatMap { groups[$0] ?? [] }
            fetched(wanted.count)
            return [MemoryCursor(wanted, batchSize: 100)]
        }
    }
}
