import AsyncHTTPClient
import FlareKit
import Logging
import NIOCore
import Synchronization

/// Asks a cluster: one request at a time or several side by side, each again where that helps, of the nodes in turn.
///
/// Has to be closed after use.
final class ClusterClient: Sendable {
    struct Request: Sendable {
        enum Method: String, Sendable { case get = "GET", post = "POST", put = "PUT", delete = "DELETE", head = "HEAD" }

        var method: Method
        /// With a slash at its beginning, percent-encoded.
        var path: String
        var query: [(name: String, value: String)] = []
        var body: [UInt8]?
        var contentType = "application/json"
        /// Whether a second time does no harm where the first one's answer was lost.
        var isRepeatable = true

        init(_ method: Method, _ path: String, query: [(name: String, value: String)] = [], _ body: JSON? = nil) {
            self.method = method
            self.path = path
            self.query = query
            self.body = body.map { body in
                var bytes: [UInt8] = []
                body.write(to: &bytes)
                return bytes
            }
        }
    }

    struct Answer: Sendable {
        var status: Int
        var body: [UInt8]
        /// `METHOD URL`, for errors.
        var place: String
        /// The server's `Date` header.
        var date: String?
    }

    private let client: HTTPClient
    private let urls: [ClusterURL]
    private let headers: [(String, String)]
    private let timeout: TimeAmount
    private let policy: RetryPolicy
    /// The node that answered last.
    private let current = Mutex(0)
    private let received = Mutex(Int64(0))
    private let logger = Logger(label: "flare.elasticsearch")

    /// The largest answer that is taken into memory, in bytes.
    static let largestAnswer = 256 << 20

    /// - Parameter isTunnelled: whether all hosts are reached by the loopback.
    init(
        _ options: ConnectionOptions, urls: [ClusterURL], isTunnelled: Bool = false, policy: RetryPolicy? = nil
    ) throws {
        self.urls = urls
        self.policy = policy ?? RetryPolicy(retries: options.retries)
        timeout = .nanoseconds(options.timeout.nanoseconds)
        var headers = [("User-Agent", "flare"), ("Accept", "application/json")]
        if let authorization = try options.auth.header() {
            headers.append(("Authorization", authorization))
            if !isTunnelled, urls.contains(where: { !$0.isEncrypted && !$0.isLoopback }) {
                logger.warning("credentials are sent without TLS; anybody on the way can read them")
            }
        }
        self.headers = headers
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: try options.tls.configuration(), redirectConfiguration: .disallow,
            timeout: .init(connect: .nanoseconds(options.connectTimeout.nanoseconds)),
            proxy: try options.proxy.map(Self.proxy),
            decompression: options.compress ? .enabled(limit: .ratio(2000)) : .disabled)
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        if isTunnelled { for url in urls { configuration.dnsOverride[url.host] = "127.0.0.1" } }
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        if !options.tls.verify {
            logger.warning(
                "the server's certificate is NOT checked (tls.verify: false); anybody on the way can answer in its place"
            )
        }
    }

    private static func proxy(_ text: String) throws -> HTTPClient.Configuration.Proxy {
        let url = try ClusterURL(text, option: "proxy")
        return .server(host: url.host, port: url.port)
    }

    /// Bytes of answers' bodies, as they came out of the transfer.
    var bytesReceived: Int64 { received.withLock { $0 } }

    /// The first node, for messages.
    var name: String { urls.first?.description ?? "" }

    /// Ends all connections.
    func close() async {
        do {
            try await client.shutdown()
        } catch {
            logger.debug("the connections did not end well", metadata: ["error": "\(error)"])
        }
    }

    /// Asks, and reads the answer as JSON.
    func json(_ request: Request) async throws -> JSON {
        try await attempts(request) { answer in
            do throws(JSONError) {
                return try JSON(parsing: answer.body)
            } catch {
                throw ClusterError(.malformed, "the answer is not JSON: \(error)", at: answer.place)
            }
        }
    }

    /// Asks, and hands the answer to `read`; where that throws a passing `ClusterError`, asks again.
    func answer<Result: Sendable>(
        _ request: Request, read: @Sendable (Answer) throws -> Result
    ) async throws -> Result {
        try await attempts(request, read)
    }

    /// Makes a request as often as it takes.
    private func attempts<Result: Sendable>(
        _ request: Request, _ read: @Sendable (Answer) throws -> Result
    ) async throws -> Result {
        var attempt = 0
        while true {
            let node = current.withLock { $0 }
            do {
                let answer = try await once(request, urls[node])
                guard answer.status < 300 else {
                    throw ClusterError(status: answer.status, body: answer.body, place: answer.place)
                }
                return try read(answer)
            } catch let error as ClusterError {
                let mayRepeat = request.isRepeatable || error.kind == .status(429)
                guard error.isPassing, mayRepeat, attempt < policy.retries else { throw explained(error, attempt) }
                // Another node may answer where this one does not.
                if urls.count > 1, error.kind != .status(429) {
                    current.withLock { if $0 == node { $0 = (node + 1) % urls.count } }
                }
                let pause =
                    urls.count > 1 && attempt < urls.count - 1 && error.kind == .noAnswer
                    ? 0 : policy.pause(before: attempt, wish: error.retryAfter)
                logger.debug("asked again", metadata: ["in": "\(pause) s", "because": "\(error)"])
                attempt += 1
                if pause > 0 { try await policy.pause(pause) }
            }
        }
    }

    private func explained(_ error: ClusterError, _ attempts: Int) -> ClusterError {
        guard attempts > 0 else { return error }
        var error = error
        error.what += " (asked \(attempts + 1) times)"
        return error
    }

    private func once(_ request: Request, _ url: ClusterURL) async throws -> Answer {
        var text = url.description + request.path
        for (place, parameter) in request.query.enumerated() {
            text += "\(place == 0 ? "?" : "&")\(parameter.name)=\(PercentEncoding.encode(parameter.value))"
        }
        let place = "\(request.method.rawValue) \(url)\(request.path)"
        var message = HTTPClientRequest(url: text)
        message.method = .RAW(value: request.method.rawValue)
        for (name, value) in headers { message.headers.add(name: name, value: value) }
        if let body = request.body {
            message.headers.add(name: "Content-Type", value: request.contentType)
            message.body = .bytes(body)
        }
        do {
            let response = try await client.execute(message, timeout: timeout)
            let buffer = try await response.body.collect(upTo: Self.largestAnswer)
            received.withLock { $0 += Int64(buffer.readableBytes) }
            var answer = Answer(
                status: Int(response.status.code), body: Array(buffer.readableBytesView), place: place)
            answer.date = response.headers.first(name: "Date")
            if answer.status >= 300 {
                var error = ClusterError(status: answer.status, body: answer.body, place: place)
                error.retryAfter = response.headers.first(name: "Retry-After").flatMap(Double.init)
                throw error
            }
            return answer
        } catch let error as ClusterError {
            throw error
        } catch let error as CancellationError {
            throw error
        } catch {
            if Task.isCancelled { throw CancellationError() }
            throw TransportFailure.explain(error, place: place)
        }
    }
}

extension ClusterURL {
    /// Whether it stays on this machine.
    var isLoopback: Bool {
        host == "localhost" || host == "[::1]" || IPAddress(host)?.scope == .loopback
    }
}

/// Percent-encoding of a URL's parts (RFC 3986, section 2): all but unreserved characters.
enum PercentEncoding {
    static func encode(_ text: String, keeping kept: String = "") -> String {
        let hex = Array("0123456789ABCDEF".utf8)
        var result: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.append(byte)
            case _ where kept.utf8.contains(byte): result.append(byte)
            default: result += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// An index pattern as a part of a path: commas and stars stay.
    static func index(_ pattern: String) -> String { encode(pattern, keeping: ",*") }
}
