import ElasticsearchClient
import FlareKit

/// A server that answered: its client, and what it is.
struct ClickHouseServer: ReachedServer {
    let client: ClusterClient
    let version: Server.Version
    let versionText: String
    /// What is set for every query of a user who may set something.
    private let settings: [(name: String, value: String)]

    /// Queries take parameters since 19.14 ("HTTP interface", queries with parameters).
    var hasParameters: Bool { version >= Server.Version(19, 14) }

    static func reach(_ client: ClusterClient) async throws -> ClickHouseServer {
        let answer: ClusterClient.Answer
        do {
            let ask =
                "SELECT version(), ifNull(toString((SELECT value FROM system.settings WHERE name = 'readonly')), '')"
            answer = try await client.answer(request(Statement(ask), [])) { $0 }
        } catch let error as ClusterError {
            throw PluginError(clickHouse: error)
        }
        var rows = RowBinary(answer.body)
        guard let text = try? rows.text(), let version = Server.Version(text), let rights = try? rows.text(),
            rows.isAtEnd
        else {
            throw PluginError(
                "what answers is no ClickHouse server", at: client.name,
                remedy: "see whether the URL and the port are right; ClickHouse's port for HTTP is 8123, with TLS 8443")
        }
        // Who may set something reads only, whatever a filter says, and a query ends with its connection.
        var settings: [(name: String, value: String)] = rights == "0" ? [("readonly", "2")] : []
        if rights == "0", version >= Server.Version(19, 14) {
            settings.append(("cancel_http_readonly_queries_on_client_close", "1"))
        }
        return ClickHouseServer(client: client, version: version, versionText: text, settings: settings)
    }

    private static func request(_ statement: Statement, _ settings: [(name: String, value: String)])
        -> ClusterClient.Request
    {
        // An error in the middle of an answer would stand behind a status of 200, had the server not waited for the end.
        let query = [(name: "wait_end_of_query", value: "1")] + settings + statement.parameters
        var request = ClusterClient.Request(.post, "/", query: query)
        request.body = Array((statement.text + " FORMAT RowBinary").utf8)
        request.contentType = "text/plain; charset=utf-8"
        return request
    }

    /// Asks, and reads all rows of the answer.
    ///
    /// - Parameter read: reads the answer up to its end.
    func rows<Result: Sendable>(
        _ statement: Statement, read: @escaping @Sendable (inout RowBinary) throws(RowBinary.Damage) -> Result
    ) async throws -> Result {
        do {
            return try await client.answer(Self.request(statement, settings)) { answer in
                var rows = RowBinary(answer.body)
                do throws(RowBinary.Damage) {
                    let result = try read(&rows)
                    guard rows.isAtEnd else { throw RowBinary.Damage() }
                    return result
                } catch {
                    throw ClusterError(damagedAnswer: answer)
                }
            }
        } catch let error as ClusterError {
            throw PluginError(clickHouse: error)
        }
    }
}

extension ClickHouseServer: CustomStringConvertible {
    var description: String { "ClickHouse \(versionText)" }
}

extension ClusterError {
    /// How much of an answer's end is looked at for an error, in bytes.
    private static let longestEnd = 16_384

    /// An answer that is not whole, or not of the form that was asked for.
    fileprivate init(damagedAnswer answer: ClusterClient.Answer) {
        let end = String(decoding: answer.body.suffix(Self.longestEnd), as: UTF8.self)
        if let mark = end.range(of: "Code: "), end[mark.lowerBound...].contains("DB::Exception") {
            self.init(.partial, Redaction.redacted(String(end[mark.lowerBound...])), at: answer.place)
        } else {
            self.init(.malformed, "the answer is not whole", at: answer.place)
        }
    }
}

extension PluginError {
    /// A server's error in its own words, and what to do.
    init(clickHouse error: ClusterError) {
        let (code, words) = ClickHouseWords.read(error.what)
        let remedy: String? =
            switch (code, error.kind) {
            case (60, _): "see whether database and table are right"
            case (81, _): "see whether database is right"
            case (192, _), (193, _), (194, _), (516, _), (_, .status(401)):
                "see whether auth names the right user and password"
            case (497, _), (_, .status(403)): "the user needs SELECT on the table (GRANT SELECT ON … TO …)"
            case (159, _): "ask for less at a time with window, or raise the server's max_execution_time"
            case (241, _): "ask for less at a time with window, or raise the server's max_memory_usage"
            case (nil, _) where error.kind != .malformed: error.remedy
            default: nil
            }
        self.init(words, at: error.place, remedy: remedy)
    }
}

/// What a server says of an error: `Code: 60. DB::Exception: Table … (UNKNOWN_TABLE) (version 26.9.2.1)`, and before 20.?
/// `Code: 60, e.displayText() = DB::Exception: Table …, e.what() = DB::Exception`.
enum ClickHouseWords {
    static func read(_ text: String) -> (code: Int?, words: String) {
        guard let mark = text.range(of: "Code: "), let start = text.range(of: "DB::Exception: "),
            let code = Int(text[mark.upperBound...].prefix { $0.isNumber })
        else { return (nil, text) }
        var words = text[start.upperBound...]
        for end in [", e.what()", " (version "] {
            if let place = words.range(of: end) { words = words[..<place.lowerBound] }
        }
        return (code, "\(words) (code \(code))")
    }
}
