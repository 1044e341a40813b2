import FlareKit
import HTTP

extension ConnectionOptions {
    /// What the connections are made with.
    ///
    /// - Parameter tunnelPort: the loopback port of a tunnel that leads to the cluster.
    /// - Throws: `PluginError` where a file cannot be read or is none of its kind.
    package func settings(tunnelPort: Int?) throws -> HTTPSettings {
        var settings = HTTPSettings()
        settings.connections = connections
        settings.proxy = try proxy.map { try ClusterURL(proxy: $0).description }
        settings.tunnelPort = tunnelPort
        try tls.secure(&settings)
        return settings
    }
}

extension ClusterError {
    /// A failure of the transport, with what to do.
    ///
    /// - Parameter isKnown: whether the cluster has answered before.
    package init(_ failure: HTTPFailure, at place: String, isKnown: Bool) {
        let kind: Kind =
            switch failure {
            case .unknownHost, .noProxy, .refused, .unreachable, .connectTimeout, .proxyStatus, .notHTTP, .notTLS,
                .certificate, .ownCertificate, .tls, .other:
                .noConnection
            case .tooLong: .status(200)
            case .timeout: .tooSlow
            // A port that speaks TLS alone ends what comes without, and the other way about.
            case .noAnswer, .noHandshake: isKnown ? .noAnswer : .noConnection
            case .broken, .damaged: .noAnswer
            }
        self.init(kind, failure.description, at: place, remedy: Self.remedy(failure, isKnown))
    }

    private static func remedy(_ failure: HTTPFailure, _ isKnown: Bool) -> String? {
        switch failure {
        case .unknownHost: "see whether the host in the URL is right and the name server knows it"
        case .refused, .unreachable: "see whether the URL and the port are right and the cluster runs"
        case .noProxy: "see whether proxy is right"
        case .proxyStatus(407): "Flare shows a proxy no user; take one that asks for none"
        case .proxyStatus: "see whether the proxy lets this host and port through"
        case .connectTimeout: "see whether a firewall is in the way"
        case .timeout: "raise timeout"
        // What answered before was asked in the right way.
        case .noAnswer where isKnown, .noHandshake where isKnown: nil
        case .noAnswer, .notHTTP: "where the cluster has TLS, write https:// in the URL"
        case .noHandshake, .notTLS: "where the cluster has no TLS, write http:// in the URL"
        case .certificate:
            "set tls.ca to the cluster's certificate authority, and use a host name that its certificate has"
        case .ownCertificate: "see whether tls.certificate, tls.key and tls.key_passphrase are right"
        case .tooLong, .broken, .damaged, .tls, .other: nil
        }
    }
}
