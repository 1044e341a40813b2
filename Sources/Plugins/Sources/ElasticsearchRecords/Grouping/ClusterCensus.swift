import ElasticsearchClient
import FlareKit

/// Takes the census of a window on the cluster's side, exact to the last record.
struct ClusterCensus: Sendable {
    let context: SearchContext
    let query: RecordQuery
    let fields: GroupingFields
    let window: TimeWindow

    /// A histogram's buckets are limited to 10,000 in Elasticsearch 6 and early 7 (`search.max_buckets`).
    private static let minutesARequest: Int64 = 8640

    /// What is known of the window as a whole.
    struct Extent: Sendable {
        /// Documents that match, readable or not.
        var total = 0
        /// Documents without a source or a destination.
        var withoutAddresses = 0
        /// Documents that have the time of writing alone.
        var withoutTime = 0
        /// The first and the last start, exact, without strays; `nil` where nothing matches.
        var span: (first: Timestamp, last: Timestamp)?
        /// What lies far from all others.
        var strays: [RecordedDays.Stray] = []

        /// Documents that make channels.
        func readable(without unreadable: Int) -> Int {
            max(0, total.subtractingClamped(withoutAddresses).subtractingClamped(unreadable))
        }
    }

    func extent() async throws -> Extent {
        let missing = QueryClause.any([fields.source, fields.destination].map(QueryClause.missing))
        let aggregations: JSON = [
            "missing": ["filter": missing], "timeless": ["filter": QueryClause.missing(query.time)],
        ]
        let answer = try await context.search(
            ["size": 0, "track_total_hits": true, "query": query.query(in: window), "aggs": aggregations],
            for: "hits.total,aggregations.*.doc_count")
        let total = answer["hits", "total"]
        guard let count = total?.integer ?? total?["value"]?.integer else {
            throw PluginError("the cluster does not say how many documents match")
        }
        var extent = Extent()
        extent.total = Int(clamping: count)
        extent.withoutAddresses = Int(clamping: answer["aggregations", "missing", "doc_count"]?.integer ?? 0)
        extent.withoutTime = Int(clamping: answer["aggregations", "timeless", "doc_count"]?.integer ?? 0)
        var days = DayCounts()
        for (minute, records) in try await histogram(window, every: "1440m") {
            days.add(Int(clamping: records), on: Timestamp(minute: minute).day)
        }
        guard let recorded = RecordedDays(days.counts) else { return extent }
        extent.strays = recorded.strays
        extent.span = try await span(
            of: part(
                Timestamp(day: recorded.body.lowerBound), Timestamp(day: recorded.body.upperBound.addingClamped(1))))
        return extent
    }

    /// The first and the last start in a part of the window.
    private func span(of part: TimeWindow) async throws -> (first: Timestamp, last: Timestamp)? {
        let answer = try await context.search(
            [
                "size": 0, "track_total_hits": false,
                "query": query.query(time: RecordQuery.range(query.time, part)),
                "aggs": [
                    "first": ["min": ["field": .text(query.time)]], "last": ["max": ["field": .text(query.time)]],
                ],
            ], for: "aggregations.*.value")
        guard let first = milliseconds(answer["aggregations", "first", "value"]),
            let last = milliseconds(answer["aggregations", "last", "value"])
        else { return nil }
        return (try await exact(inMillisecond: first, min), try await exact(inMillisecond: last, max))
    }

    /// What of the window lies between two moments.
    private func part(_ since: Timestamp, _ until: Timestamp) -> TimeWindow {
        TimeWindow(since: max(since, window.since ?? since), until: min(until, window.until ?? until))
    }

    private func milliseconds(_ value: JSON?) -> Int64? { value?.number.flatMap { Int64(exactly: $0.rounded(.down)) } }

    /// The first or last start within a millisecond: the index knows no finer, the document does.
    private func exact(inMillisecond millisecond: Int64, _ better: (Timestamp, Timestamp) -> Timestamp) async throws
        -> Timestamp
    {
        let start = Timestamp(nanoseconds: millisecond.multipliedClamped(by: Milliseconds.nanoseconds))
        let within = TimeWindow(since: start, until: start.advanced(by: Milliseconds.nanoseconds))
        let most = 10_000
        let answer = try await context.search(
            [
                "size": .integer(Int64(most)), "track_total_hits": false, "_source": .texts([query.time]),
                "query": query.query(time: RecordQuery.range(query.time, within)),
            ], for: "hits.hits._source")
        let hits = answer["hits", "hits"]?.elements ?? []
        guard hits.count < most else { throw NoGrouping("too many flows start in one millisecond") }
        let times = hits.compactMap { $0["_source"].flatMap { Self.time(query.time, in: $0) } }
            .filter(within.contains)
        return times.dropFirst().reduce(times.first ?? start, better)
    }

    /// A date in a document that is nested, flat or half and half.
    static func time(_ path: String, in document: JSON) -> Timestamp? {
        switch document[path] {
        case .text(let text)?: return Timestamp(text)
        case .array(let elements)?: return elements.first?.text.flatMap { Timestamp($0) }
        case let value?:
            return value.integer.map {
                Timestamp(nanoseconds: $0.multipliedClamped(by: Milliseconds.nanoseconds))
            }
        case nil: break
        }
        for member in document.members ?? [] where path.hasPrefix(member.name + ".") {
            if let time = time(String(path.dropFirst(member.name.count + 1)), in: member.value) { return time }
        }
        return nil
    }

    /// Counts the records of each minute of the census's window.
    func countMinutes(_ census: inout Census) async throws {
        census.beginMinutes()
        for offset in stride(from: Int64(0), to: Int64(census.recordsByMinute.count), by: Int(Self.minutesARequest)) {
            let begin = census.firstMinute + offset
            let minutes = part(
                Timestamp(minute: begin), Timestamp(minute: begin.addingClamped(Self.minutesARequest)))
            for (minute, records) in try await histogram(minutes, every: "1m") {
                census.count(UInt32(clamping: records), inMinute: minute)
            }
        }
    }

    /// Records by minute, or by what else divides time.
    private func histogram(_ part: TimeWindow, every interval: String) async throws
        -> [(minute: Int64, records: Int64)]
    {
        let histogram: JSON = ["field": .text(query.time), "min_doc_count": 1]
        let answer = try await context.search(
            [
                "size": 0, "track_total_hits": false,
                "query": query.query(time: RecordQuery.range(query.time, part)),
                "aggs": [
                    "h": ["date_histogram": histogram.with(context.cluster.server.fixedInterval, .text(interval))]
                ],
            ], for: "aggregations.h.buckets.key,aggregations.h.buckets.doc_count")
        return (answer["aggregations", "h", "buckets"]?.elements ?? []).compactMap { bucket in
            guard let key = bucket["key"]?.integer, let count = bucket["doc_count"]?.integer else { return nil }
            return (key / 60_000, count)
        }
    }
}
