import ElasticsearchClient
import FlareKit

extension ElasticsearchSource: CheckablePlugin {
    public func check(_ question: CheckQuestion) async -> [CheckRemark] {
        do {
            let cluster = try await session.cluster()
            var remarks = await ServerCheck(cluster: cluster, now: question.now).remarks()
            for query in try await queries(question.kinds.keys, cluster) {
                let check = IndexCheck(
                    cluster: cluster, query: query, window: question.window,
                    columns: question.kinds[query.kind] ?? [], schema: options.schema)
                remarks += try await check.remarks()
            }
            return remarks
        } catch {
            return [CheckRemark(failure: error)]
        }
    }
}
