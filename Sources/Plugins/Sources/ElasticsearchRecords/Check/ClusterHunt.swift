import ElasticsearchClient
import FlareKit
import RecordSchemas

/// Finds flows in a cluster of which nothing is known but where it answers: which indices hold them, and which schema
/// fits.
public struct ClusterHunt: Sendable {
    /// What was found: the options of a source `elasticsearch`.
    public struct Found: Sendable {
        public let index: String
        public let schema: String
        /// Whether the schema knows more of what sensors say than flows.
        public let hasContext: Bool
        /// What was chosen and why, one line each.
        public let choices: [String]
    }

    private let url: String
    private let index: String?
    private let environment: [String: String]
    private let passwordFile: String?

    /// - Parameters:
    ///   - url: where the cluster answers.
    ///   - index: the indices to look at; those of all known schemas where none are named.
    ///   - environment: credentials are taken from FLARE_ES_USERNAME with FLARE_ES_PASSWORD, FLARE_ES_API_KEY, or
    ///     FLARE_ES_TOKEN; FLARE_ES_CA names the certificates to trust.
    ///   - passwordFile: a file with the password in place of FLARE_ES_PASSWORD.
    public init(url: String, index: String?, environment: [String: String], passwordFile: String? = nil) {
        self.url = url
        self.index = index
        self.environment = environment
        self.passwordFile = passwordFile
    }

    /// Asks the cluster.
    ///
    /// - Throws: `PluginError` where it does not answer or holds no flows that are known.
    public func find() async throws -> Found {
        let session = ClusterSession(try connection())
        do {
            let found = try await find(session)
            await session.close()
            return found
        } catch {
            await session.close()
            if let error = error as? ClusterError { throw PluginError(error) }
            throw error
        }
    }

    private func connection() throws -> ConnectionOptions {
        var connection = ConnectionOptions()
        connection.urls = [url]
        connection.auth.username = environment["FLARE_ES_USERNAME"]
        connection.auth.password =
            passwordFile.map { Secret(file: $0) } ?? environment["FLARE_ES_PASSWORD"].map { Secret($0) }
        connection.auth.apiKey = environment["FLARE_ES_API_KEY"].map { Secret($0) }
        connection.auth.token = environment["FLARE_ES_TOKEN"].map { Secret($0) }
        connection.tls.ca = environment["FLARE_ES_CA"].map { OptionPath($0) }
        do {
            try connection.check(codeFolders: [])
        } catch let complaint as OptionComplaint {
            throw PluginError(complaint.message, at: url, remedy: complaint.suggestion ?? complaint.expected)
        }
        return connection
    }

    private func find(_ session: ClusterSession) async throws -> Found {
        let cluster = try await session.cluster()
        var best: (index: String, schema: String, title: String, flows: Int)?
        let patterns = if let index { [index] } else { try await cluster.flowPatterns() }
        for pattern in patterns {
            guard let fit = try await SchemaFit.best(of: pattern, cluster) else { continue }
            if fit.documents > best?.flows ?? 0 { best = (pattern, fit.name, fit.title, fit.documents) }
        }
        guard let best else {
            throw PluginError(
                patterns.isEmpty
                    ? "no index of a known name holds anything"
                    : "no known schema fits \(patterns.joined(separator: ", "))",
                at: url, remedy: "name the indices with --index, or write a pipeline file with fields")
        }
        return Found(
            index: best.index, schema: best.schema,
            hasContext: try BuiltInSchemas.schema(best.schema).map { $0.kinds.count > 1 } ?? false,
            choices: [
                "\(url) is \(cluster.server)", "index: \(best.index), \(best.flows) flows",
                "schema: \(best.schema) (\(best.title))",
            ])
    }
}
