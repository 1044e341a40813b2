import ElasticsearchClient
import FlareKit

extension ElasticsearchSource: GroupingSource {
    public func group(_ request: GroupingRequest) async throws -> (any GroupedRecords)? {
        guard options.grouping != .off else { return nil }
        do {
            return try await explained { try await grouped(request) }
        } catch let reason as NoGrouping {
            searches.remark("the cluster does not group these channels: \(reason.why); all records are read")
            return nil
        }
    }

    private func grouped(_ request: GroupingRequest) async throws -> ClusterGrouped {
        guard request.grouping.by == .address else {
            throw NoGrouping("by \(request.grouping.by.rawValue) they are grouped here")
        }
        let window = request.scan.window
        guard [window.since, window.until].compactMap({ $0 }).allSatisfy(Milliseconds.isWhole) else {
            throw NoGrouping("the window does not end on a whole millisecond, which is as fine as an index knows")
        }
        let cluster = try await session.cluster()
        for remark in cluster.remarks { searches.remark(remark) }
        guard let query = try await queries([.flow], cluster).first else { throw NoGrouping("there are no flows") }
        guard query.timeFilter == .exact else { throw NoGrouping("\(query.time) is no date in the index") }
        guard cluster.server.hasMissingBucket else { throw NoGrouping("\(cluster.server) is too old for it") }
        let fields = try GroupingFields(query, ignoring: request.grouping.ignoring)
        let context = try await openContext(query.index, cluster)
        let census = ClusterCensus(context: context, query: query, fields: fields, window: window)
        let extent = try await census.extent()
        guard extent.withoutTime == 0 else {
            throw NoGrouping("\(extent.withoutTime) flows have no \(query.time)")
        }
        let grouping = ClusterGrouping(
            request: request, context: context, query: query, fields: fields, census: census, extent: extent,
            page: pages.channels, filters: options.grouping == .filtered)
        do {
            let (channels, counts, withheld) = try await grouping.read()
            return ClusterGrouped(
                grouped: channels, census: counts, withheld: withheld, ingest: grouping.ingest(channels),
                source: self, context: context, query: query, fields: fields, scan: request.scan)
        } catch let error as ClusterError where error.kind == .status(400) {
            throw NoGrouping(error.what)
        }
    }
}

/// The channels that the cluster grouped, and a way to the flows of some of them.
struct ClusterGrouped: GroupedRecords {
    let grouped: ClusterChannels
    let census: Census
    let withheld: [String]
    let ingest: IngestCounts
    let source: ElasticsearchSource
    let context: SearchContext
    let query: RecordQuery
    let fields: GroupingFields
    let scan: Scan

    var channels: [(key: ChannelKey, count: Int)] { zip(grouped.keys, grouped.counts).map { (key: $0, count: $1) } }

    func open(_ candidates: [ChannelKey]) async throws -> [any Cursor] {
        let reader = RecordReader(query, columns: scan.kinds[.flow] ?? [])
        var deal = SliceDeal(scan, connections: source.options.connection.connections)
        for part in CandidateQuery(fields: fields, channels: grouped).queries(for: candidates) {
            var search = Search(
                context: context, query: query.query(time: query.clause(for: scan.window), further: [part.clause]),
                fields: reader.fields, page: source.pages.documents, slices: 1)
            // Without a point in time the index may have grown meanwhile.
            if search.isRepeatable { search.expected = part.flows }
            deal.deal(search, query, reader)
        }
        return deal.cursors()
    }

    /// More records that name channels are not read beside channels that the cluster grouped: a run of minutes would become one
    /// of hours.
    private static let mostNames = 2_000_000

    func openNames() async throws -> GroupedNames {
        try await source.explained {
            let kinds = scan.kinds.keys.filter { [.tls, .http, .lookup].contains($0) }
            let queries = try await source.queries(kinds, context.cluster)
            var contexts: [SearchContext] = []
            var count = 0
            for query in queries {
                let context = try await source.openContext(query.index, context.cluster)
                count.addClamped(try await Self.count(query, context, in: scan.window))
                contexts.append(context)
            }
            guard count <= Self.mostNames else {
                return .withheld(
                    "\(count.grouped) handshakes, requests and lookups name flows, and the cluster groups flows by address"
                )
            }
            guard count > 0 else { return .cursors([]) }
            var deal = SliceDeal(scan, connections: source.options.connection.connections)
            for (query, context) in zip(queries, contexts) {
                let reader = source.reader(of: query, scan)
                deal.deal(
                    Search(
                        context: context, query: query.query(in: scan.window), fields: reader.fields,
                        page: source.pages.documents, slices: deal.count), query, reader)
            }
            return .cursors(deal.cursors())
        }
    }

    private static func count(_ query: RecordQuery, _ context: SearchContext, in window: TimeWindow) async throws -> Int
    {
        let answer = try await context.search(
            ["size": 0, "track_total_hits": true, "query": query.query(in: window)], for: "hits.total")
        let total = answer["hits", "total"]
        return Int(clamping: total?.integer ?? total?["value"]?.integer ?? 0)
    }
}
