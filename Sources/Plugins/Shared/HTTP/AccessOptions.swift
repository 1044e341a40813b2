import FlareKit

/// Who asks. At most one of the three ways.
package struct AuthOptions: PluginOptions, Equatable {
    package var username: String?
    package var password: Secret?
    package var apiKey: Secret?
    package var token: Secret?

    package init() {}

    package static var options: [Option<Self>] {
        [
            Option("username", \.username, "User name."),
            Option("password", \.password, "Password of the user."),
            Option(
                "api_key", \.apiKey,
                "API key of Elasticsearch (encoded, or id:key) or of OpenSearch."),
            Option("token", \.token, "Bearer token."),
        ]
    }

    /// What is wrong with the combination.
    package var complaint: OptionComplaint? {
        let ways = [username != nil || password != nil, apiKey != nil, token != nil].filter { $0 }.count
        if ways > 1 { return OptionComplaint("only one of username, api_key and token can be used", option: "auth") }
        if username == nil, password != nil { return OptionComplaint("there is no username", option: "auth.password") }
        return nil
    }

    /// The value of the header `Authorization`; `nil` where nobody in particular asks.
    ///
    /// - Throws: `PluginError` where a secret's file cannot be read.
    package func header() throws(PluginError) -> String? {
        if let username {
            let user = Base64.encode("\(username):\(try password?.reveal() ?? "")")
            // A server may send the header back.
            Redaction.remember(user)
            return "Basic " + user
        }
        if let apiKey {
            let key = try apiKey.reveal()
            guard let colon = key.firstIndex(of: ":") else { return "ApiKey \(try Self.word(key, "api_key"))" }
            // The secret is what follows the id.
            Redaction.remember(String(key[key.index(after: colon)...]))
            return "ApiKey " + Base64.encode(key)
        }
        return try token.map { token throws(PluginError) in "Bearer \(try Self.word(token.reveal(), "token"))" }
    }

    /// A secret that stands in a header as it is.
    private static func word(_ secret: String, _ option: String) throws(PluginError) -> String {
        guard secret.unicodeScalars.allSatisfy({ (0x21...0x7E).contains($0.value) }) else {
            throw PluginError(
                "the \(option) has a space, a control character or a letter outside ASCII in it, which no header takes",
                remedy: "see whether auth.\(option) is the key alone")
        }
        return secret
    }
}

/// Which certificates are trusted, and Flare's own.
package struct TLSOptions: PluginOptions, Equatable {
    package var verify = true
    package var ca: OptionPath?
    package var certificate: OptionPath?
    package var key: OptionPath?
    package var keyPassphrase: Secret?

    package init() {}

    package static var options: [Option<Self>] {
        [
            Option(
                "verify", \.verify,
                "Checks the server's certificate and name. Without this check, anybody on the network path can read the password."
            ),
            Option("ca", \.ca, "PEM file with the trusted certificates; by default those of the system."),
            Option("certificate", \.certificate, "PEM file with the client certificate."),
            Option("key", \.key, "PEM file with the key of the client certificate."),
            Option("key_passphrase", \.keyPassphrase, "Passphrase of that key."),
        ]
    }

    /// Makes connections as the options say.
    ///
    /// - Throws: `PluginError` where a file cannot be read or is none of its kind.
    package func secure(_ settings: inout HTTPSettings) throws {
        settings.verifies = verify
        settings.authorities = try ca?.file.map { try Self.pem($0, "CERTIFICATE") }
        settings.certificate = try certificate?.file.map { try Self.pem($0, "CERTIFICATE") }
        settings.key = try key?.file.map { try Self.pem($0, "PRIVATE KEY") }
        settings.passphrase = try keyPassphrase?.reveal()
    }

    private static func pem(_ path: String, _ kind: String) throws -> [UInt8] {
        let text = try TextFile.read(path)
        guard text.contains("-----BEGIN "), text.contains("\(kind)-----") else {
            throw PluginError("there is no \(kind.lowercased()) in it", at: path, remedy: "it has to be a file in PEM")
        }
        return Array(text.utf8)
    }
}

/// Base64 (RFC 4648, section 4).
package enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    package static func encode(_ text: String) -> String { encode(Array(text.utf8)) }

    package static func encode(_ bytes: [UInt8]) -> String {
        var result: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = (0..<3).reduce(UInt32(0)) { $0 << 8 | UInt32(start + $1 < bytes.count ? bytes[start + $1] : 0) }
            for place in 0..<4 {
                result.append(
                    place <= group.count ? alphabet[Int(bits >> UInt32(18 - 6 * place) & 63)] : UInt8(ascii: "="))
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
