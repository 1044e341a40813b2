import FlareKit
import NIOSSL

extension TLSOptions {
    /// What the connections are made with.
    ///
    /// - Throws: `PluginError` where a file cannot be read or is none of its kind.
    func configuration() throws -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        if !verify { configuration.certificateVerification = .none }
        if let path = ca?.file {
            let certificates = try Self.read(path) { try NIOSSLCertificate.fromPEMFile(path) }
            guard !certificates.isEmpty else { throw PluginError("there is no certificate in it", at: path) }
            configuration.trustRoots = .certificates(certificates)
        }
        if let path = certificate?.file {
            let chain = try Self.read(path) { try NIOSSLCertificate.fromPEMFile(path) }
            configuration.certificateChain = chain.map { .certificate($0) }
        }
        if let path = key?.file {
            let passphrase = try keyPassphrase?.reveal()
            let key = try Self.read(path) {
                if let passphrase {
                    return try NIOSSLPrivateKey(file: path, format: .pem) { $0(passphrase.utf8) }
                }
                return try NIOSSLPrivateKey(file: path, format: .pem)
            }
            configuration.privateKey = .privateKey(key)
        }
        return configuration
    }

    private static func read<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch {
            throw PluginError("it cannot be read as PEM: \(error)", at: path)
        }
    }
}
