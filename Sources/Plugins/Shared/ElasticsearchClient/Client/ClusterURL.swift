import FlareKit

/// Where one node of a cluster answers.
package struct ClusterURL: Hashable, Sendable, CustomStringConvertible {
    package let scheme: String
    package let host: String
    package let port: Int
    /// The path before every request's own, without a slash at its end: of a cluster behind a reverse proxy.
    package let prefix: String

    /// Reads `http://host:9200/prefix`. Without a port it is 9200, as Elasticsearch's own clients take it, or what is usual
    /// for the server; without a scheme it is http.
    ///
    /// - Throws: what is wrong with it, without showing a password.
    package init(_ text: String, port: Int = 9200) throws(OptionComplaint) {
        try self.init(
            text, option: "urls", schemes: ["http", "https"], port: port, form: "https://host:\(port)",
            userRemedy: "use auth: {username: …, password_file: …}")
    }

    /// Reads `http://host:port` of a proxy. Proxies have no usual port, and no path.
    ///
    /// - Throws: what is wrong with it, without showing a password.
    package init(proxy text: String) throws(OptionComplaint) {
        let form = "http://host:port"
        try self.init(
            text, option: "proxy", schemes: ["http"], port: nil, form: form,
            userRemedy: "write \(form); Flare shows a proxy no user")
        guard prefix.isEmpty else {
            throw OptionComplaint("a path stands in the address of the proxy", option: "proxy", expected: form)
        }
    }

    /// - Parameter usual: the port where none is written; `nil` where one has to be.
    private init(
        _ text: String, option: String, schemes: [String], port usual: Int?, form: String, userRemedy: String
    ) throws(OptionComplaint) {
        var rest = text[...]
        var scheme = "http"
        if let mark = rest.range(of: "://") {
            scheme = rest[..<mark.lowerBound].lowercased()
            rest = rest[mark.upperBound...]
        }
        guard schemes.contains(scheme) else {
            throw OptionComplaint(
                "\"\(scheme)\" is no scheme for this", option: option, expected: schemes.joined(separator: " or "))
        }
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !authority.contains("@") else {
            throw OptionComplaint("a user or password stands in the URL", option: option, suggestion: userRemedy)
        }
        var path = rest[authority.endIndex...]
        guard !path.contains(where: { "?#".contains($0) }) else {
            throw OptionComplaint("a query stands in the URL", option: option, expected: form)
        }
        while path.last == "/" { path.removeLast() }
        guard let (host, written) = Self.split(authority), let port = written ?? usual else {
            throw OptionComplaint("\"\(text)\" is no URL", option: option, expected: form)
        }
        self.scheme = scheme
        self.host = host
        self.port = port
        prefix = String(path)
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

    package var isEncrypted: Bool { scheme == "https" }

    package var description: String { "\(scheme)://\(host):\(port)\(prefix)" }
}

extension StringProtocol {
    /// Where a text stands in this one.
    package func range(of wanted: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(wanted) { return start..<index(start, offsetBy: wanted.count) }
            start = index(after: start)
        }
        return nil
    }
}
