import CFlareSpawn
import FlareOptions
import Glibc
import Synchronization

/// The answers to a question that has many: the records of a scan. Written by the conversation's thread, taken by the
/// thread of a cursor; holds a few answers only, so that a program that is faster than the run has to wait.
final class ExternalStream: Sendable {
    private struct State {
        var answers: [JSONValue] = []
        var isOver = false
        var fault: ExternalFault?
    }

    /// What there is to take.
    enum Next {
        case answer(JSONValue)
        /// Nothing came within the time.
        case nothing
        case end
    }

    private static let mostWaiting = 4
    private let state = Mutex(State())
    private let ends: (read: CInt, write: CInt)
    /// Tells the conversation that there is room again.
    private let roomMade: @Sendable () -> Void

    init(roomMade: @escaping @Sendable () -> Void) throws(ExternalFault) {
        var pair: [CInt] = [-1, -1]
        let code = flare_pipe(&pair)
        guard code == 0 else { throw .notStarted(String(cString: strerror(code))) }
        ends = (pair[0], pair[1])
        self.roomMade = roomMade
    }

    deinit {
        close(ends.read)
        close(ends.write)
    }

    var isFull: Bool { state.withLock { $0.answers.count >= Self.mostWaiting } }

    func put(_ answer: JSONValue, isLast: Bool) {
        state.withLock {
            $0.answers.append(answer)
            if isLast { $0.isOver = true }
        }
        wake()
    }

    func fail(_ fault: ExternalFault) {
        state.withLock {
            if !$0.isOver { $0.fault = fault }
        }
        wake()
    }

    /// Takes the next answer, waiting for it if need be.
    func take(within milliseconds: CInt) throws(ExternalFault) -> Next {
        if let next = try takeNow() { return next }
        var watched = pollfd(fd: ends.read, events: Int16(POLLIN), revents: 0)
        poll(&watched, 1, milliseconds)
        var byte: [UInt8] = Array(repeating: 0, count: 64)
        while read(ends.read, &byte, byte.count) > 0 {}
        return try takeNow() ?? .nothing
    }

    private func takeNow() throws(ExternalFault) -> Next? {
        let (next, fault): (Next?, ExternalFault?) = state.withLock { state in
            if !state.answers.isEmpty { return (.answer(state.answers.removeFirst()), nil) }
            if let fault = state.fault { return (nil, fault) }
            return (state.isOver ? .end : nil, nil)
        }
        if let fault { throw fault }
        if case .answer = next { roomMade() }
        return next
    }

    private func wake() {
        var byte: UInt8 = 1
        // A full pipe wakes as well as one more byte would.
        _ = write(ends.write, &byte, 1)
    }
}
