import Foundation
import Glibc
import Synchronization

/// One question to a server and all that it answers until it closes the connection.
enum TCPExchange {
    /// Why an exchange did not come to its end.
    enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
        case noSuchHost(String)
        case refused(String)
        case timedOut
        case tooLong
        case broken(String)

        var description: String {
            switch self {
            case .noSuchHost(let reason): "its name cannot be resolved (\(reason))"
            case .refused(let reason): "no connection (\(reason))"
            case .timedOut: "no answer in time"
            case .tooLong: "the answer does not end"
            case .broken(let reason): "the connection broke (\(reason))"
            }
        }
    }

    /// What came, and why no more did; what came may be of use all the same.
    struct Answer: Sendable {
        var bytes: [UInt8] = []
        var fault: Fault?
    }

    /// - Parameters:
    ///   - longest: more bytes than this are not taken.
    ///   - deadline: the exchange is given up then, whatever it waits for, the resolver too.
    static func ask(
        _ question: [UInt8], of server: WhoisServer, atMost longest: Int, by deadline: ContinuousClock.Instant
    ) async -> Answer {
        let answer = await OneOf<Answer>.run(by: deadline) {
            var answer = Answer()
            do throws(Fault) {
                let connection = try Connection(server, by: deadline)
                try connection.send(question, by: deadline)
                try connection.receive(into: &answer.bytes, atMost: longest, by: deadline)
            } catch {
                answer.fault = error
            }
            return answer
        }
        return answer ?? Answer(fault: .timedOut)
    }
}

/// Waits for blocking work on a thread of its own, and not longer than to a moment.
enum OneOf<Value: Sendable> {
    /// Work that keeps to the moment itself is given this much longer to say how far it came.
    private static var grace: Duration { .milliseconds(250) }

    /// - Returns: `nil` where the moment came first; the work goes on unheard then.
    static func run(by deadline: ContinuousClock.Instant, _ work: @escaping @Sendable () -> Value) async -> Value? {
        let waiting = Mutex<CheckedContinuation<Value?, Never>?>(nil)
        let box = Box(waiting)
        let timer = Task {
            try? await Task.sleep(until: deadline.advanced(by: grace), clock: .continuous)
            box.resume(nil)
        }
        defer { timer.cancel() }
        return await withCheckedContinuation { continuation in
            box.set(continuation)
            // A thread of its own: a pool's would run out where servers do not answer.
            Thread { box.resume(work()) }.start()
        }
    }

    private final class Box: Sendable {
        private let waiting: Mutex<CheckedContinuation<Value?, Never>?>
        init(_ waiting: consuming Mutex<CheckedContinuation<Value?, Never>?>) { self.waiting = waiting }
        func set(_ continuation: CheckedContinuation<Value?, Never>) { waiting.withLock { $0 = continuation } }
        func resume(_ value: Value?) {
            let continuation = waiting.withLock { waiting in
                defer { waiting = nil }
                return waiting
            }
            continuation?.resume(returning: value)
        }
    }
}

/// A TCP connection that never waits beyond a moment.
private final class Connection {
    private let descriptor: Int32

    init(_ server: WhoisServer, by deadline: ContinuousClock.Instant) throws(TCPExchange.Fault) {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(server.host, String(server.port), &hints, &list)
        guard status == 0 else { throw .noSuchHost(String(cString: gai_strerror(status))) }
        defer { freeaddrinfo(list) }
        var fault = TCPExchange.Fault.refused("no address")
        var next = list
        while let candidate = next {
            next = candidate.pointee.ai_next
            do throws(TCPExchange.Fault) {
                descriptor = try Self.connect(candidate.pointee, by: deadline)
                return
            } catch {
                fault = error
            }
        }
        throw fault
    }

    deinit { close(descriptor) }

    private static func connect(_ address: addrinfo, by deadline: ContinuousClock.Instant) throws(TCPExchange.Fault)
        -> Int32
    {
        let kind = address.ai_socktype | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let descriptor = socket(address.ai_family, kind, address.ai_protocol)
        guard descriptor >= 0 else { throw .refused(String(cString: strerror(errno))) }
        do throws(TCPExchange.Fault) {
            if Glibc.connect(descriptor, address.ai_addr, address.ai_addrlen) != 0 {
                guard errno == EINPROGRESS else { throw .refused(String(cString: strerror(errno))) }
                try wait(for: POLLOUT, of: descriptor, by: deadline)
                var code: Int32 = 0
                var size = socklen_t(MemoryLayout<Int32>.size)
                getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size)
                guard code == 0 else { throw .refused(String(cString: strerror(code))) }
            }
            return descriptor
        } catch {
            close(descriptor)
            throw error
        }
    }

    private static func wait(for event: Int32, of descriptor: Int32, by deadline: ContinuousClock.Instant)
        throws(TCPExchange.Fault)
    {
        while true {
            let left = ContinuousClock.now.duration(to: deadline).components
            let milliseconds = left.seconds * 1000 + left.attoseconds / 1_000_000_000_000_000
            guard milliseconds > 0 else { throw .timedOut }
            var poll = pollfd(fd: descriptor, events: Int16(event), revents: 0)
            let count = Glibc.poll(&poll, 1, Int32(clamping: milliseconds))
            if count > 0 { return }
            if count < 0, errno != EINTR { throw .broken(String(cString: strerror(errno))) }
        }
    }

    func send(_ bytes: [UInt8], by deadline: ContinuousClock.Instant) throws(TCPExchange.Fault) {
        var sent = 0
        while sent < bytes.count {
            try Self.wait(for: POLLOUT, of: descriptor, by: deadline)
            let count = bytes.withUnsafeBytes {
                Glibc.send(
                    descriptor, $0.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count > 0 {
                sent += count
            } else if count < 0, errno != EINTR, errno != EAGAIN {
                throw .broken(String(cString: strerror(errno)))
            }
        }
    }

    func receive(into bytes: inout [UInt8], atMost longest: Int, by deadline: ContinuousClock.Instant)
        throws(TCPExchange.Fault)
    {
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            try Self.wait(for: POLLIN, of: descriptor, by: deadline)
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count == 0 { return }
            if count > 0 {
                bytes += buffer[..<min(count, longest - bytes.count)]
                if bytes.count >= longest { throw .tooLong }
            } else if errno != EINTR, errno != EAGAIN {
                throw .broken(String(cString: strerror(errno)))
            }
        }
    }
}
