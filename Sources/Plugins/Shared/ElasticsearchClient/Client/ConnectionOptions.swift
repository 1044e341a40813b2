import FlareKit

/// How a cluster is reached: what the source and the sink have in common.
package struct ConnectionOptions: Sendable, Equatable {
    package var urls: [String] = []
    package var auth = AuthOptions()
    package var tls = TLSOptions()
    package var proxy: String?
    package var timeout = OptionDuration.seconds(120)
    package var connections = 2
    package var ssh: SSHOptions?

    package init() {}

    /// What is wrong with the options, of those that are checked before a run.
    ///
    /// - Parameter codeFolders: the folders whose files may name code.
    /// - Throws: the complaint.
    package func check(codeFolders: [String]) throws {
        guard !urls.isEmpty else {
            throw OptionComplaint("there is no cluster to ask", option: "urls", expected: "at least one URL")
        }
        for url in urls { _ = try ClusterURL(url) }
        if let proxy { _ = try ClusterURL(proxy: proxy) }
        if let complaint = auth.complaint ?? ssh?.complaint(codeFolders: codeFolders) { throw complaint }
    }
}

/// Options that say how a cluster is reached, among others.
package protocol ConnectsToCluster: PluginOptions {
    var connection: ConnectionOptions { get set }
}

extension ConnectsToCluster {
    /// The options of the connection, in the order they are listed.
    package static var connectionOptions: [Option<Self>] {
        [
            Option(
                "urls", \.connection.urls,
                "URLs of the cluster's nodes, such as https://127.0.0.1:9200. Flare asks the next node if one does not answer.",
                required: true),
            Option("auth", \.connection.auth, "Credentials: a user with a password, an API key, or a token."),
            Option("tls", \.connection.tls, "Trusted certificates, and the client certificate."),
            Option("proxy", \.connection.proxy, "HTTP proxy that supports CONNECT: http://host:port."),
            Option(
                "timeout", \.connection.timeout, "Maximum duration of one request, including its whole answer.",
                range: OptionDuration.milliseconds(1)...),
            Option(
                "ssh", \.connection.ssh,
                "An SSH tunnel to the first of urls, as seen from the machine named. It is open during the run."),
        ]
    }
}

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
}

/// Base64 (RFC 4648, section 4).
package enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    package static func encode(_ text: String) -> String {
        var result: [UInt8] = []
        let bytes = Array(text.utf8)
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
