import ElasticsearchClient
import FlareKit

extension ElasticsearchSink: CheckablePlugin {
    /// Whether documents could be written. A document that is not there is deleted: it takes the same right as writing
    /// one, and leaves nothing.
    public func check(_ question: CheckQuestion) async -> [CheckRemark] {
        do {
            let cluster = try await session.cluster()
            let end = question.window.until ?? question.now
            let dated = try DatedName(options.index, option: "index")
            var names = [options.dataStream ?? dated.name(at: end)]
            if let runs = options.runs { names.append(runs) }
            var remarks = await ServerCheck(cluster: cluster, now: question.now).remarks()
            for name in names { remarks.append(try await check(writing: name, cluster)) }
            await session.close()
            return remarks
        } catch {
            await session.close()
            return [CheckRemark(failure: error)]
        }
    }

    private func check(writing index: String, _ cluster: Cluster) async throws -> CheckRemark {
        var action: JSON = ["_index": .text(index), "_id": "flare-check"]
        if cluster.server.needsTypes { action = action.with("_type", "_doc") }
        var request = ClusterClient.Request(.post, "/_bulk", ["delete": action])
        request.body?.append(UInt8(ascii: "\n"))
        request.contentType = "application/x-ndjson"
        let answer = try await cluster.client.json(request)
        let result = answer["items"]?.elements?.first?.members?.first?.value
        let status = result?["status"]?.integer ?? 0
        switch status {
        case 200..<300, 404: return CheckRemark(.fine, "\(index) may be written to")
        case 400 where options.dataStream == index:
            return CheckRemark(.fine, "\(index) is a data stream; whether it may be written to is not known")
        default:
            let reason = result?["error", "reason"]?.text ?? "status \(status)"
            return CheckRemark(
                .wrong, "\(index) may not be written to: \(reason)",
                remedy: "the user needs the privileges create_index and index on it")
        }
    }
}
