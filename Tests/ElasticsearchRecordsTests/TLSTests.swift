import FlareKit
import Foundation
import TestClusters
import Testing

@testable import ElasticsearchClient
@testable import ElasticsearchFindings
@testable import ElasticsearchRecords

@Suite("TLS to a cluster", .serialized, .enabled(if: ClusterServer.areThere))
struct TLSTests {
    static let folder = Repository.root.appending(path: "Tests/ElasticsearchRecordsTests/Fixtures").path

    /// Asks a cluster what it is, over TLS.
    static func reach(_ certificate: String, _ options: String, host: String = "localhost", wantsClient: Bool = false)
        async throws -> String
    {
        let server = try await SharedServer.of(.noida)
        let proxy = try await TLSProxy(to: server.port, certificate: certificate, wantsClient: wantsClient)
        let text = "urls: [\"https://\(host):\(proxy.port)\"]\n\(options)"
        let source = try ElasticsearchSource(.read(text, folder: folder), PluginContext())
        do {
            let cluster = try await source.session.cluster()
            await source.close()
            return cluster.server.description
        } catch {
            await source.close()
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
        Self.expect(error, says: "the server's TLS certificate is not trusted")
    }

    private static func expect(_ error: ClusterError?, says what: String) {
        let said = error?.description ?? ""
        #expect(said.contains(what), "\(said)")
        for debris in ["routines", "errno", "error:", "curl", "SSL_", ".c:", "/build"] {
            #expect(!said.contains(debris), "\(said)")
        }
    }

    @Test("TLS where none is, none where it is, and no certificate where one is wanted are errors in plain words")
    func mistaken() async throws {
        let server = try await SharedServer.of(.noida)
        func reach(_ url: String) async throws {
            let source = try ElasticsearchSource(.read("urls: [\"\(url)\"]"), PluginContext())
            do {
                _ = try await source.session.cluster()
            } catch {
                await source.close()
                throw error
            }
            await source.close()
        }
        let plain = await #expect(throws: ClusterError.self) { try await reach("https://127.0.0.1:\(server.port)") }
        Self.expect(plain, says: "write http:// in the URL")
        let proxy = try await TLSProxy(to: server.port, certificate: "right")
        let encrypted = await #expect(throws: ClusterError.self) { try await reach("http://127.0.0.1:\(proxy.port)") }
        Self.expect(encrypted, says: "write https:// in the URL")
        let unknown = await #expect(throws: ClusterError.self) {
            try await Self.reach("right", "tls: {ca: ca.pem}", wantsClient: true)
        }
        Self.expect(unknown, says: "the server asks for one")
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
