import CCurl
import Glibc

/// Sends bytes to a port, over TCP or TLS by libcurl, or as datagrams over UDP. What comes back is not read.
public enum StreamSender {
    /// Opens a connection, sends all, and closes it. Blocks.
    ///
    /// - Parameters:
    ///   - host: a name or an address, an IPv6 one in brackets.
    ///   - timeout: for each write that the other side does not take.
    /// - Throws: `HTTPFailure` where not all was sent.
    public static func send(
        _ bytes: [UInt8], to host: String, port: Int, isEncrypted: Bool, _ settings: HTTPSettings,
        timeout: Duration = .seconds(10)
    ) throws(HTTPFailure) {
        guard TransferLoop.isReady else { throw .other("libcurl cannot be started") }
        let url = "\(isEncrypted ? "https" : "http")://\(host):\(port)/"
        let exchange = try Exchange(Transfer(HTTPRequest(url: url, timeout: timeout, longestAnswer: 0)), settings)
        let easy = exchange.easy
        flare_curl_set_number(easy, CURLOPT_CONNECT_ONLY, 1)
        flare_curl_set_number(easy, CURLOPT_SSL_ENABLE_ALPN, 0)
        if case .failure(let failure as HTTPFailure) = exchange.result(curl_easy_perform(easy)) { throw failure }
        let socket = Int32(truncatingIfNeeded: flare_curl_number(easy, CURLINFO_LASTSOCKET))
        var sent = 0
        while sent < bytes.count {
            var count = 0
            let code = bytes[sent...].withUnsafeBytes { curl_easy_send(easy, $0.baseAddress, $0.count, &count) }
            sent += count
            if code == CURLE_AGAIN {
                var wait = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
                guard poll(&wait, 1, Int32(clamping: Exchange.milliseconds(timeout))) > 0 else { throw .timeout }
            } else if code != CURLE_OK {
                throw .broken(String(cString: curl_easy_strerror(code)))
            }
        }
    }

    /// Sends datagrams. That a host does not take them is not told.
    ///
    /// - Throws: `HTTPFailure` where the host has no address, or a datagram is too large.
    public static func send(datagrams: [[UInt8]], to host: String, port: Int) throws(HTTPFailure) {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let name = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        guard getaddrinfo(name, String(port), &hints, &found) == 0, let address = found?.pointee else {
            throw .unknownHost(name)
        }
        defer { freeaddrinfo(found) }
        let socket = socket(address.ai_family, address.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), address.ai_protocol)
        guard socket >= 0 else { throw .other(String(cString: strerror(errno))) }
        defer { close(socket) }
        for datagram in datagrams
        where sendto(socket, datagram, datagram.count, 0, address.ai_addr, address.ai_addrlen) != datagram.count {
            throw errno == EMSGSIZE ? .tooLong : .unreachable(String(cString: strerror(errno)))
        }
    }
}
