import ElasticsearchClient
import FlareKit
import Logging
import Synchronization

/// The documents of an index as they are at one moment, held by the cluster while they are searched: a point in time,
/// or, where the server has no such thing, the scrolls of each search.
///
/// It has to be closed, whatever happens.
final class SearchContext: Sendable {
    private struct State {
        /// The newest id of the point in time.
        var pointInTime: String?
        /// The newest id of each scroll, by a number of its own.
        var scrolls: [Int: String] = [:]
        var lastScroll = 0
        var gap = Gap()
    }

    let cluster: Cluster
    let allowPartial: Bool
    /// How long the cluster keeps a search open between two requests.
    private static let keepAlive = "5m"
    let index: String
    private let state = Mutex(State())

    init(_ cluster: Cluster, index: String, allowPartial: Bool) {
        self.cluster = cluster
        self.index = index
        self.allowPartial = allowPartial
    }

    private var indexPath: String { "/\(PercentEncoding.index(index))" }

    /// Opens the point in time, where the server has such a thing.
    func open() async throws {
        let name: String
        let path: String
        switch cluster.server.context {
        case .scroll: return
        case .pointInTime: (name, path) = ("id", "\(indexPath)/_pit")
        case .openSearchPointInTime: (name, path) = ("pit_id", "\(indexPath)/_search/point_in_time")
        }
        let request = ClusterClient.Request(
            .post, path, query: [("keep_alive", Self.keepAlive)] + Cluster.lenient)
        let answer = try await cluster.client.json(request)
        guard let id = answer[name]?.text else {
            throw ClusterError(.malformed, "the answer has no \(name)", at: "POST \(path)")
        }
        state.withLock { $0.pointInTime = id }
        note(try Gap(answer["_shards"], ranOutOfTime: false, allowPartial: allowPartial, at: "POST \(path)"))
    }

    /// A request for a search of these documents as a whole.
    ///
    /// - Parameter filterPath: the parts of the answer that are wanted.
    func request(_ search: JSON, filterPath: String) -> ClusterClient.Request {
        var request: ClusterClient.Request
        if let id = state.withLock({ $0.pointInTime }) {
            let pit: JSON = ["id": .text(id), "keep_alive": .text(Self.keepAlive)]
            request = ClusterClient.Request(.post, "/_search", search.with("pit", pit))
        } else {
            request = ClusterClient.Request(.post, "\(indexPath)/_search", query: Cluster.lenient, search)
        }
        request.query.append(("filter_path", filterPath))
        return request
    }

    /// Asks for an aggregation or a few documents, in whole.
    ///
    /// - Parameter path: the parts of the answer that are wanted, beside those that tell whether it is whole.
    func search(_ search: JSON, for path: String) async throws -> JSON {
        let request = request(search, filterPath: "pit_id,timed_out,_shards,\(path)")
        let allowPartial = allowPartial
        let answer = try await cluster.client.answer(request) { answer throws(ClusterError) in
            let json: JSON
            do throws(JSONError) {
                json = try JSON(parsing: answer.body)
            } catch {
                throw ClusterError(.malformed, "the answer is not JSON: \(error)", at: answer.place)
            }
            guard json["_shards"] != nil else {
                throw ClusterError(.malformed, "the answer is not what a search answers", at: answer.place)
            }
            self.note(
                try Gap(
                    json["_shards"], ranOutOfTime: json["timed_out"]?.boolean ?? false, allowPartial: allowPartial,
                    at: answer.place))
            return json
        }
        if let id = answer["pit_id"]?.text { state.withLock { $0.pointInTime = id } }
        return answer
    }

    /// Begins a scroll.
    ///
    /// - Returns: its number, which stands for its id.
    func beginScroll() -> Int {
        state.withLock { state in
            state.lastScroll += 1
            return state.lastScroll
        }
    }

    /// A request for the first page of a scroll.
    func scrollRequest(_ search: JSON, filterPath: String) -> ClusterClient.Request {
        ClusterClient.Request(
            .post, "\(indexPath)/_search",
            query: [("scroll", Self.keepAlive)] + Cluster.lenient + [("filter_path", filterPath)],
            search.with("sort", ["_doc"]))
    }

    /// A request for the next page of a scroll.
    func nextRequest(ofScroll number: Int, filterPath: String) -> ClusterClient.Request {
        let id = state.withLock { $0.scrolls[number] } ?? ""
        var request = ClusterClient.Request(
            .post, "/_search/scroll", query: [("filter_path", filterPath)],
            ["scroll": .text(Self.keepAlive), "scroll_id": .text(id)])
        // The cluster moves on with each request: one whose answer was lost would leave out a page.
        request.isRepeatable = false
        return request
    }

    /// Takes note of the id under which a search goes on.
    func note(_ id: String, scroll number: Int) {
        state.withLock { state in
            if cluster.server.context == .scroll {
                state.scrolls[number] = id
            } else {
                state.pointInTime = id
            }
        }
    }

    /// Takes note of what an answer leaves out.
    func note(_ gap: Gap) { state.withLock { $0.gap.merge(gap) } }

    /// What the answers left out so far.
    var gap: Gap { state.withLock { $0.gap } }

    /// Lets the cluster forget the search. A failure is no error: the cluster forgets by itself when its time is up.
    func close() async {
        let taken = state.withLock { state in
            defer { state = State(gap: state.gap) }
            return state
        }
        var request: ClusterClient.Request?
        if let id = taken.pointInTime {
            request =
                cluster.server.product == .openSearch
                ? ClusterClient.Request(.delete, "/_search/point_in_time", ["pit_id": [.text(id)]])
                : ClusterClient.Request(.delete, "/_pit", ["id": .text(id)])
        } else if !taken.scrolls.isEmpty {
            let ids = Set(taken.scrolls.values).sorted()
            request = ClusterClient.Request(.delete, "/_search/scroll", ["scroll_id": .texts(ids)])
        }
        guard var request else { return }
        request.isFarewell = true
        do {
            _ = try await cluster.client.answer(request) { $0.status }
        } catch {
            Logger(label: "flare.elasticsearch").debug(
                "a search could not be closed; the cluster closes it in time", metadata: ["error": "\(error)"])
        }
    }
}
