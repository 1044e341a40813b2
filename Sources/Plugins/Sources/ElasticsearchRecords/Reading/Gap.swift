import ElasticsearchClient
import FlareKit

/// What answers of a search leave out of an index.
struct Gap: Sendable, Equatable {
    /// Shards that failed or said nothing, and of how many.
    private(set) var shards = 0
    private(set) var ofShards = 0
    /// Whether the cluster ended a search before its end.
    private(set) var ranOutOfTime = false
    /// Whether the cluster did not say how many documents match, so that an early end looks like any other.
    var isUncounted = false

    init() {}

    /// Reads what an answer says of itself.
    ///
    /// A shard of which no copy is there (a red cluster) is none of the failed ones: it is not among the successful.
    ///
    /// - Parameters:
    ///   - shards: `_shards` of the answer.
    ///   - allowPartial: whether failed shards and a search without its end are gaps, and no error.
    /// - Throws: `ClusterError` where shards failed or time ran out.
    init(_ shards: JSON?, ranOutOfTime: Bool, allowPartial: Bool, at place: String) throws(ClusterError) {
        let failed = max(0, shards?["failed"]?.integer ?? 0)
        if !allowPartial {
            if ranOutOfTime { throw Self.ranOutOfTime(at: place) }
            if failed > 0 { throw Self.failedShards(shards, failed, at: place) }
        }
        self.ranOutOfTime = ranOutOfTime
        guard let total = shards?["total"]?.integer else { return }
        let successful = max(0, shards?["successful"]?.integer ?? total)
        ofShards = Int(clamping: total)
        self.shards = Int(clamping: max(failed, total.subtractingClamped(successful), 0))
    }

    private static func ranOutOfTime(at place: String) -> ClusterError {
        ClusterError(
            .partial, "the cluster ran out of time and answered only a part", at: place,
            remedy: "allow_partial: true takes it all the same")
    }

    private static func failedShards(_ shards: JSON?, _ failed: Int64, at place: String) -> ClusterError {
        let total = shards?["total"]?.integer ?? failed
        let first = shards?["failures"]?.elements?.first?["reason"]
        let cause = first?["reason"]?.text ?? first?["type"]?.text
        if first?["type"]?.text == "search_context_missing_exception" {
            return ClusterError(
                .expired, "the search was closed before its end: \(cause ?? "its context is gone")", at: place,
                remedy: "raise keep_alive")
        }
        return ClusterError(
            .partial, "\(failed) of \(total) shards failed" + (cause.map { ": \($0)" } ?? ""), at: place,
            remedy: "allow_partial: true goes on without them")
    }

    /// Adds what another answer leaves out of the same index.
    mutating func merge(_ other: Gap) {
        if other.shards > shards { (shards, ofShards) = (other.shards, other.ofShards) }
        ranOutOfTime = ranOutOfTime || other.ranOutOfTime
        isUncounted = isUncounted || other.isUncounted
    }

    /// What is left out, a sentence each.
    func sentences(on index: String) -> [String] {
        var sentences: [String] = []
        if shards > 0 {
            sentences.append(
                "\(shards.grouped) of \(ofShards.grouped) shards of \(index) did not answer; their records are missing")
        }
        if ranOutOfTime {
            sentences.append("the cluster ran out of time over \(index); some of its records are missing")
        }
        if isUncounted {
            sentences.append(
                "the cluster does not say how many documents of \(index) match; records may be missing")
        }
        return sentences
    }
}
