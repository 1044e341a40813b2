/// What a server is asked.
public struct HTTPRequest: Sendable {
    public var method: String
    /// `http://` or `https://`, percent-encoded; of a mail `smtp://` or `smtps://`.
    public var url: String
    public var headers: [(name: String, value: String)]
    public var body: [UInt8]?
    /// How long it may take from its beginning to the answer's last byte.
    public var timeout: Duration
    /// A longer body of an answer is refused, in bytes.
    public var longestAnswer: Int
    /// Of a mail over SMTP, whose text is the body: who sends it, and who gets it.
    public var envelope: Envelope?

    /// Addresses, without names; and who logs in.
    public struct Envelope: Sendable {
        public var from: String
        public var to: [String]
        public var user: (name: String, password: String)?
        /// Whether the server has to offer STARTTLS, where the URL is smtp://.
        public var needsTLS: Bool

        public init(from: String, to: [String], user: (name: String, password: String)?, needsTLS: Bool) {
            (self.from, self.to, self.user, self.needsTLS) = (from, to, user, needsTLS)
        }
    }

    public init(
        _ method: String = "GET", url: String, headers: [(name: String, value: String)] = [], body: [UInt8]? = nil,
        timeout: Duration, longestAnswer: Int
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.longestAnswer = longestAnswer
    }
}

/// What a server answered, whole.
public struct HTTPResponse: Sendable {
    public var status: Int
    public var headers: [(name: String, value: String)]
    /// Unpacked.
    public var body: [UInt8]

    /// The first value of a header; names are compared in any case.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}

/// How servers are reached.
public struct HTTPSettings: Sendable {
    /// How long a connection may take to come about, its TLS too.
    public var connectTimeout = Duration.seconds(10)
    /// Requests at a time; further ones wait.
    public var connections = 8
    /// `http://host:port` of a proxy that is asked to CONNECT. The environment names none.
    public var proxy: String?
    /// A port of the loopback that all connections go to, whatever host the URL names: a tunnel's.
    public var tunnelPort: Int?
    /// Whether the server's certificate and name are checked.
    public var verifies = true
    /// The certificates to trust in place of the system's, in PEM.
    public var authorities: [UInt8]?
    /// The client's own certificate and those above it, in PEM.
    public var certificate: [UInt8]?
    /// The key of the client's own certificate, in PEM.
    public var key: [UInt8]?
    public var passphrase: String?

    public init() {}
}
