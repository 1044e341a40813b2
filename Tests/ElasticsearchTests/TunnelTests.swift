import FlareKit
import Foundation
import Testing

@testable import Elasticsearch

/// The way to a cluster through an sshd of the test's own.
@Suite("the SSH tunnel", .serialized, .enabled(if: ClusterServer.areThere && SSHServer.isThere))
struct TunnelTests {
    static func options(_ sshd: SSHServer, port: Int) -> String {
        """
        urls: ["http://127.0.0.1:\(port)"]
        retries: 0
        ssh: {host: 127.0.0.1, port: \(sshd.port), identity_file: "\(sshd.key)", config: "\(sshd.clientConfig)"}
        """
    }

    @Test("reads the same findings through the tunnel, and leaves no ssh behind")
    func reads() async throws {
        let server = try await SharedServer.of(.noida)
        let sshd = try await SSHServer()
        let expected = try await Runs.file(SharedServer.fewFlows, SharedServer.window)
        let outcome = try await Runs.cluster(
            Self.options(sshd, port: server.port) + "\nindex: logstash-flow-few\ngroup: false", SharedServer.window)
        #expect(outcome.rows == expected.rows)
        #expect(try await sshd.clients() == "")
    }

    @Test("leads over a jump host, and is an error where that is not there")
    func jump() async throws {
        let server = try await SharedServer.of(.noida)
        let (near, far) = (try await SSHServer(), try await SSHServer())
        let scratch = try Scratch()
        // The jump host has a key of its own, which ssh takes from its configuration.
        let configuration = try scratch.file(
            "ssh_config",
            """
            StrictHostKeyChecking accept-new
            UserKnownHostsFile \(scratch.path)/known_hosts
            IdentityFile \(near.key)
            """)
        let options = { (jump: Int) in
            """
            urls: ["http://127.0.0.1:\(server.port)"]
            index: logstash-flow-few
            group: false
            retries: 0
            ssh: {host: 127.0.0.1, port: \(far.port), identity_file: "\(far.key)", config: "\(configuration)", \
            jump: "127.0.0.1:\(jump)"}
            """
        }
        let outcome = try await Runs.cluster(options(near.port), SharedServer.window)
        #expect(outcome.used == SharedServer.fewFlows.eve.count)
        #expect(try await far.clients() == "")
        #expect(try await near.clients() == "")
        let dead = try ClusterServer.freePort()
        await #expect(throws: PluginError.self) { try await Runs.cluster(options(dead), SharedServer.window) }
    }

    @Test("a key that is not known is one error in ssh's own words")
    func wrongKey() async throws {
        let sshd = try await SSHServer()
        let text = Self.options(sshd, port: 1).replacing(sshd.key, with: sshd.otherKey)
        let source = try ElasticsearchSource(.read(text), PluginContext())
        let error = await #expect(throws: PluginError.self) { try await source.session.cluster() }
        await source.close()
        #expect(error?.description.contains("Permission denied") == true, "\(error?.description ?? "")")
        #expect(error?.description.contains("BatchMode") == true)
    }

    @Test("a cluster that is not there behind the tunnel is an error, and the tunnel is closed")
    func nothingBehind() async throws {
        let sshd = try await SSHServer()
        let dead = try ClusterServer.freePort()
        let source = try ElasticsearchSource(.read(Self.options(sshd, port: dead)), PluginContext())
        await #expect(throws: ClusterError.self) { try await source.session.cluster() }
        await source.close()
        #expect(try await sshd.clients() == "")
    }

    @Test("a host that looks like an option of ssh is refused")
    func optionAsHost() {
        #expect(throws: (any Error).self) {
            try ElasticsearchSource(
                .read("urls: [\"http://es:9200\"]\nssh: {host: -oProxyCommand=true}"), PluginContext())
        }
    }
}

/// An sshd on the loopback that lets in whoever has its key.
final class SSHServer: Sendable {
    static let isThere = ["/usr/sbin/sshd", "/usr/bin/ssh-keygen", "/usr/bin/ssh"]
        .allSatisfy(FileManager.default.isExecutableFile)

    let port: Int
    let key: String
    let otherKey: String
    let clientConfig: String
    private let child: ChildServer
    private let scratch: Scratch

    init() async throws {
        let scratch = try Scratch()
        self.scratch = scratch
        let port = try ClusterServer.freePort()
        self.port = port
        key = scratch.path + "/key"
        otherKey = scratch.path + "/other"
        for name in ["host", "key", "other"] {
            let made = try await Command.run(
                ["/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "\(scratch.path)/\(name)"], in: scratch)
            try #require(made.code == 0, "\(made.errors)")
        }
        let configuration = try scratch.file(
            "sshd_config",
            """
            Port \(port)
            ListenAddress 127.0.0.1
            HostKey \(scratch.path)/host
            AuthorizedKeysFile \(scratch.path)/key.pub
            PidFile none
            StrictModes no
            UsePAM no
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            AllowTcpForwarding yes
            PermitRootLogin yes
            """)
        clientConfig = try scratch.file(
            "ssh_config",
            """
            StrictHostKeyChecking accept-new
            UserKnownHostsFile \(scratch.path)/known_hosts
            ControlMaster no
            """)
        // sshd separates its rights in this folder.
        try? FileManager.default.createDirectory(atPath: "/run/sshd", withIntermediateDirectories: true)
        child = try ChildServer { _ in ["/usr/sbin/sshd", "-D", "-f", configuration] }
        for _ in 0..<600 {
            if let connection = try? Socket.connect(port: port) {
                close(connection)
                return
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw CocoaError(.featureUnsupported)
    }

    /// The ssh processes that lead here, which a closed tunnel leaves none of.
    func clients() async throws -> String {
        try await Command.run(["/bin/sh", "-c", "pgrep -a '^ssh$' | grep -F -- '-p \(port) ' || true"], in: scratch)
            .output
    }
}
