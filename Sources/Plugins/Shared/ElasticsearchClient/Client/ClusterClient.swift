import FlareKit
import HTTP
import Logging
import Synchronization

/// Asks a cluster: one request at a time or several side by side, each again where that helps, of the nodes in turn.
///
/// Has to be closed after use.
package final class ClusterClient: Sendable {
    package struct Request: Sendable {
        package enum Method: String, Sendable {
            case get = "GET", post = "POST", put = "PUT", delete = "DELETE", head = "HEAD"
        }

        package var method: Method
        /// With a slash at its beginning, percent-encoded.
        package var path: String
        package var query: [(name: String, value: String)] = []
        package var body: [UInt8]?
        package var contentType = "application/json"
        /// Whether a second time does no harm where the first one's answer was lost.
        package var isRepeatable = true
        /// Whether it is made also where the run was cancelled, to leave nothing behind; then once and in haste.
        package var isFarewell = false

        package init(_ method: Method, _ path: String, query: [(name: String, value: String)] = [], _ body: JSON? = nil)
        {
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

    package struct Answer: Sendable {
        package var status: Int
        package var body: [UInt8]
        /// `METHOD URL`, for errors.
        package var place: String
        /// The server's `Date` header.
        package var date: String?
    }

    private let client: HTTPClient
    private let urls: [ClusterURL]
    private let headers: [(name: String, value: String)]
    private let timeout: Duration
    private let policy: RetryPolicy
    private let calls: PendingCalls
    /// The node that answered last.
    private let current = Mutex(0)
    /// Whether a node has answered yet: only what was there once is expected back.
    private let hasAnswered = Atomic(false)
    private let logger = Logger(label: "flare.cluster")

    /// The largest answer that is taken into memory, in bytes.
    package static let largestAnswer = 256 << 20

    /// How long a farewell of a cancelled run may take.
    private static let haste = Duration.seconds(1)

    /// - Parameters:
    ///   - tunnelPort: the loopback port by which all hosts are reached.
    ///   - calls: what ends requests when the run is cancelled.
    package init(
        _ options: ConnectionOptions, urls: [ClusterURL], tunnelPort: Int? = nil, policy: RetryPolicy? = nil,
        calls: PendingCalls = PendingCalls()
    ) throws {
        self.urls = urls
        self.calls = calls
        self.policy = policy ?? RetryPolicy()
        timeout = .nanoseconds(options.timeout.nanoseconds)
        var headers = [(name: "User-Agent", value: "flare"), (name: "Accept", value: "application/json")]
        if let authorization = try options.auth.header() {
            headers.append(("Authorization", authorization))
            if tunnelPort == nil, urls.contains(where: { !$0.isEncrypted && !$0.isLoopback }) {
                logger.warning("credentials are sent without TLS; anybody on the way can read them")
            }
        }
        self.headers = headers
        client = try HTTPClient(options.settings(tunnelPort: tunnelPort))
        if !options.tls.verify {
            logger.warning(
                "the server's certificate is NOT checked (tls.verify: false); anybody on the way can answer in its place"
            )
        }
    }

    /// The first node, for messages.
    package var name: String { urls.first?.description ?? "" }

    /// Ends all requests and connections.
    package func close() async { await client.close() }

    /// Asks, and reads the answer as JSON.
    package func json(_ request: Request) async throws -> JSON {
        try await attempts(request) { answer in
            do throws(JSONError) {
                return try JSON(parsing: answer.body)
            } catch {
                throw ClusterError(.malformed, "the answer is not JSON: \(error)", at: answer.place)
            }
        }
    }

    /// Asks, and hands the answer to `read`; where that throws a passing `ClusterError`, asks again.
    package func answer<Result: Sendable>(
        _ request: Request, read: @escaping @Sendable (Answer) throws -> Result
    ) async throws -> Result {
        try await attempts(request, read)
    }

    private func attempts<Result: Sendable>(
        _ request: Request, _ read: @escaping @Sendable (Answer) throws -> Result
    ) async throws -> Result {
        if request.isFarewell, calls.isCancelled {
            return try read(try await once(request, urls[current.withLock { $0 }], within: min(timeout, Self.haste)))
        }
        return try await calls.run { try await self.repeated(request, read) }
    }

    /// Makes a request as often as it takes.
    private func repeated<Result: Sendable>(
        _ request: Request, _ read: @Sendable (Answer) throws -> Result
    ) async throws -> Result {
        var attempt = 0
        var wasTooSlow = false
        while true {
            let node = current.withLock { $0 }
            do {
                return try read(try await once(request, urls[node], within: timeout))
            } catch let error as ClusterError {
                // A second time-out is no accident, and each takes as long as `timeout`.
                guard attempt < policy.retries, !(wasTooSlow && error.kind == .tooSlow),
                    mayRepeat(request, after: error, attempt)
                else { throw explained(error, attempt) }
                wasTooSlow = wasTooSlow || error.kind == .tooSlow
                // Another node may answer where this one does not.
                if urls.count > 1, error.kind != .status(429) {
                    current.withLock { if $0 == node { $0 = (node + 1) % urls.count } }
                }
                let isUnasked = attempt < urls.count - 1 && [.noAnswer, .tooSlow, .noConnection].contains(error.kind)
                let pause = isUnasked ? 0 : policy.pause(before: attempt, wish: error.retryAfter)
                logger.debug("asked again", metadata: ["in": "\(pause) s", "because": "\(error)"])
                attempt += 1
                if pause > 0 { try await policy.pause(pause) }
            }
        }
    }

    private func mayRepeat(_ request: Request, after error: ClusterError, _ attempt: Int) -> Bool {
        switch error.kind {
        case .status(429): true
        // What was never there is not waited for, but another node may be.
        case .noConnection: hasAnswered.load(ordering: .relaxed) || attempt < urls.count - 1
        default: error.isPassing && request.isRepeatable
        }
    }

    private func explained(_ error: ClusterError, _ attempts: Int) -> ClusterError {
        var error = error
        if attempts > 0 { error.what += " (asked \(attempts + 1) times)" }
        return error
    }

    /// - Throws: `ClusterError` where no answer came, or one with a status of 300 or more.
    private func once(_ request: Request, _ url: ClusterURL, within timeout: Duration) async throws -> Answer {
        var text = url.description + request.path
        for (place, parameter) in request.query.enumerated() {
            text += "\(place == 0 ? "?" : "&")\(parameter.name)=\(PercentEncoding.encode(parameter.value))"
        }
        let place = "\(request.method.rawValue) \(url)\(request.path)"
        var message = HTTPRequest(
            request.method.rawValue, url: text, headers: headers, body: request.body, timeout: timeout,
            longestAnswer: Self.largestAnswer)
        if request.body != nil { message.headers.append(("Content-Type", request.contentType)) }
        let response: HTTPResponse
        do {
            response = try await client.send(message)
        } catch let failure as HTTPFailure {
            throw ClusterError(failure, at: place, isKnown: hasAnswered.load(ordering: .relaxed))
        }
        hasAnswered.store(true, ordering: .relaxed)
        guard response.status < 300 else {
            var error = ClusterError(status: response.status, body: response.body, place: place)
            error.retryAfter = response.header("Retry-After").flatMap(Double.init)
            throw error
        }
        return Answer(status: response.status, body: response.body, place: place, date: response.header("Date"))
    }
}

extension ClusterURL {
    /// Whether it stays on this machine.
    package var isLoopback: Bool { IPAddress.isLoopback(host: host) }
}

/// Percent-encoding of a URL's parts (RFC 3986, section 2): all but unreserved characters.
package enum PercentEncoding {
    package static func encode(_ text: String, keeping kept: String = "") -> String {
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
    package static func index(_ pattern: String) -> String { encode(pattern, keeping: ",*") }
}
