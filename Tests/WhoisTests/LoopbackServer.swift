import Foundation
import Glibc
import Synchronization
import Testing

@testable import Whois

/// A server on loopback that answers as a test says, one thread a connection.
final class LoopbackServer: Sendable {
    /// How a question ends.
    enum Question: Sendable {
        /// With a line (whois).
        case line
        /// With a line `end` (Team Cymru's bulk mode).
        case end
        /// With an empty line (HTTP).
        case head

        fileprivate func isWhole(_ text: String) -> Bool {
            switch self {
            case .line: text.contains("\n")
            case .end: text.hasSuffix("end\n")
            case .head: text.contains("\r\n\r\n")
            }
        }
    }

    /// What the server does once it was asked.
    enum Reply: Sendable {
        case text(String)
        case bytes([UInt8])
        /// Sends something and then nothing more, and keeps the connection.
        case silence(after: String)
        /// Sends and never ends.
        case endless(String)
    }

    let port: UInt16
    private let listener: Int32
    private let log = Log()

    private final class Log: Sendable {
        let texts = Mutex<[String]>([])
    }

    /// What clients asked, in the order it came.
    var questions: [String] { log.texts.withLock { $0 } }
    var server: WhoisServer { WhoisServer(host: "127.0.0.1", port: port) }

    init(_ question: Question, _ reply: @escaping @Sendable (String) -> Reply) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        let port = try #require(Loopback.bind(listener), "no port on loopback")
        try #require(listen(listener, 64) == 0)
        self.port = port
        self.listener = listener
        Thread { [log] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { return }
                Thread {
                    Self.serve(client, question) { text in
                        log.texts.withLock { $0.append(text) }
                        return reply(text)
                    }
                }.start()
            }
        }.start()
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    private static func serve(_ client: Int32, _ question: Question, _ reply: (String) -> Reply) {
        defer { close(client) }
        var text = ""
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while !question.isWhole(text) {
            let count = recv(client, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            text += String(decoding: buffer[..<count], as: UTF8.self)
        }
        switch reply(text) {
        case .text(let answer): _ = send(client, Array(answer.utf8))
        case .bytes(let bytes): _ = send(client, bytes)
        case .silence(let answer):
            _ = send(client, Array(answer.utf8))
            // Until the other end has had enough.
            while recv(client, &buffer, buffer.count, 0) > 0 {}
        case .endless(let answer):
            let bytes = Array(String(repeating: answer, count: 1000).utf8)
            while send(client, bytes) {}
        }
        shutdown(client, Int32(SHUT_WR))
    }

    private static func send(_ client: Int32, _ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(client, $0.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }
}

/// A port on which nobody listens, and that nobody else gets meanwhile.
final class DeadPort: Sendable {
    let port: UInt16
    private let descriptor: Int32

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        port = try #require(Loopback.bind(descriptor))
    }

    deinit { close(descriptor) }
}

enum Loopback {
    /// Binds a socket to a free port.
    static func bind(_ descriptor: Int32) -> UInt16? {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
            }
        }
        return isBound ? UInt16(bigEndian: address.sin_port) : nil
    }
}
