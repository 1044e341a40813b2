import CFlareSpawn
import FlareKit
import Glibc
import Synchronization

/// A forward from a loopback port to a cluster, by the system's ssh in batch mode.
///
/// It has to be closed; it also ends with the connection.
package final class SSHTunnel: Sendable {
    /// The loopback port that leads to the cluster.
    package let port: Int
    private let child: flare_child
    private let ending: SuddenEnd.Token
    private let isClosed = Mutex(false)

    /// How long ssh may take to connect, in milliseconds.
    private static let patience = 10_000

    /// Pause between two looks whether the forward is there, in milliseconds.
    private static let step = 50

    private init(port: Int, child: flare_child) {
        self.port = port
        self.child = child
        ending = SuddenEnd.wouldNeed { [pid = child.pid] in kill(-pid, SIGKILL) }
    }

    deinit { end() }

    /// Starts ssh, and waits until the port answers.
    ///
    /// - Throws: `PluginError` with ssh's own words where it ends or does not get there.
    package static func open(_ options: SSHOptions, to target: ClusterURL) async throws -> SSHTunnel {
        let port = try freePort()
        let tunnel = SSHTunnel(port: port, child: try spawn(options.arguments(local: port, target: target)))
        for _ in 0..<patience / step {
            if tunnel.hasEnded { break }
            if answers(port) { return tunnel }
            do {
                try await Task.sleep(for: .milliseconds(step))
            } catch {
                tunnel.end()
                throw error
            }
        }
        let hasEnded = tunnel.hasEnded
        let words = tunnel.errors()
        tunnel.end()
        throw PluginError(
            hasEnded ? "ssh ended: \(words)" : "ssh did not open its forward in time: \(words)", at: options.host,
            remedy: "see whether ssh -o BatchMode=yes \(options.host) works without a question")
    }

    private static func spawn(_ arguments: [String]) throws -> flare_child {
        guard let program = programPath() else {
            throw PluginError("there is no ssh in PATH", remedy: "install openssh-client")
        }
        var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
        var environment: [UnsafeMutablePointer<CChar>?] = []
        for name in ["HOME", "PATH", "USER", "LOGNAME", "SSH_AUTH_SOCK", "LANG"] {
            if let value = getenv(name) { environment.append(strdup("\(name)=\(String(cString: value))")) }
        }
        defer { for word in words + environment { free(word) } }
        words.append(nil)
        environment.append(nil)
        var child = flare_child()
        let code = flare_spawn(program, words, environment, "/", 0, 0, &child)
        guard code == 0 else { throw PluginError("ssh could not be started: \(String(cString: strerror(code)))") }
        return child
    }

    private static func programPath() -> String? {
        let folders = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        return folders.split(separator: ":").map { "\($0)/ssh" }.first { access($0, X_OK) == 0 }
    }

    /// Whether ssh is gone.
    private var hasEnded: Bool {
        var query = pollfd(fd: child.ended, events: Int16(POLLIN), revents: 0)
        return poll(&query, 1, 0) > 0
    }

    /// What ssh said.
    private func errors() -> String {
        var query = pollfd(fd: child.errors, events: Int16(POLLIN), revents: 0)
        guard poll(&query, 1, 0) > 0 else { return "it said nothing" }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = read(child.errors, &buffer, buffer.count)
        let lines = String(decoding: buffer[..<max(0, count)], as: UTF8.self).split(whereSeparator: \.isNewline)
        return lines.isEmpty ? "it said nothing" : lines.joined(separator: "; ")
    }

    package func close() { end() }

    private func end() {
        let isFirst = isClosed.withLock { isClosed in
            defer { isClosed = true }
            return !isClosed
        }
        guard isFirst else { return }
        SuddenEnd.needsNot(ending)
        kill(-child.pid, SIGTERM)
        var query = pollfd(fd: child.ended, events: Int16(POLLIN), revents: 0)
        if poll(&query, 1, 2000) <= 0 { kill(-child.pid, SIGKILL) }
        waitpid(child.pid, nil, 0)
        for descriptor in [child.input, child.output, child.errors, child.ended] { Glibc.close(descriptor) }
    }
}

extension SSHTunnel {
    private static func withLoopback<Result>(
        _ port: Int, _ body: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Result
    ) -> Result {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { Glibc.close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body(descriptor, $0, &length) }
        }
    }

    /// A loopback port that nobody listens at now.
    private static func freePort() throws -> Int {
        let port = withLoopback(0) { descriptor, address, length -> Int in
            guard bind(descriptor, address, length.pointee) == 0, getsockname(descriptor, address, length) == 0 else {
                return 0
            }
            return Int(
                UnsafeRawPointer(address).assumingMemoryBound(to: sockaddr_in.self).pointee.sin_port.bigEndian)
        }
        guard port > 0 else { throw PluginError("there is no free port on the loopback") }
        return port
    }

    /// Whether somebody listens at a loopback port.
    private static func answers(_ port: Int) -> Bool {
        withLoopback(port) { descriptor, address, length in connect(descriptor, address, length.pointee) == 0 }
    }
}
