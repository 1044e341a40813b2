import Foundation
import Glibc
import Synchronization

/// Stands between Flare and a server on this machine, counts what passes, and breaks what it is told to. Whoever takes it
/// for a proxy of HTTP is led to the same server.
package final class FaultProxy: Sendable {
    /// What becomes of an answer.
    package enum Fault: Sendable {
        case none
        /// The answer comes later, in seconds.
        case delay(Double)
        /// Another answer comes in its place; the server is not asked.
        case status(Int, retryAfter: Int?)
        /// Another answer with this body; the server is not asked.
        case answer(Int, body: String)
        /// The answer breaks off by a reset after half of its body.
        case resetInBody
        /// The connection ends after half of the body.
        case truncated
        /// The answer's body has its right length and an end that is no JSON.
        case malformed
        /// The server is asked, and its answer thrown away by a reset.
        case lostAnswer
        /// The answer's first bytes come, then nothing.
        case stall
        /// The body as another.
        case body(@Sendable ([UInt8]) -> [UInt8])
    }

    /// A request that passed.
    package struct Passed: Sendable {
        package let number: Int
        package let line: String
        package let authorization: String?
        package let body: String
    }

    package let port: Int
    private let target: Int
    private let listener: Int32
    private let plan: @Sendable (Passed) -> Fault
    private let log = Mutex<[Passed]>([])
    private let bodyBytes = Mutex(0)

    /// The requests in their order.
    package var requests: [Passed] { log.withLock { $0 } }
    /// The bytes of all answers' bodies.
    package var bytes: Int { bodyBytes.withLock { $0 } }

    /// - Parameter plan: what becomes of each request's answer.
    package init(to target: Int, plan: @escaping @Sendable (Passed) -> Fault = { _ in .none }) throws {
        self.target = target
        self.plan = plan
        port = try ClusterServer.freePort()
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var yes: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        let listener = self.listener
        guard Socket.withAddress(port, { bind(listener, $0, $1) }) == 0, listen(listener, 64) == 0 else {
            throw POSIXError(.EADDRINUSE)
        }
        Thread.detachNewThread { [self] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                Thread.detachNewThread { [self] in serve(connection) }
            }
        }
    }

    package var url: String { "http://127.0.0.1:\(port)" }

    package func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    private func serve(_ connection: Int32) {
        while true {
            var request = HTTPMessage()
            while !request.isWhole {
                guard let bytes = Socket.read(connection) else {
                    close(connection)
                    return
                }
                request.add(bytes)
            }
            guard answer(request, on: connection) else { return }
        }
    }

    /// - Returns: whether the connection goes on.
    private func answer(_ request: HTTPMessage, on connection: Int32) -> Bool {
        let passed = log.withLock { log in
            let passed = Passed(
                number: log.count, line: request.startLine, authorization: request.header("authorization"),
                body: String(decoding: request.body, as: UTF8.self))
            log.append(passed)
            return passed
        }
        if passed.line.hasPrefix("CONNECT ") {
            // What is asked through the tunnel comes on the same connection.
            return (try? Socket.write(Array("HTTP/1.1 200 OK\r\n\r\n".utf8), to: connection)) != nil
        }
        let fault = plan(passed)
        switch fault {
        case .status(let status, let retryAfter):
            let body = #"{"error":{"type":"too_busy","reason":"made up by the test"}}"#
            return send(status, body, retryAfter.map { "Retry-After: \($0)\r\n" } ?? "", on: connection)
        case .answer(let status, let body): return send(status, body, "", on: connection)
        default: break
        }
        let isChanged = if case .body = fault { true } else { false }
        guard let answer = forwarded(request, isPlain: isChanged) else {
            Socket.reset(connection)
            return false
        }
        return send(answer, fault, on: connection)
    }

    private func send(_ status: Int, _ body: String, _ header: String, on connection: Int32) -> Bool {
        let head =
            "HTTP/1.1 \(status) Made-Up\r\nContent-Type: application/json\r\n\(header)"
            + "Content-Length: \(body.utf8.count)\r\n\r\n"
        return (try? Socket.write(Array((head + body).utf8), to: connection)) != nil
    }

    /// - Parameter isPlain: whether the answer has to be without compression.
    private func forwarded(_ request: HTTPMessage, isPlain: Bool) -> HTTPMessage? {
        guard let server = try? Socket.connect(port: target) else { return nil }
        defer { close(server) }
        var answer = HTTPMessage()
        var bytes = request.bytes
        if isPlain, let header = bytes.firstRange(of: Array("Accept-Encoding".utf8)) {
            bytes[header.lowerBound] = UInt8(ascii: "X")
        }
        guard (try? Socket.write(bytes, to: server)) != nil else { return nil }
        while !answer.isWhole {
            guard let bytes = Socket.read(server) else { return nil }
            answer.add(bytes)
        }
        return answer
    }

    private func send(_ answer: HTTPMessage, _ fault: Fault, on connection: Int32) -> Bool {
        var body = answer.body
        bodyBytes.withLock { $0 += body.count }
        if case .body(let change) = fault { body = change(body) }
        if case .malformed = fault { body = Array(body.dropLast(3)) + Array("!!!".utf8) }
        let kept = answer.head.dropFirst().filter { line in
            let name = line.lowercased()
            return !name.hasPrefix("content-length:") && !name.hasPrefix("transfer-encoding:")
        }
        let head = ([answer.startLine] + kept + ["Content-Length: \(body.count)", "", ""]).joined(separator: "\r\n")
        let whole = Array(head.utf8) + body
        let half = Array(whole.prefix(head.utf8.count + body.count / 2))
        switch fault {
        case .delay(let seconds):
            Thread.sleep(forTimeInterval: seconds)
            return (try? Socket.write(whole, to: connection)) != nil
        case .resetInBody:
            try? Socket.write(half, to: connection)
            Socket.reset(connection)
            return false
        case .truncated:
            try? Socket.write(half, to: connection)
            close(connection)
            return false
        case .lostAnswer:
            Socket.reset(connection)
            return false
        case .stall:
            try? Socket.write(Array(whole.prefix(20)), to: connection)
            // The client gives up and closes.
            while Socket.read(connection) != nil {}
            close(connection)
            return false
        default:
            return (try? Socket.write(whole, to: connection)) != nil
        }
    }
}
