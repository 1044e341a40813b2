import ElasticsearchClient
import FlareKit

/// Groups a window's flows on the cluster's side and takes the census of them.
struct ClusterGrouping: Sendable {
    let request: GroupingRequest
    let context: SearchContext
    let query: RecordQuery
    let fields: GroupingFields
    let census: ClusterCensus
    let extent: ClusterCensus.Extent
    /// Channels a page.
    let page: Int
    /// Whether the cluster also drops channels of no interest.
    let filters: Bool

    /// - Throws: `NoGrouping` where the counts do not add up, as with fields that have several values.
    func read() async throws -> (channels: ClusterChannels, census: Census, withheld: [String]) {
        var clauses: [JSON] = []
        var dropped: [String] = []
        if filters {
            dropped.append("channels with fewer than \(request.minimumCount.grouped) flows")
            if let predicate = request.predicate,
                let clause = PredicateClause(fields: fields).clause(predicate)
            {
                clauses.append(clause)
                dropped.append("channels that the filters drop")
            }
        }
        let pages = ChannelPages(
            context: context, fields: fields, grouping: request.grouping, page: page,
            minimumCount: filters ? request.minimumCount : 1)
        let channels = try await pages.read(query.query(time: query.clause(for: census.window), further: clauses))
        let unreadable = channels.unreadable.values.reduce(0) { $0.addingClamped($1) }
        let known = channels.records.addingClamped(unreadable).addingClamped(extent.withoutAddresses)
        guard filters ? known <= extent.total : known == extent.total else {
            throw NoGrouping(
                "\(extent.total.grouped) flows make \(known.grouped) in channels; a field has several "
                    + "values")
        }
        var counts = Census()
        counts.records = extent.readable(without: unreadable)
        counts.channels = channels.keys.count
        counts.strays = extent.strays
        if let (first, last) = extent.span {
            counts.window = TimeWindow(since: first, until: last.advanced(by: 1))
            try await census.countMinutes(&counts)
        }
        if filters {
            try await countSources(&counts, of: channels)
        } else {
            Self.countSources(&counts, channels.keys)
        }
        let left = extent.total.subtractingClamped(known)
        let withheld =
            filters
            ? [
                "the cluster kept \(dropped.joined(separator: " and ")) to itself, \(left) flows in all: "
                    + "how many channels there are, and what each filter dropped, is not known"
            ] : []
        return (channels, counts, withheld)
    }

    /// The counts of all records of the window.
    func ingest(_ channels: ClusterChannels) -> IngestCounts {
        var ingest = IngestCounts()
        let unreadable = channels.unreadable.values.reduce(0) { $0.addingClamped($1) }
        ingest.use(.flow, count: extent.readable(without: unreadable))
        if let span = extent.span {
            ingest.used[RecordKind.flow.name]?.first = span.first
            ingest.used[RecordKind.flow.name]?.last = span.last
        }
        let rejected = channels.unreadable.merging(
            ["no source or destination": extent.withoutAddresses]) { $0.addingClamped($1) }
        for (reason, count) in rejected where count > 0 {
            ingest.read.addClamped(count)
            ingest.rejected[reason] = IngestCounts.Tally(count: count, examples: [IngestCounts.Place(query.index)])
        }
        return ingest
    }

    /// Counts different sources by destination, and sources in all.
    private static func countSources(_ census: inout Census, _ keys: [ChannelKey]) {
        struct Pair: Hashable {
            let source: IPAddress
            let peer: Peer
        }
        var pairs: Set<Pair> = []
        var sources: Set<IPAddress> = []
        for key in keys where pairs.insert(Pair(source: key.source, peer: key.peer)).inserted {
            sources.insert(key.source)
            census.sourcesByPeer[key.peer] += 1
        }
        census.hosts = Census.hosts(among: sources)
    }

    /// The same where the cluster kept channels to itself: it is asked about the destinations that are left.
    private func countSources(_ census: inout Census, of channels: ClusterChannels) async throws {
        let pairFields = GroupingFields(addressesOf: fields)
        let pages = ChannelPages(
            context: context, fields: pairFields, grouping: Grouping(ignoring: [.port, .proto]), page: page,
            minimumCount: 1)
        let destinations = Set(channels.keys.compactMap(\.peer.address)).sorted()
        for part in destinations.chunks(of: CandidateQuery.destinationsAQuery) {
            let words = part.flatMap { [$0.description] + (channels.addressWords[$0] ?? []).sorted() }
            let among = QueryClause.terms(fields.destination, words.map(JSON.text))
            let pairs = try await pages.read(query.query(time: query.clause(for: self.census.window), further: [among]))
            for key in pairs.keys { census.sourcesByPeer[key.peer] += 1 }
        }
        census.hosts = try await hosts()
    }

    /// The site's hosts in the whole window: one bucket for each source.
    private func hosts() async throws -> Int {
        let source: JSON = ["s": ["terms": ["field": .text(fields.source)]]]
        let composite: JSON = ["size": .integer(Int64(page)), "sources": .array([source])]
        var hosts: Set<IPAddress> = []
        try await context.buckets(of: ["composite": composite], query.query(in: census.window)) { bucket in
            if let address = bucket["key", "s"]?.text.flatMap({ IPAddress($0) }) { hosts.insert(address) }
        }
        return Census.hosts(among: hosts)
    }
}
