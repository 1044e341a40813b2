import FlareKit
import HTTP
import Synchronization

/// What sends over HTTP and SMTP: one client, opened when needed.
final class WebClient: Sendable {
    private let tls: TLSOptions
    private let client = Mutex<HTTPClient?>(nil)

    init(_ tls: TLSOptions) { self.tls = tls }

    /// - Throws: `HTTPFailure` where there is no answer, `DeliveryFailure` for one that says no.
    func send(_ request: HTTPRequest) async throws {
        let response = try await open().send(request)
        guard !(200..<300).contains(response.status) else { return }
        let answer = String(decoding: response.body.prefix(200), as: UTF8.self)
        throw DeliveryFailure(
            reason: "status \(response.status)" + (answer.isEmpty ? "" : ": \(answer)"),
            isPassing: RetryPolicy.passingStatuses.contains(response.status) || response.status == 408,
            retryAfter: response.header("Retry-After").flatMap(Double.init))
    }

    private func open() throws -> HTTPClient {
        try client.withLock { client in
            if let client { return client }
            var settings = HTTPSettings()
            settings.connections = 1
            try tls.secure(&settings)
            let new = try HTTPClient(settings)
            client = new
            return new
        }
    }

    func close() async {
        let open = client.withLock { client in
            defer { client = nil }
            return client
        }
        await open?.close()
    }
}

extension HTTPFailure {
    /// Whether it may be mended by itself: a receiver that is not there now. A wrong name or certificate may be too.
    var isPassing: Bool {
        switch self {
        case .tooLong, .damaged: false
        default: true
        }
    }
}
