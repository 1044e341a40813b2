import FlareKit

/// What a threat list says is bad.
struct Indicator: Sendable, Equatable {
    enum Target: Sendable, Hashable {
        case network(String)
        case name(String)
        /// Without its scheme, the host in lower case.
        case url(String)
        /// A hash of a client or a certificate, in lower case without colons.
        case hash(String)
    }

    var target: Target
    /// The list's name for it: malware, a reason, an event's title.
    var reason = ""
    /// As the list writes it.
    var date = ""
    /// 0...100 where the list says.
    var confidence: Int?

    init(_ target: Target, reason: String = "", date: String = "", confidence: Int? = nil) {
        self.target = target
        self.reason = reason
        self.date = date
        self.confidence = confidence
    }
}

extension Indicator.Target {
    /// What a word of a list means: a URL, a hash, an address, a network, `address:port` or a name.
    ///
    /// - Returns: `nil` for anything else.
    init?(_ word: some StringProtocol) {
        let text = word.trimmed.undefanged
        if let url = Self.urlKey(text) {
            self = .url(url)
            return
        }
        let hash = text.filter { $0 != ":" }.lowercased()
        if [32, 40, 64].contains(hash.utf8.count), hash.utf8.allSatisfy(Self.isHexDigit) {
            self = .hash(hash)
        } else if Self.isJA4(text) {
            self = .hash(text.lowercased())
        } else if IPAddress(text) != nil || CIDR(text) != nil {
            self = .network(text)
        } else if let host = Self.host(ofEndpoint: text) {
            self = IPAddress(host) != nil ? .network(host) : .name(host)
        } else if text.contains("."), !text.contains("/"), !text.contains(" "), !text.hasPrefix("."),
            !text.hasSuffix("..")
        {
            self = .name(text.lowercased())
        } else {
            return nil
        }
    }

    /// A URL in the form in which it is compared; `nil` for what is none.
    static func urlKey(_ text: String) -> String? {
        let lower = text.prefix(8).lowercased()
        guard let scheme = ["http://", "https://"].first(where: lower.hasPrefix) else { return nil }
        let rest = text.dropFirst(scheme.count)
        let host = rest.prefix { $0 != "/" && $0 != "?" }
        guard !host.isEmpty else { return nil }
        let path = rest.dropFirst(host.count)
        return host.lowercased() + (path.isEmpty ? "/" : path)
    }

    /// FoxIO's JA4: `t13d1516h2_8daaf6152771_e5627efa2ab1`.
    private static func isJA4(_ text: String) -> Bool {
        let parts = text.split(separator: "_")
        return parts.count == 3 && parts[0].utf8.count == 10 && parts[1].utf8.count == 12 && parts[2].utf8.count == 12
    }

    private static func host(ofEndpoint text: String) -> String? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, UInt16(parts[1]) != nil, parts[0].contains(".") else { return nil }
        return parts[0].lowercased()
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) || (97...102).contains(byte) }
}

extension StringProtocol {
    /// Without spaces and quotes at both ends.
    var trimmed: String {
        var text = self[...]
        while let first = text.first, first.isWhitespace || first == "\"" { text = text.dropFirst() }
        while let last = text.last, last.isWhitespace || last == "\"" { text = text.dropLast() }
        return String(text)
    }
}

extension String {
    /// What analysts write so that nobody clicks on it: `hxxp://evil[.]example`.
    var undefanged: String {
        guard contains("[") || hasPrefix("hxxp") else { return self }
        var text = split(separator: "[.]", omittingEmptySubsequences: false).joined(separator: ".")
        text = text.split(separator: "[:]", omittingEmptySubsequences: false).joined(separator: ":")
        return text.hasPrefix("hxxp") ? "http" + text.dropFirst(4) : text
    }
}
