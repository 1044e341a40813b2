import CCurl
import Synchronization

/// Asks servers over HTTP/1.1, by libcurl. Redirects are answers like others and are not followed; cookies are not kept,
/// and the environment's proxies are not used.
///
/// One thread of its own serves all requests. Connections are used again. It has to be closed after use.
public final class HTTPClient: Sendable {
    private let loop: TransferLoop

    /// - Throws: `HTTPFailure` where the system gives no thread.
    public init(_ settings: HTTPSettings) throws(HTTPFailure) {
        loop = try TransferLoop.start(settings)
    }

    deinit { loop.leave() }

    /// Asks, and waits for the whole answer. A task that is cancelled ends its request.
    ///
    /// - Throws: `HTTPFailure`, or `CancellationError`.
    public func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        let transfer = Transfer(request)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                transfer.wait(continuation)
                loop.add(transfer)
            }
        } onCancel: {
            transfer.cancel()
            loop.wake()
        }
    }

    /// Ends all requests and connections, and waits until they have ended.
    public func close() async { await loop.end() }
}

/// A request on its way from the task that waits for its answer to the thread that asks.
final class Transfer: Sendable {
    let request: HTTPRequest
    private let waiting = Mutex<CheckedContinuation<HTTPResponse, any Error>?>(nil)
    private let isGivenUp = Atomic(false)

    init(_ request: HTTPRequest) { self.request = request }

    /// Whether nobody wants the answer any more.
    var isCancelled: Bool { isGivenUp.load(ordering: .relaxed) }

    func cancel() { isGivenUp.store(true, ordering: .relaxed) }

    func wait(_ continuation: CheckedContinuation<HTTPResponse, any Error>) {
        waiting.withLock { $0 = continuation }
    }

    /// Hands the answer over; only the first counts.
    func finish(_ result: Result<HTTPResponse, any Error>) {
        let continuation = waiting.withLock { waiting in
            defer { waiting = nil }
            return waiting
        }
        continuation?.resume(with: result)
    }
}
