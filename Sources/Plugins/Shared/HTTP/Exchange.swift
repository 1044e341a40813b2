import CCurl

/// One transfer of libcurl: a request, and what has come of its answer.
///
/// The loop's thread alone touches it, in libcurl's calls too.
final class Exchange {
    let transfer: Transfer
    let easy: UnsafeMutableRawPointer
    private let host: String
    private let usesProxy: Bool
    private var lists: [UnsafeMutablePointer<curl_slist>] = []
    /// What libcurl says of a failure, `CURL_ERROR_SIZE` bytes.
    private let words: UnsafeMutablePointer<CChar>
    private var headers: [(name: String, value: String)] = []
    private var body: [UInt8] = []
    /// Whether more came than the request takes.
    private var isTooLong = false
    /// Bytes of a mail that were sent.
    private var sent = 0

    /// The most that is read at once, in bytes.
    private static let bufferSize = 256 << 10

    init(_ transfer: Transfer, _ settings: HTTPSettings) throws(HTTPFailure) {
        guard let easy = curl_easy_init() else { throw .other("there is no memory for it") }
        self.transfer = transfer
        self.easy = easy
        host = Self.host(of: transfer.request.url)
        usesProxy = settings.proxy != nil
        words = .allocate(capacity: Int(CURL_ERROR_SIZE))
        words.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        try set(CURLOPT_ERRORBUFFER, words)
        try set(CURLOPT_NOSIGNAL, 1)
        let isMail = transfer.request.envelope != nil
        try set(CURLOPT_PROTOCOLS, Int(isMail ? CURLPROTO_SMTP | CURLPROTO_SMTPS : CURLPROTO_HTTP | CURLPROTO_HTTPS))
        try set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        try set(CURLOPT_BUFFERSIZE, Self.bufferSize)
        if let envelope = transfer.request.envelope { try post(envelope) } else { try ask(transfer.request) }
        try connect(settings, within: transfer.request.timeout)
        try secure(settings)
        let context = Unmanaged.passUnretained(self).toOpaque()
        try check(flare_curl_set_context(easy, CURLOPT_WRITEDATA, context))
        try check(flare_curl_set_context(easy, CURLOPT_HEADERDATA, context))
        try check(
            flare_curl_set_receiver(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
                Exchange.of(context)?.take(UnsafeRawBufferPointer(start: bytes, count: size * count)) ?? 0
            })
        try check(
            flare_curl_set_receiver(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
                Exchange.of(context)?.takeHeader(UnsafeRawBufferPointer(start: bytes, count: size * count)) ?? 0
            })
    }

    deinit {
        curl_easy_cleanup(easy)
        for list in lists { curl_slist_free_all(list) }
        words.deallocate()
    }

    /// What has come, or why nothing did.
    func result(_ code: CURLcode) -> Result<HTTPResponse, any Error> {
        guard code == CURLE_OK else {
            if isTooLong { return .failure(HTTPFailure.tooLong) }
            let status = flare_curl_number(easy, CURLINFO_RESPONSE_CODE)
            if transfer.request.envelope != nil, status >= 400 {
                // What SMTP calls 4yz may be taken later (RFC 5321, 4.2.1), as HTTP's 503.
                let words = String(cString: words)
                return .success(HTTPResponse(status: status < 500 ? 503 : status, headers: [], body: Array(words.utf8)))
            }
            return .failure(HTTPFailure(code, easy, text: String(cString: words), host: host, usesProxy: usesProxy))
        }
        let status = flare_curl_number(easy, CURLINFO_RESPONSE_CODE)
        return .success(HTTPResponse(status: status, headers: headers, body: body))
    }
}

extension Exchange {
    private func ask(_ request: HTTPRequest) throws(HTTPFailure) {
        try set(CURLOPT_URL, request.url)
        if let body = request.body {
            try check(flare_curl_set_size(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)))
            // The pointer of an empty array need not be one that libcurl takes for a body.
            let code = (body + [0]).withUnsafeBytes { bytes in
                flare_curl_set_text(easy, CURLOPT_COPYPOSTFIELDS, bytes.assumingMemoryBound(to: CChar.self).baseAddress)
            }
            try check(code)
        } else if request.method == "HEAD" {
            try set(CURLOPT_NOBODY, 1)
        } else if request.method != "GET" {
            try check(flare_curl_set_size(easy, CURLOPT_POSTFIELDSIZE_LARGE, 0))
            try set(CURLOPT_COPYPOSTFIELDS, "")
        }
        try set(CURLOPT_CUSTOMREQUEST, request.method)
        // An empty value takes away what libcurl would send by itself.
        var lines = ["Expect:"]
        if !request.headers.contains(where: { $0.name.lowercased() == "content-type" }) {
            lines.append("Content-Type:")
        }
        for (name, value) in request.headers {
            guard !(name + value).unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
                throw .other("the header \(name) has a control character in it")
            }
            lines.append(value.isEmpty ? "\(name);" : "\(name): \(value)")
        }
        try set(CURLOPT_HTTPHEADER, lines)
    }

    private func post(_ envelope: HTTPRequest.Envelope) throws(HTTPFailure) {
        try set(CURLOPT_URL, transfer.request.url)
        try set(CURLOPT_MAIL_FROM, "<\(envelope.from)>")
        try set(CURLOPT_MAIL_RCPT, envelope.to.map { "<\($0)>" })
        if let user = envelope.user {
            try set(CURLOPT_USERNAME, user.name)
            try set(CURLOPT_PASSWORD, user.password)
        }
        try set(CURLOPT_USE_SSL, Int(envelope.needsTLS ? CURLUSESSL_ALL.rawValue : CURLUSESSL_TRY.rawValue))
        try set(CURLOPT_UPLOAD, 1)
        try check(flare_curl_set_context(easy, CURLOPT_READDATA, Unmanaged.passUnretained(self).toOpaque()))
        try check(
            flare_curl_set_receiver(easy, CURLOPT_READFUNCTION) { bytes, size, count, context in
                Exchange.of(context)?.give(UnsafeMutableRawBufferPointer(start: bytes, count: size * count)) ?? 0
            })
    }

    private func connect(_ settings: HTTPSettings, within timeout: Duration) throws(HTTPFailure) {
        try set(CURLOPT_TIMEOUT_MS, Self.milliseconds(timeout))
        try set(CURLOPT_CONNECTTIMEOUT_MS, Self.milliseconds(settings.connectTimeout))
        // An empty text also keeps the environment's proxies out.
        try set(CURLOPT_PROXY, settings.proxy ?? "")
        try set(CURLOPT_NOPROXY, "")
        try set(CURLOPT_HTTPPROXYTUNNEL, 1)
        try set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        if let port = settings.tunnelPort { try set(CURLOPT_CONNECT_TO, ["::127.0.0.1:\(port)"]) }
        try set(CURLOPT_ACCEPT_ENCODING, "gzip")
    }

    private func secure(_ settings: HTTPSettings) throws(HTTPFailure) {
        try set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        try set(CURLOPT_SSL_VERIFYPEER, settings.verifies ? 1 : 0)
        try set(CURLOPT_SSL_VERIFYHOST, settings.verifies ? 2 : 0)
        if let authorities = settings.authorities {
            try set(CURLOPT_CAINFO_BLOB, authorities)
            // The system's folder of authorities would be asked beside it.
            try check(flare_curl_set_text(easy, CURLOPT_CAPATH, nil))
        }
        guard let certificate = settings.certificate else { return }
        try set(CURLOPT_SSLCERT_BLOB, certificate)
        try set(CURLOPT_SSLKEY_BLOB, settings.key ?? certificate)
        // Without one, OpenSSL would ask at the terminal.
        try set(CURLOPT_KEYPASSWD, settings.passphrase ?? "")
    }

    /// The host of `scheme://host:port/…`, without the brackets of an IPv6 address.
    private static func host(of url: String) -> String {
        let rest = url.split(separator: "/", maxSplits: 2).dropFirst().last ?? ""
        return rest.hasPrefix("[")
            ? String(rest.dropFirst().prefix { $0 != "]" }) : String(rest.prefix { $0 != "/" && $0 != ":" })
    }

    /// At least 1: to libcurl 0 is no limit.
    static func milliseconds(_ duration: Duration) -> Int {
        let (seconds, attoseconds) = duration.components
        return max(1, Int(min(seconds, 1_000_000_000)) * 1000 + Int(attoseconds / 1_000_000_000_000_000))
    }

    private func check(_ code: CURLcode) throws(HTTPFailure) {
        guard code == CURLE_OK else { throw .other(String(cString: curl_easy_strerror(code))) }
    }

    private func set(_ option: CURLoption, _ number: Int) throws(HTTPFailure) {
        try check(flare_curl_set_number(easy, option, number))
    }

    private func set(_ option: CURLoption, _ text: String) throws(HTTPFailure) {
        try check(flare_curl_set_text(easy, option, text))
    }

    private func set(_ option: CURLoption, _ bytes: [UInt8]) throws(HTTPFailure) {
        try check(flare_curl_set_blob(easy, option, bytes, bytes.count))
    }

    private func set(_ option: CURLoption, _ lines: [String]) throws(HTTPFailure) {
        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines { list = curl_slist_append(list, line) ?? list }
        if let list { lists.append(list) }
        try check(flare_curl_set_list(easy, option, list))
    }

    private func set(_ option: CURLoption, _ room: UnsafeMutablePointer<CChar>) throws(HTTPFailure) {
        try check(flare_curl_set_context(easy, option, room))
    }
}

extension Exchange {
    private static func of(_ context: UnsafeMutableRawPointer?) -> Exchange? {
        context.map { Unmanaged<Exchange>.fromOpaque($0).takeUnretainedValue() }
    }

    /// - Returns: how many bytes were taken; libcurl ends the transfer where that is fewer than came.
    private func take(_ bytes: UnsafeRawBufferPointer) -> Int {
        isTooLong = isTooLong || bytes.count > transfer.request.longestAnswer - body.count
        guard !isTooLong else { return 0 }
        body += bytes
        return bytes.count
    }

    /// - Returns: how many bytes of the mail were put into the room; 0 at its end.
    private func give(_ room: UnsafeMutableRawBufferPointer) -> Int {
        let next = (transfer.request.body ?? [])[sent...].prefix(room.count)
        room.copyBytes(from: next)
        sent += next.count
        return next.count
    }

    private func takeHeader(_ bytes: UnsafeRawBufferPointer) -> Int {
        let line = String(decoding: bytes, as: UTF8.self)
        if line.hasPrefix("HTTP/") {
            // Another answer begins, as after 100 Continue.
            headers = []
        } else if let colon = line.firstIndex(of: ":") {
            let value = line[line.index(after: colon)...].unicodeScalars.drop { $0 == " " || $0 == "\t" }
            let end = value.prefix { $0 != "\r" && $0 != "\n" }
            headers.append((String(line[..<colon]), String(end)))
        }
        return bytes.count
    }
}
