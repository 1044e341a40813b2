import FlareKit
import HTTP

/// How a cluster is reached: what the source and the sink have in common.
package struct ConnectionOptions: Sendable, Equatable {
    package var urls: [String] = []
    package var auth = AuthOptions()
    package var tls = TLSOptions()
    package var proxy: String?
    package var timeout = OptionDuration.seconds(120)
    package var connections = 2
    package var ssh: SSHOptions?
    /// The port of URLs without one; no option.
    package var usualPort = 9200

    package init() {}

    /// What is wrong with the options, of those that are checked before a run.
    ///
    /// - Parameter codeFolders: the folders whose files may name code.
    /// - Throws: the complaint.
    package func check(codeFolders: [String]) throws {
        guard !urls.isEmpty else {
            throw OptionComplaint("there is no cluster to ask", option: "urls", expected: "at least one URL")
        }
        for url in urls { _ = try ClusterURL(url, port: usualPort) }
        if let proxy { _ = try ClusterURL(proxy: proxy) }
        if let complaint = auth.complaint ?? ssh?.complaint(codeFolders: codeFolders) { throw complaint }
    }
}

/// Options that say how a cluster is reached, among others.
package protocol ConnectsToCluster: PluginOptions {
    var connection: ConnectionOptions { get set }
    /// What the option `urls` holds.
    static var urlsMeaning: String { get }
}

extension ConnectsToCluster {
    package static var urlsMeaning: String {
        "URLs of the cluster's nodes, such as https://127.0.0.1:9200. Flare asks the next node if one does not answer."
    }

    /// The options of the connection, in the order they are listed.
    package static var connectionOptions: [Option<Self>] {
        [
            Option("urls", \.connection.urls, urlsMeaning, required: true),
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
