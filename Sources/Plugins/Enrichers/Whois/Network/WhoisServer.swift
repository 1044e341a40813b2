/// A server that is asked over TCP.
struct WhoisServer: Hashable, Sendable, CustomStringConvertible {
    let host: String
    let port: UInt16

    /// The whois protocol's port (RFC 3912).
    static let standardPort: UInt16 = 43

    init(host: String, port: UInt16 = standardPort) {
        self.host = host
        self.port = port
    }

    /// Reads `host`, `host:port`, `[address]:port` or an IPv6 address.
    ///
    /// - Returns: `nil` for anything else.
    init?(_ text: String) {
        var host = text[...]
        var port = Self.standardPort
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            host = text[text.index(after: text.startIndex)..<end]
            let rest = text[text.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { return nil }
            if !rest.isEmpty {
                guard let number = UInt16(rest.dropFirst()) else { return nil }
                port = number
            }
        } else if text.count(where: { $0 == ":" }) == 1, let colon = text.firstIndex(of: ":") {
            guard let number = UInt16(text[text.index(after: colon)...]) else { return nil }
            host = text[..<colon]
            port = number
        }
        let isHost = host.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 45
                || byte == 46
                || byte == 58 || byte == 95
        }
        guard !host.isEmpty, host.utf8.count <= 253, isHost, !host.hasPrefix("-"), port > 0 else { return nil }
        self.init(host: host.lowercased(), port: port)
    }

    var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
