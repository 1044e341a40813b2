import ElasticsearchClient
import FlareKit
import HTTP

/// Writes documents in bounded requests, and tells what became of each.
struct Bulk: Sendable {
    /// A document and where it goes.
    struct Item: Sendable {
        var index: String
        var id: String
        var document: JSON
        /// Whether a document with the id stays as it is, as data streams ask for.
        var onlyCreates = false
    }

    /// What became of all documents.
    struct Outcome: Sendable {
        var written = 0
        /// Documents that were there already.
        var present = 0
        /// Documents that the cluster does not take, and why.
        var refused: [(item: Item, reason: String)] = []
    }

    let cluster: Cluster
    let policy: RetryPolicy
    /// Documents a request.
    let batch: Int
    /// Bytes a request.
    private static let batchSize = 5_000_000

    /// - Parameter outcome: what became of documents, also where an error ends the writing.
    func write(_ items: [Item], into outcome: inout Outcome) async throws {
        var rest = items[...]
        while !rest.isEmpty {
            var lines: [UInt8] = []
            var taken: [Item] = []
            while let item = rest.first, taken.count < batch {
                let line = line(item)
                if !taken.isEmpty, lines.count + line.count > Self.batchSize { break }
                lines += line
                taken.append(item)
                rest.removeFirst()
            }
            try await write(taken, &outcome)
        }
    }

    private func line(_ item: Item) -> [UInt8] {
        var action: JSON = ["_index": .text(item.index), "_id": .text(item.id)]
        if cluster.server.needsTypes { action = action.with("_type", "_doc") }
        var bytes: [UInt8] = []
        JSON.object([.init(name: item.onlyCreates ? "create" : "index", value: action)]).write(to: &bytes)
        bytes.append(UInt8(ascii: "\n"))
        item.document.write(to: &bytes)
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    /// Writes one request's documents; those that the cluster was too busy for are written again, later.
    private func write(_ items: [Item], _ outcome: inout Outcome) async throws {
        var items = items
        var attempt = 0
        while true {
            var request = ClusterClient.Request(.post, "/_bulk")
            request.body = items.flatMap(line)
            request.contentType = "application/x-ndjson"
            let answers = try await cluster.client.json(request)["items"]?.elements ?? []
            guard answers.count == items.count else {
                throw PluginError(
                    "the cluster answered for \(answers.count) of \(items.count) documents", at: cluster.client.name)
            }
            var later: [Item] = []
            var reason = ""
            for (item, answer) in zip(items, answers) {
                let result = answer.members?.first?.value
                let status = result?["status"]?.integer ?? 0
                switch status {
                case 200..<300: outcome.written += 1
                case 409 where item.onlyCreates: outcome.present += 1
                case let status where RetryPolicy.passingStatuses.contains(Int(status)):
                    later.append(item)
                    reason = Self.reason(result)
                default: outcome.refused.append((item, Self.reason(result)))
                }
            }
            if later.isEmpty { return }
            guard attempt < policy.retries else {
                throw PluginError(
                    "\(later.count) documents were not taken after \(attempt + 1) times: \(reason)",
                    at: cluster.client.name, remedy: "the cluster is too busy; run again later")
            }
            try await policy.pause(policy.pause(before: attempt))
            attempt += 1
            items = later
        }
    }

    private static func reason(_ result: JSON?) -> String {
        let error = result?["error"]
        let cause = error?["caused_by", "reason"]?.text
        let reason = error?["reason"]?.text ?? error?.text ?? "status \(result?["status"]?.integer ?? 0)"
        return reason + (cause.map { ": \($0)" } ?? "")
    }
}
