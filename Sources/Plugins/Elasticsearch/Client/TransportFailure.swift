import AsyncHTTPClient
import FlareKit
import NIOCore
import NIOHTTP1
import NIOSSL

/// What failures of the transport mean, in words that say what to do.
enum TransportFailure {
    static func explain(_ error: any Error, place: String) -> ClusterError {
        let text = "\(error)"
        if let error = error as? NIOSSLError { return tls("\(error)", place) }
        if error is NIOSSLExtraError || text.contains("CERTIFICATE_VERIFY_FAILED") || text.contains("SSL") {
            return tls(text, place)
        }
        if let error = error as? HTTPClientError { return ClusterError(.noAnswer, sentence(error), at: place) }
        if error is ByteBufferTooLarge {
            return ClusterError(.status(200), "the answer is too large", at: place, remedy: "lower page")
        }
        if error is HTTPParserError || error as? ChannelError == .eof {
            return ClusterError(.noAnswer, "the connection broke off before the answer's end (\(text))", at: place)
        }
        if String(reflecting: type(of: error)).hasPrefix("NIOHTTPCompression.") {
            return ClusterError(.noAnswer, "the answer cannot be unpacked (\(text))", at: place)
        }
        return ClusterError(.noAnswer, "no answer: \(text)", at: place, remedy: remedy(text))
    }

    private static func tls(_ text: String, _ place: String) -> ClusterError {
        // A wrong certificate stays wrong, so that nothing is asked again.
        ClusterError(
            .status(0), "the TLS connection was not made: \(text)", at: place,
            remedy: "set tls.ca to the cluster's certificate authority, and use a host name that its certificate has")
    }

    private static func sentence(_ error: HTTPClientError) -> String {
        switch error {
        case .connectTimeout: "no connection came about in time"
        case .deadlineExceeded, .readTimeout: "the answer did not come in time"
        case .remoteConnectionClosed: "the connection broke off before the answer's end"
        case .tlsHandshakeTimeout: "the TLS connection did not come about in time"
        default: "no answer: \(error)"
        }
    }

    private static func remedy(_ text: String) -> String? {
        text.contains("Connection refused") || text.contains("connectionErrors")
            ? "see whether the URL and the port are right and the cluster runs" : nil
    }
}

/// The body of an answer was over the limit.
typealias ByteBufferTooLarge = NIOTooManyBytesError
