import FlareKit
import RecordSchemas
import ZeekScanner

/// Which of a log's fields hold the columns of a kind of record: as flows by what Zeek's own documentation of its logs says
/// (Zeek 7, "Log Files"), by themselves by Zeek's schema.
enum LogFields {
    struct Source {
        /// Of several, a line each, the first that the log has.
        let field: String
        let form: ZeekForm

        init(_ field: String, _ form: ZeekForm = ZeekText) {
            self.field = field
            self.form = form
        }
    }

    /// The kinds that records of other logs than conn are by themselves.
    static let ownKinds: [RecordKind] = [.http, .tls, .certificate, .dns, .lookup]

    private static let schema = (try? BuiltInSchemas.zeek()) ?? RecordSchema()

    /// The logs whose records are of a kind by themselves. A QUIC initial holds a handshake.
    static func logs(of kind: RecordKind) -> [String] {
        (schema[kind]?.select["_path"] ?? []) + (kind == .tls ? ["quic"] : [])
    }

    /// The log whose fields a log has: reduced logs (Corelight) and those of connections that are not over (the packages
    /// zeek-open-connections and zeek-long-connections) have those of their originals.
    private static func original(of log: String) -> String {
        switch log {
        case "conn_long", "open_conn", "conn_red", "conn_agg": "conn"
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
        for (column, source) in kind == .flow ? asFlow(original(of: log)) : byThemselves(kind, original(of: log)) {
            columns[column] = source
        }
        return columns
    }

    private static func asFlow(_ log: String) -> [ColumnName: Source] {
        switch log {
        case "conn":
            [
                .sourcePort: Source("id.orig_p", ZeekCount),
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

    private static func byThemselves(_ kind: RecordKind, _ log: String) -> [ColumnName: Source] {
        guard log != "quic" else { return [.host: Source("server_name", ZeekHost)] }
        var columns: [ColumnName: Source] = [:]
        for (name, fields) in schema[kind]?.fields ?? [:] {
            guard let column = ColumnName.known.first(where: { $0.name == name }), column != .id else { continue }
            let field = fields.paths.joined(separator: "\n")
            switch column.form {
            case .number: columns[column] = Source(field, ZeekCount)
            case .text, .lines: columns[column] = Source(field)
            case .host: columns[column] = Source(field, ZeekHost)
            // Nobody asks for them before there are findings.
            case .time, .entries: break
            }
        }
        if kind == .http {
            columns[.isProxied] = Source("uri", ZeekProxyTarget)
            columns[.bytesToServer] = Source("request_body_len", ZeekCount)
            columns[.bytesToClient] = Source("response_body_len", ZeekCount)
        }
        return columns
    }
}
