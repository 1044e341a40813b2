/// A kind of record that sensors write. The set is open: a kind is a named type, and a plugin may bring its own.
///
/// Every record has the head that `RecordTable` keeps (start, source, destination, port, protocol);
/// what else it has are named columns.
public struct RecordKind: Hashable, Sendable, Codable {
    public let name: String

    public init(_ name: String) { self.name = name }

    /// A connection or a flow: the hot kind, and the one channels are made of by default.
    public static let flow = RecordKind("flow")
    /// A lookup or its answer: client, server, `query`, `query_type`, `answers`.
    public static let dns = RecordKind("dns")
    /// A lookup with its answers, of which calls get their names: client, server, `query`, `answers`, `answer_ttls`.
    public static let lookup = RecordKind("lookup")
    /// A TLS handshake: `host` (SNI), `subject`, `issuer`, `ja3`, `ja4`.
    public static let tls = RecordKind("tls")
    public static let certificate = RecordKind("certificate")
    /// An HTTP request: `host`, `method`, `url`, `user_agent`, `status`.
    public static let http = RecordKind("http")
    public static let file = RecordKind("file")
    public static let ssh = RecordKind("ssh")
    /// A signature that matched: `signature`, `category`, `severity`.
    public static let alert = RecordKind("alert")
    /// The sensor's own remarks: anomaly, weird, notice.
    public static let notice = RecordKind("notice")
    /// Who on a machine made a connection: `process`, `user`.
    public static let process = RecordKind("process")
}

extension RecordKind: CustomStringConvertible {
    public var description: String { name }
}

/// A named column of a record kind beyond the head.
public struct ColumnName: Hashable, Sendable, Codable {
    public let name: String
    public let isText: Bool

    /// A column of whole numbers.
    public static func number(_ name: String) -> ColumnName { ColumnName(name: name, isText: false) }
    /// A column of texts.
    public static func text(_ name: String) -> ColumnName { ColumnName(name: name, isText: true) }

    /// Bytes from source to destination.
    public static let bytesToServer = number("bytes_toserver")
    /// Bytes from destination to source.
    public static let bytesToClient = number("bytes_toclient")
    public static let packetsToServer = number("pkts_toserver")
    public static let packetsToClient = number("pkts_toclient")
    /// Nanoseconds from the start to the end.
    public static let duration = number("duration")
    /// The sensor's own id of the flow (flow_id, uid) as 64 bits; records on the same flow share it.
    public static let id = number("id")
    /// The host asked for, by SNI or Host.
    public static let host = text("host")
    /// The name looked up.
    public static let query = text("query")
    /// `http`: 1 where the request is in a form that is sent to proxies alone: CONNECT, or an absolute URI
    /// (RFC 9112, 3.2.2 and 3.2.3).
    public static let isProxied = number("is_proxied")
}

extension ColumnName: CustomStringConvertible {
    public var description: String { name }
}
