import Foundation
import Glibc

/// Takes TLS connections at a loopback port and hands what they say to a server behind: `tls_proxy.py`, by Python's ssl.
package final class TLSProxy: Sendable {
    package let port: Int
    private let child: ChildServer

    /// - Parameters:
    ///   - certificate: the name of a certificate of the fixtures.
    ///   - wantsClient: whether a client without a certificate of the test's authority is turned away.
    package init(to target: Int, certificate: String, wantsClient: Bool = false) async throws {
        let tests = Repository.root.appending(path: "Tests/ElasticsearchRecordsTests")
        let fixture = { (name: String) in tests.appending(path: "Fixtures/\(name)").path }
        let port = try ClusterServer.freePort()
        self.port = port
        child = try ChildServer { _ in
            [
                Repository.root.appending(path: ".venv/bin/python3").path, tests.appending(path: "tls_proxy.py").path,
                String(port), String(target), fixture("\(certificate).pem"), fixture("\(certificate).key"),
            ] + (wantsClient ? [fixture("ca.pem")] : [])
        }
        try await Socket.waitUntilAnswers(port: port)
    }
}
