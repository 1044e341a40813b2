import CCurl
import Glibc

/// Why no answer came.
public enum HTTPFailure: Error, Sendable, Equatable {
    case unknownHost(String)
    /// Nobody listens there.
    case refused
    /// No way leads there; in the system's words.
    case unreachable(String)
    /// No connection came about in time.
    case connectTimeout
    /// The answer was not whole in time.
    case timeout
    /// The connection ended before the answer did; how.
    case broken(String)
    /// The server ended the connection instead of answering.
    case noAnswer
    /// The server ended the connection before TLS was agreed on.
    case noHandshake
    /// What answers does not speak HTTP.
    case notHTTP
    /// What answers does not speak TLS.
    case notTLS
    /// The server's certificate is not good; why.
    case certificate(String)
    /// The client's own certificate or key is not good; why.
    case ownCertificate(String)
    /// TLS came to nothing in another way.
    case tls(String)
    /// The proxy does not let the connection through, by its status.
    case proxyStatus(Int)
    /// The proxy itself cannot be reached; why.
    case noProxy(String)
    /// The answer is over the request's limit.
    case tooLong
    /// The answer's gzip is damaged.
    case damaged
    /// The request cannot be made.
    case other(String)
}

extension HTTPFailure: CustomStringConvertible {
    /// A sentence without its end.
    public var description: String {
        switch self {
        case .unknownHost(let host): "no address is known for the name \(host)"
        case .refused: "the connection was refused; nothing listens there"
        case .unreachable(let reason): "the host cannot be reached (\(reason))"
        case .connectTimeout: "no connection came about in time"
        case .timeout: "the answer did not come in time"
        case .broken(let how): "the connection broke off before the answer's end" + (how.isEmpty ? "" : " (\(how))")
        case .noAnswer: "the connection broke off without an answer"
        case .noHandshake: "the connection broke off before TLS was agreed on"
        case .notHTTP: "what answers there does not speak HTTP"
        case .notTLS: "what answers there does not speak TLS"
        case .certificate(let why): "the server's TLS certificate is not trusted: \(why)"
        case .ownCertificate(let why): "the client's own TLS certificate: \(why)"
        case .tls(let why): "the TLS connection was not made: \(why)"
        case .proxyStatus(let status): "the proxy does not let the connection through (status \(status))"
        case .noProxy(let why): "the proxy cannot be reached (\(why))"
        case .tooLong: "the answer is too large"
        case .damaged: "the answer cannot be unpacked"
        case .other(let what): "no answer: \(what)"
        }
    }
}

extension HTTPFailure {
    /// What a transfer's end means.
    ///
    /// - Parameters:
    ///   - easy: the handle of the transfer.
    ///   - text: what libcurl wrote of it.
    ///   - host: what is asked, for messages.
    ///   - usesProxy: whether connections go to a proxy.
    init(_ code: CURLcode, _ easy: UnsafeMutableRawPointer, text: String, host: String, usesProxy: Bool) {
        let proxyStatus = flare_curl_number(easy, CURLINFO_HTTP_CONNECTCODE)
        let isConnected = flare_curl_size(easy, CURLINFO_PRETRANSFER_TIME_T) > 0
        switch code {
        case _ where proxyStatus >= 300: self = .proxyStatus(Int(proxyStatus))
        case CURLE_COULDNT_RESOLVE_HOST: self = .unknownHost(host)
        case CURLE_COULDNT_RESOLVE_PROXY: self = .noProxy("no address is known for its name")
        case CURLE_COULDNT_CONNECT:
            let number = Int32(truncatingIfNeeded: flare_curl_number(easy, CURLINFO_OS_ERRNO))
            let reason = number == 0 ? text : String(cString: strerror(number))
            self = usesProxy ? .noProxy(reason) : number == ECONNREFUSED ? .refused : .unreachable(reason)
        case CURLE_GOT_NOTHING: self = .noAnswer
        case CURLE_OPERATION_TIMEDOUT: self = isConnected ? .timeout : .connectTimeout
        // What follows the end of the gzip is an error of writing.
        case CURLE_BAD_CONTENT_ENCODING, CURLE_WRITE_ERROR: self = .damaged
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY: self = .notHTTP
        case CURLE_PEER_FAILED_VERIFICATION:
            self = .certificate(
                Self.reason(ofVerification: flare_curl_number(easy, CURLINFO_SSL_VERIFYRESULT), text, host))
        case CURLE_SSL_CACERT_BADFILE:
            self = .certificate("the file of trusted certificates holds none that can be read")
        case CURLE_SSL_CERTPROBLEM:
            self = .ownCertificate("it and its key are no pair, or the passphrase is wrong")
        case CURLE_SSL_CLIENTCERT: self = .ownCertificate("the server asks for one")
        case CURLE_SSL_CONNECT_ERROR, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE:
            let end = Self.end(text, isHandshake: code == CURLE_SSL_CONNECT_ERROR)
            let hasBegun = flare_curl_number(easy, CURLINFO_RESPONSE_CODE) > 0
            if case .broken = end, !hasBegun { self = .noAnswer } else { self = end }
        default: self = .other(text.isEmpty ? String(cString: curl_easy_strerror(code)) : text)
        }
    }

    /// The end of a connection in OpenSSL's or the system's words:
    /// `OpenSSL SSL_read: error:0A00045C:SSL routines::tlsv13 alert certificate required, errno 0`.
    private static func end(_ text: String, isHandshake: Bool) -> HTTPFailure {
        let words = text.lowercased()
        if words.contains("certificate required") { return .ownCertificate("the server asks for one") }
        if words.contains("alert"), ["bad certificate", "unknown ca", "certificate "].contains(where: words.contains) {
            return .ownCertificate("the server does not take it (\(reason(ofOpenSSL: text)))")
        }
        if isHandshake {
            if ["wrong version number", "record layer", "packet length"].contains(where: words.contains) {
                return .notTLS
            }
            guard words.contains("routines::"), !words.contains("unexpected eof") else { return .noHandshake }
            return .tls(reason(ofOpenSSL: text))
        }
        return .broken(words.contains("reset") ? "it was reset" : "")
    }

    /// The last words of an error of OpenSSL, without its number and its routines.
    private static func reason(ofOpenSSL text: String) -> String {
        let last = text.split(separator: ":").last.map(String.init) ?? text
        return String(last.prefix { $0 != "," })
    }

    /// Why a certificate was not taken, by the numbers of OpenSSL (`X509_V_ERR_…`, X509_STORE_CTX_get_error(3)).
    private static func reason(ofVerification number: Int, _ text: String, _ host: String)
        -> String
    {
        switch number {
        // libcurl compares names itself and leaves "unspecified" then.
        case 0, 1, 62, 64: "it is not for the name \(host)"
        case 9: "it is not valid yet"
        case 10: "it has expired"
        case 18, 19: "it is signed by itself or by an authority of its own"
        case 2, 20, 21, 27: "its authority is not known here"
        case 23: "it was revoked"
        default: reason(ofOpenSSL: text)
        }
    }
}
