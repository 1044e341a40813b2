import FlareKit
import Foundation
import Testing

@testable import Elasticsearch

@Suite("TLS to a cluster", .serialized, .enabled(if: ClusterServer.areThere))
struct TLSTests {
    static let folder = Repository.root.appending(path: "Tests/ElasticsearchTests/Fixtures").path

    /// Asks a cluster what it is, over TLS.
    static func reach(_ certificate: String, _ options: String, host: String = "localhost", wantsClient: Bool = false)
        async throws -> String
    {
        let server = try await SharedServer.of(.noida)
        let proxy = try await TLSProxy(to: server.port, certificate: certificate, wantsClient: wantsClient)
        let text = "urls: [\"https://\(host):\(proxy.port)\"]\nretries: 0\n\(options)"
        let source = try ElasticsearchSource(.read(text, folder: folder), PluginContext())
        do {
            let cluster = try await source.session.cluster()
            await source.close()
            try await proxy.stop()
            return cluster.server.description
        } catch {
            await source.close()
            try await proxy.stop()
            throw error
        }
    }

    @Test("a certificate of the authority that is named is trusted, by name and by address")
    func right() async throws {
        #expect(try await Self.reach("right", "tls: {ca: ca.pem}").hasPrefix("Elasticsearch 8"))
        #expect(try await Self.reach("right", "tls: {ca: ca.pem}", host: "127.0.0.1").hasPrefix("Elasticsearch 8"))
    }

    @Test(
        "a certificate that is not right is one clear error",
        arguments: [("other", "tls: {ca: ca.pem}"), ("expired", "tls: {ca: ca.pem}"), ("right", "")])
    func wrong(_ certificate: String, _ options: String) async throws {
        let error = await #expect(throws: ClusterError.self) { try await Self.reach(certificate, options) }
        #expect(error?.description.contains("TLS") == true, "\(error?.description ?? "")")
    }

    @Test("verify: false takes any certificate")
    func unverified() async throws {
        #expect(try await Self.reach("expired", "tls: {verify: false}").hasPrefix("Elasticsearch 8"))
    }

    @Test("Flare shows its own certificate where the server wants one")
    func client() async throws {
        let own = "tls: {ca: ca.pem, certificate: client.pem, key: client.key}"
        #expect(try await Self.reach("right", own, wantsClient: true).hasPrefix("Elasticsearch 8"))
    }
}
