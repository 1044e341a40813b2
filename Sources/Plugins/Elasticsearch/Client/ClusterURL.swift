import FlareKit

/// Where one node of a cluster answers.
struct ClusterURL: Hashable, Sendable, CustomStringConvertible {
    let scheme: String
    let host: String
    let port: Int
    /// The path before every request's own, without a slash at its end: of a cluster behind a reverse proxy.
    let prefix: String
    /// A user that stands in the URL; refused, for it would show in logs.
    private init(scheme: String, host: String, port: Int, prefix: String) {
        self.scheme = scheme
        self.host = host
        self.port = port
        self.prefix = prefix
    }

    /// Reads `http://host:9200/prefix`. Without a port it is 9200, as Elasticsearch's own clients take it; without a
    /// scheme it is http.
    ///
    /// - Throws: what is wrong with it, without showing a password.
    init(_ text: String, option: String = "urls") throws(OptionComplaint) {
        var rest = text[...]
        var scheme = "http"
        if let mark = rest.range(of: "://") {
            scheme = rest[..<mark.lowerBound].lowercased()
            rest = rest[mark.upperBound...]
        }
        guard ["http", "https"].contains(scheme) else {
            throw OptionComplaint("\"\(scheme)\" is no scheme of a cluster", option: option, expected: "http or https")
        }
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !authority.contains("@") else {
            throw OptionComplaint(
                "a user or password stands in the URL", option: option,
                suggestion: "use auth: {username: …, password_file: …}")
        }
        var path = rest[authority.endIndex...]
        guard !path.contains(where: { "?#".contains($0) }) else {
            throw OptionComplaint("a query stands in the URL", option: option, expected: "https://host:9200")
        }
        while path.last == "/" { path.removeLast() }
        guard let (host, port) = Self.split(authority) else {
            throw OptionComplaint("\"\(text)\" is no URL", option: option, expected: "https://host:9200")
        }
        self.init(scheme: scheme, host: host, port: port ?? 9200, prefix: String(path))
    }

    private static func split(_ authority: Substring) -> (host: String, port: Int?)? {
        var host = authority
        var port: Int?
        let end = authority.lastIndex(of: "]") ?? authority.startIndex
        if let colon = authority[end...].lastIndex(of: ":") {
            guard let number = Int(authority[authority.index(after: colon)...]), (1...65_535).contains(number) else {
                return nil
            }
            port = number
            host = authority[..<colon]
        }
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        let name = isBracketed ? host.dropFirst().dropLast() : host
        guard !name.isEmpty, isBracketed == name.contains(":"), !name.contains(where: { $0.isWhitespace }) else {
            return nil
        }
        return (String(host), port)
    }

    /// The same node by another address, as through a tunnel.
    func reached(at host: String, port: Int) -> ClusterURL {
        ClusterURL(scheme: scheme, host: host, port: port, prefix: prefix)
    }

    var isEncrypted: Bool { scheme == "https" }

    var description: String { "\(scheme)://\(host):\(port)\(prefix)" }
}

extension StringProtocol {
    /// Where a text stands in this one.
    func range(of wanted: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(wanted) { return start..<index(start, offsetBy: wanted.count) }
            start = index(after: start)
        }
        return nil
    }
}
