import ElasticsearchClient
import FlareKit

/// A search that is read to its last document, page by page, perhaps in slices side by side.
struct Search: Sendable {
    let context: SearchContext
    /// The query.
    let query: JSON
    /// The fields to fetch.
    let fields: [String]
    /// Documents a page.
    let page: Int
    /// Into how many parts the documents are cut.
    let slices: Int
    /// How many documents it has to bring, where that is known beforehand.
    var expected: Int?

    /// The parts of an answer that are read. An index's name would come with every document.
    private static let filterPath =
        "pit_id,_scroll_id,timed_out,_shards,hits.total,hits.hits._id,hits.hits._source,hits.hits.sort"

    /// Whether the same page can be asked for again.
    var isRepeatable: Bool { context.cluster.server.context != .scroll }

    /// Fetches a page of a slice.
    ///
    /// - Parameters:
    ///   - sort: the sort values of the last document before; `nil` for the first page.
    ///   - scroll: the number of the slice's scroll.
    func fetch(slice: Int, scroll: Int, after sort: JSON?, isFirst: Bool) -> Fetch<ClusterClient.Answer> {
        let request = request(slice, scroll, after: sort, isFirst: isFirst)
        let client = context.cluster.client
        return Fetch { try await client.answer(request) { $0 } }
    }

    private func request(_ slice: Int, _ scroll: Int, after sort: JSON?, isFirst: Bool) -> ClusterClient.Request {
        if !isRepeatable, !isFirst { return context.nextRequest(ofScroll: scroll, filterPath: Self.filterPath) }
        var search: JSON = [
            "size": .integer(Int64(page)), "query": query, "_source": .texts(fields),
            "track_total_hits": .boolean(isFirst),
        ]
        if slices > 1 { search = search.with("slice", ["id": .integer(Int64(slice)), "max": .integer(Int64(slices))]) }
        if !isRepeatable { return context.scrollRequest(search, filterPath: Self.filterPath) }
        search = search.with("sort", [["_shard_doc": "asc"]]).with("search_after", sort)
        return context.request(search, filterPath: Self.filterPath)
    }
}
