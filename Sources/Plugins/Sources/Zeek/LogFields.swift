import FlareKit
import ZeekScanner

/// Which of a log's fields hold the columns of a kind of record.
///
/// The names are those of Zeek's own documentation of its logs (Zeek 7, "Log Files").
enum LogFields {
    struct Source {
        let field: String
        let form: ZeekForm

        init(_ field: String, _ form: ZeekForm = ZeekText) {
            self.field = field
            self.form = form
        }
    }

    /// The kinds that records of other logs than conn are by themselves.
    static let ownKinds: [RecordKind] = [.http, .tls, .dns]

    /// The logs whose records are of a kind by themselves.
    static func logs(of kind: RecordKind) -> [String] {
        switch kind {
        case .http: ["http", "http_red", "open_http"]
        // A QUIC initial holds a handshake.
        case .tls: ["ssl", "ssl_red", "open_ssl", "quic"]
        case .dns: ["dns", "dns_red"]
        default: []
        }
    }

    /// The log whose fields a log has: reduced logs (Corelight) and those of connections that are not over (the packages
    /// zeek-open-connections and zeek-long-connections) have those of their originals.
    private static func original(of log: String) -> String {
        switch log {
        case "conn_long", "open_conn", "conn_red": "conn"
        case "http_red", "open_http": "http"
        case "ssl_red", "open_ssl": "ssl"
        case "dns_red": "dns"
        default: log
        }
    }

    /// The fields of a log for one kind of record. A column that is not among them stays unknown.
    ///
    /// - Parameter log: Zeek's name of it; any other log, known or not, has an id of the connection at most.
    static func columns(of log: String, as kind: RecordKind) -> [ColumnName: Source] {
        var columns = [ColumnName.id: Source("uid", ZeekIdentity)]
        for (column, source) in kind == .flow ? asFlow(original(of: log)) : byThemselves(original(of: log)) {
            columns[column] = source
        }
        return columns
    }

    private static func asFlow(_ log: String) -> [ColumnName: Source] {
        switch log {
        case "conn":
            [
                .bytesToServer: Source("orig_bytes", ZeekCount), .bytesToClient: Source("resp_bytes", ZeekCount),
                .packetsToServer: Source("orig_pkts", ZeekCount), .packetsToClient: Source("resp_pkts", ZeekCount),
                .duration: Source("duration", ZeekSeconds), .text("state"): Source("conn_state"),
                .text("service"): Source("service"),
            ]
        case "http":
            [
                .bytesToServer: Source("request_body_len", ZeekCount),
                .bytesToClient: Source("response_body_len", ZeekCount), .host: Source("host", ZeekHost),
            ]
        case "ssl": [.host: Source("server_name", ZeekHost)]
        default: [:]
        }
    }

    private static func byThemselves(_ log: String) -> [ColumnName: Source] {
        switch log {
        case "http":
            [
                .host: Source("host", ZeekHost), .text("method"): Source("method"), .text("url"): Source("uri"),
                .text("user_agent"): Source("user_agent"), .number("status"): Source("status_code", ZeekCount),
                .isProxied: Source("uri", ZeekProxyTarget), .bytesToServer: Source("request_body_len", ZeekCount),
                .bytesToClient: Source("response_body_len", ZeekCount),
            ]
        case "ssl":
            [
                .host: Source("server_name", ZeekHost), .text("subject"): Source("subject"),
                .text("issuer"): Source("issuer"), .text("version"): Source("version"), .text("ja3"): Source("ja3"),
                .text("ja4"): Source("ja4"),
            ]
        case "quic": [.host: Source("server_name", ZeekHost)]
        case "dns":
            [
                .query: Source("query", ZeekHost), .text("query_type"): Source("qtype_name"),
                .text("answers"): Source("answers"), .text("response_code"): Source("rcode_name"),
            ]
        default: [:]
        }
    }
}
