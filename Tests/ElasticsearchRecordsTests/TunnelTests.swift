import FlareKit
import Foundation
import TestClusters
import Testing

@testable import ElasticsearchClient
@testable import ElasticsearchFindings
@testable import ElasticsearchRecords

/// The way to a cluster through an sshd of the test's own.
@Suite("the SSH tunnel", .serialized, .enabled(if: ClusterServer.areThere && SSHServer.isThere))
struct TunnelTests {
    static func options(_ sshd: SSHServer, port: Int) -> String {
        """
        urls: ["http://127.0.0.1:\(port)"]
        ssh: {host: flare-test, config: "\(sshd.clientConfig)"}
        """
    }

    @Test("reads the same findings through the tunnel, and leaves no ssh behind")
    func reads() async throws {
        let server = try await SharedServer.of(.noida)
        let sshd = try await SSHServer()
        let expected = try await Runs.file(SharedServer.fewFlows, SharedServer.window)
        let outcome = try await Runs.cluster(
            Self.options(sshd, port: server.port) + "\nindex: logstash-flow-few\ngrouping: off", SharedServer.window)
        #expect(outcome.rows == expected.rows)
        #expect(try await sshd.clients() == "")
    }

    @Test("leads over a jump host, and is an error where that is not there")
    func jump() async throws {
        let server = try await SharedServer.of(.noida)
        let (near, far) = (try await SSHServer(), try await SSHServer())
        let scratch = try Scratch()
        let options = { (jump: Int) in
            let configuration = try scratch.file(
                "ssh_config",
                """
                StrictHostKeyChecking accept-new
                UserKnownHostsFile \(scratch.path)/known_hosts
                Host far
                  HostName 127.0.0.1
                  Port \(far.port)
                  IdentityFile \(far.key)
                  ProxyJump near
                Host near
                  HostName 127.0.0.1
                  Port \(jump)
                  IdentityFile \(near.key)
                """)
            return """
                urls: ["http://127.0.0.1:\(server.port)"]
                index: logstash-flow-few
                grouping: off
                ssh: {host: far, config: "\(configuration)"}
                """
        }
        let outcome = try await Runs.cluster(try options(near.port), SharedServer.window)
        #expect(outcome.used == SharedServer.fewFlows.eve.count)
        #expect(try await far.clients() == "")
        #expect(try await near.clients() == "")
        let dead = try ClusterServer.freePort()
        await #expect(throws: PluginError.self) { try await Runs.cluster(try options(dead), SharedServer.window) }
    }

    @Test("a key that is not known is one error in ssh's own words")
    func wrongKey() async throws {
        let sshd = try await SSHServer()
        let text = Self.options(sshd, port: 1)
        let configuration = try String(contentsOfFile: sshd.clientConfig, encoding: .utf8)
        try configuration.replacing(sshd.key, with: sshd.otherKey)
            .write(toFile: sshd.clientConfig, atomically: false, encoding: .utf8)
        let source = try ElasticsearchSource(.read(text), SSHServer.trusting)
        let error = await #expect(throws: PluginError.self) { try await source.session.cluster() }
        await source.close()
        #expect(error?.description.contains("Permission denied") == true, "\(error?.description ?? "")")
        #expect(error?.description.contains("BatchMode") == true)
    }

    @Test("a cluster that is not there behind the tunnel is an error, and the tunnel is closed")
    func nothingBehind() async throws {
        let sshd = try await SSHServer()
        let dead = try ClusterServer.freePort()
        let source = try ElasticsearchSource(.read(Self.options(sshd, port: dead)), SSHServer.trusting)
        await #expect(throws: ClusterError.self) { try await source.session.cluster() }
        await source.close()
        #expect(try await sshd.clients() == "")
    }

}

@Suite("What a pipeline says of SSH")
struct SSHTrustTests {
    private func complaint(_ ssh: String, folders: [String] = []) -> OptionComplaint? {
        #expect(throws: OptionComplaint.self) {
            try ElasticsearchSource(
                .read("urls: [\"http://es:9200\"]\nssh: {\(ssh)}"), PluginContext(codeFolders: folders))
        }
    }

    @Test(
        "a name that ssh takes for an option, or a shell for a command, is refused",
        arguments: [
            ("host: -oProxyCommand=true", "ssh.host"), ("host: \"a$(touch x)\"", "ssh.host"),
            ("host: \"a`touch x`\"", "ssh.host"), ("host: \"b;touch x@a\"", "ssh.host"),
            ("host: \"a|touch x\"", "ssh.host"), ("host: \"a\\nProxyCommand x\"", "ssh.host"),
            ("host: \"b c@a\"", "ssh.host"),
        ])
    func names(ssh: String, option: String) {
        #expect(complaint(ssh)?.option == option)
    }

    @Test("names of machines and users as people write them are taken")
    func usualNames() throws {
        for host in ["2001:db8::1", "ada.l_1-x@near.example", "fe80::1%eth0"] {
            _ = try ElasticsearchSource(
                .read("urls: [\"http://es:9200\"]\nssh: {host: \"\(host)\"}"), PluginContext())
        }
    }

    @Test("a configuration of ssh is taken from the user's folders alone, wherever a link leads from")
    func configurations() throws {
        let (own, beside) = (try Scratch(), try Scratch())
        let (mine, theirs) = (try own.file("ssh_config", ""), try beside.file("ssh_config", "ProxyCommand true\n"))
        _ = try ElasticsearchSource(
            .read("urls: [\"http://es:9200\"]\nssh: {host: a, config: \"\(mine)\"}"),
            PluginContext(codeFolders: [own.path]))
        let refused = complaint("host: a, config: \"\(theirs)\"", folders: [own.path])
        #expect(refused?.option == "ssh.config")
        #expect(refused?.message.contains("can run programs") == true)
        try FileManager.default.createSymbolicLink(atPath: own.path + "/link", withDestinationPath: theirs)
        for path in ["\(own.path)/link", "\(own.path)/../\(beside.path.split(separator: "/").last ?? "")/ssh_config"] {
            #expect(complaint("host: a, config: \"\(path)\"", folders: [own.path])?.option == "ssh.config")
        }
        try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: mine)
        #expect(
            complaint("host: a, config: \"\(mine)\"", folders: [own.path])?.message.contains("everybody") == true)
    }
}

/// An sshd on the loopback that lets in whoever has its key.
final class SSHServer: Sendable {
    /// Where the tests' own configurations of ssh are trusted.
    static let trusting = PluginContext(codeFolders: [NSTemporaryDirectory()])
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
            Host flare-test
              HostName 127.0.0.1
              Port \(port)
              IdentityFile \(key)
              IdentitiesOnly yes
              StrictHostKeyChecking accept-new
              UserKnownHostsFile \(scratch.path)/known_hosts
              ControlMaster no
            """)
        // sshd separates its rights in this folder.
        try? FileManager.default.createDirectory(atPath: "/run/sshd", withIntermediateDirectories: true)
        child = try ChildServer { _ in ["/usr/sbin/sshd", "-D", "-f", configuration] }
        try await Socket.waitUntilAnswers(port: port)
    }

    /// The ssh processes that lead here, which a closed tunnel leaves none of.
    func clients() async throws -> String {
        try await Command.run(
            ["/bin/sh", "-c", "pgrep -a '^ssh$' | grep -F -- '\(clientConfig)' || true"], in: scratch
        )
        .output
    }
}
