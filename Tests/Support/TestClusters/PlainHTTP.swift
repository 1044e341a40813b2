import Foundation
import Glibc

/// Requests by a socket alone, one a connection: what tests use to look past the client that is tested.
package enum PlainHTTP {
    package static func request(port: Int, method: String, path: String, body: String?, type: String)
        async throws -> (status: Int, text: String)
    {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(
                    with: Result { try exchange(port: port, method: method, path: path, body: body, type: type) })
            }
        }
    }

    private static func exchange(port: Int, method: String, path: String, body: String?, type: String) throws -> (
        status: Int, text: String
    ) {
        let connection = try Socket.connect(port: port)
        defer { close(connection) }
        let content = Array((body ?? "").utf8)
        let head =
            "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nContent-Type: \(type)\r\n"
            + "Content-Length: \(content.count)\r\nConnection: close\r\n\r\n"
        try Socket.write(Array(head.utf8) + content, to: connection)
        var message = HTTPMessage()
        while !message.isWhole, let bytes = Socket.read(connection) { message.add(bytes) }
        let status = message.startLine.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return (status, String(decoding: message.body, as: UTF8.self))
    }
}

/// Blocking sockets of the loopback.
package enum Socket {
    package static func connect(port: Int) throws -> Int32 {
        let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard connection >= 0 else { throw POSIXError(.ENOTSOCK) }
        let result = withAddress(port) { Glibc.connect(connection, $0, $1) }
        guard result == 0 else {
            close(connection)
            throw POSIXError(.ECONNREFUSED)
        }
        return connection
    }

    /// Waits until somebody listens at a port.
    package static func waitUntilAnswers(port: Int) async throws {
        for _ in 0..<600 {
            if let connection = try? connect(port: port) {
                close(connection)
                return
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw POSIXError(.ETIMEDOUT)
    }

    package static func withAddress<Result>(_ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result)
        -> Result
    {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// What comes next; `nil` at the end.
    package static func read(_ connection: Int32) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(connection, &buffer, buffer.count, 0)
        return count > 0 ? Array(buffer[..<count]) : nil
    }

    package static func write(_ bytes: [UInt8], to connection: Int32) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw POSIXError(.EPIPE) }
            sent += count
        }
    }

    /// Ends a connection by a reset.
    package static func reset(_ connection: Int32) {
        var linger = Glibc.linger(l_onoff: 1, l_linger: 0)
        setsockopt(connection, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
        close(connection)
    }
}

/// A request or an answer that is being read: HTTP/1.1 with a length or in chunks.
package struct HTTPMessage {
    package private(set) var bytes: [UInt8] = []
    private var headEnd: Int?

    package mutating func add(_ more: [UInt8]) {
        bytes += more
        guard headEnd == nil else { return }
        let mark = Array("\r\n\r\n".utf8)
        for start in 0..<max(0, bytes.count - 3) where bytes[start..<start + 4].elementsEqual(mark) {
            headEnd = start + 4
            return
        }
    }

    package var head: [String] {
        headEnd.map { String(decoding: bytes[..<($0 - 4)], as: UTF8.self).components(separatedBy: "\r\n") } ?? []
    }

    package var startLine: String { head.first ?? "" }

    package func header(_ name: String) -> String? {
        head.dropFirst().first { $0.lowercased().hasPrefix(name + ":") }
            .map { $0.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces) }
    }

    private var isChunked: Bool { header("transfer-encoding")?.lowercased() == "chunked" }

    private var rest: ArraySlice<UInt8> { headEnd.map { bytes[$0...] } ?? [] }

    package var isWhole: Bool {
        guard headEnd != nil else { return false }
        if isChunked { return rest.suffix(5).elementsEqual(Array("0\r\n\r\n".utf8)) }
        return rest.count >= header("content-length").flatMap { Int($0) } ?? 0
    }

    /// The body without its chunks.
    package var body: [UInt8] {
        guard isChunked else { return Array(rest) }
        var body: [UInt8] = []
        var rest = rest
        while let end = rest.firstIndex(of: 13) {
            let size = Int(String(decoding: rest[rest.startIndex..<end], as: UTF8.self), radix: 16) ?? 0
            guard size > 0, rest.endIndex >= end + 2 + size else { break }
            body += rest[(end + 2)..<(end + 2 + size)]
            rest = rest[min(rest.endIndex, end + 4 + size)...]
        }
        return body
    }
}
