import CFlareSpawn
import FlareOptions
import FlarePipeline
import FlarePlugins
import Glibc
import Logging
import Synchronization

/// Questions to a program and its answers, lines of JSON over its standard input and output.
///
/// Any number of questions may be open; whoever asks waits for the answer, so that a slow program slows the run and no
/// more than the open questions is ever held. One thread of the engine's own moves all bytes (``ExternalLoop``).
final class ExternalConversation: Sendable {
    /// Who waits for the answers to a question.
    private enum Waiting {
        case once(CheckedContinuation<JSONValue, any Error>, asked: String)
        case stream(ExternalStream, asked: String)

        var asked: String {
            switch self {
            case .once(_, let asked), .stream(_, let asked): asked
            }
        }
    }

    private struct State {
        var outbox: [[UInt8]] = []
        var waiting: [Int64: Waiting] = [:]
        var nextID: Int64 = 0
        /// Since when the program owes an answer.
        var owesSince: ContinuousClock.Instant?
        var hasAnswered = false
        var isOpen = false
        var isClosing = false
        var fault: ExternalFault?
        var isOver = false
        var watchers: [CheckedContinuation<Void, Never>] = []
        var wakePipe: CInt = -1
    }

    let limits: ExternalLimits
    let logger: Logger
    private let state = Mutex(State())

    init(limits: ExternalLimits, logger: Logger) {
        self.limits = limits
        self.logger = logger
    }

    /// Starts the program.
    func open(_ launch: ExternalLaunch) throws(ExternalFault) {
        var pipe: [CInt] = [-1, -1]
        let code = flare_pipe(&pipe)
        guard code == 0 else { throw .notStarted(String(cString: strerror(code))) }
        let child: flare_child
        do throws(ExternalFault) {
            child = try launch.start(limits)
        } catch {
            Glibc.close(pipe[0])
            Glibc.close(pipe[1])
            throw error
        }
        state.withLock {
            $0.isOpen = true
            $0.wakePipe = pipe[1]
        }
        let wake = pipe[0]
        Task.detached { [self] in
            do {
                try await EngineThread.run(until: ReadMeter()) { ExternalLoop(child, wake: wake, of: self).run() }
            } catch {
                ExternalLoop(child, wake: wake, of: self).abandon(.notStarted("\(error)"))
            }
        }
    }

    /// Asks a question and waits for its answer.
    ///
    /// - Parameters:
    ///   - question: the protocol's word for it.
    ///   - body: writes the question's further entries.
    /// - Returns: the answer, an object without `error`.
    /// - Throws: `ExternalFault`.
    func ask(_ question: String, _ body: (inout JSONText) -> Void = { _ in }) async throws -> JSONValue {
        let id = takeID()
        let line = Self.line(question, id: id, body)
        return try await withCheckedThrowingContinuation { continuation in
            post(line, id, .once(continuation, asked: question))
        }
    }

    /// Asks a question that has many answers; the last one says `"end": true`.
    func stream(_ question: String, _ body: (inout JSONText) -> Void) throws(ExternalFault) -> ExternalStream {
        let id = takeID()
        let stream = try ExternalStream { [weak self] in self?.wake() }
        post(Self.line(question, id: id, body), id, .stream(stream, asked: question))
        return stream
    }

    /// Says something that has no answer.
    func tell(_ subject: String, _ body: (inout JSONText) -> Void) {
        var text = JSONText()
        text.object { text in
            text.key("tell")
            text.append(subject)
            body(&text)
        }
        let line = text.bytes + [0x0A]
        state.withLock { if $0.fault == nil { $0.outbox.append(line) } }
        wake()
    }

    /// Ends the program because it can no longer be trusted.
    func fail(_ fault: ExternalFault) {
        let (waiting, isOpen) = state.withLock { state in
            if state.fault == nil { state.fault = fault }
            let waiting = state.waiting
            state.waiting = [:]
            state.owesSince = nil
            return (waiting, state.isOpen)
        }
        for entry in waiting.values { Self.hand(fault, to: entry) }
        if isOpen { wake() }
    }

    /// Ends the conversation: the program's input ends, and it has a moment to end by itself.
    func close() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                state.isClosing = true
                if !state.isOpen || state.isOver { return true }
                state.watchers.append(continuation)
                return false
            }
            if isOver { continuation.resume() } else { wake() }
        }
    }

    private func takeID() -> Int64 {
        state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
    }

    private func post(_ line: [UInt8], _ id: Int64, _ waiting: Waiting) {
        let fault: ExternalFault? = state.withLock { state in
            if let fault = state.fault { return fault }
            if state.isClosing || !state.isOpen { return .runEnded }
            if state.waiting.isEmpty { state.owesSince = ContinuousClock().now }
            state.waiting[id] = waiting
            state.outbox.append(line)
            return nil
        }
        if let fault { Self.hand(fault, to: waiting) } else { wake() }
    }

    private static func hand(_ fault: ExternalFault, to waiting: Waiting) {
        switch waiting {
        case .once(let continuation, _): continuation.resume(throwing: fault)
        case .stream(let stream, _): stream.fail(fault)
        }
    }

    private static func line(_ question: String, id: Int64, _ body: (inout JSONText) -> Void) -> [UInt8] {
        var text = JSONText()
        text.object { text in
            text.key("id")
            text.append(id)
            text.key("ask")
            text.append(question)
            body(&text)
        }
        return text.bytes + [0x0A]
    }

    private func wake() {
        state.withLock { state in
            guard state.wakePipe >= 0 else { return }
            var byte: UInt8 = 1
            // A full pipe wakes as well as one more byte would.
            _ = write(state.wakePipe, &byte, 1)
        }
    }
}

/// What the thread that moves the bytes needs.
extension ExternalConversation {
    /// What is to be done next.
    struct Plan {
        var isClosing: Bool
        var fault: ExternalFault?
        /// Whether lines wait to be written.
        var hasOutput: Bool
        /// Whether there is room for more answers.
        var takesAnswers: Bool
        var owesAnswer: Bool
        /// When the program has owed an answer for too long.
        var deadline: ContinuousClock.Instant?
    }

    func plan() -> Plan {
        state.withLock { state in
            let isBlocked = state.waiting.values.contains {
                if case .stream(let stream, _) = $0 { stream.isFull } else { false }
            }
            // Who is made to wait by the run owes nothing meanwhile.
            if isBlocked { state.owesSince = ContinuousClock().now }
            let patience = state.hasAnswered ? limits.answer : limits.start
            return Plan(
                isClosing: state.isClosing, fault: state.fault, hasOutput: !state.outbox.isEmpty,
                takesAnswers: !isBlocked, owesAnswer: !state.waiting.isEmpty,
                deadline: isBlocked ? nil : state.owesSince?.advanced(by: .nanoseconds(patience.nanoseconds)))
        }
    }

    func takeOutput() -> [UInt8]? {
        state.withLock { $0.outbox.isEmpty ? nil : $0.outbox.removeFirst() }
    }

    /// The fault of a program that has owed an answer for too long.
    var silence: ExternalFault {
        state.withLock { state in
            let oldest = state.waiting.min { $0.key < $1.key }?.value.asked ?? "hello"
            return .silent(state.hasAnswered ? limits.answer : limits.start, asked: oldest)
        }
    }

    /// Hands a line to whoever asked.
    func take(_ line: [UInt8]) {
        do throws(ExternalFault) {
            try answer(line)
        } catch {
            fail(error)
        }
    }

    private func answer(_ line: [UInt8]) throws(ExternalFault) {
        let value: JSONValue
        do throws(JSONReader.Fault) {
            value = try JSONReader.read(line)
        } catch {
            throw .notJSON(error.description, line: Self.excerpt(line))
        }
        guard let id = value["id"]?.integer else { throw .nonsense("a line has no id: \(Self.excerpt(line))") }
        if let words = value["error"] { throw .gaveUp(words.text ?? words.phrase) }
        let isLast = value["end"]?.boolean == true
        let (waiting, isKnown): (Waiting?, Bool) = state.withLock { state in
            guard let waiting = state.waiting[id] else { return (nil, id > 0 && id <= state.nextID) }
            if case .stream = waiting, !isLast {} else { state.waiting[id] = nil }
            state.hasAnswered = true
            state.owesSince = state.waiting.isEmpty ? nil : ContinuousClock().now
            return (waiting, true)
        }
        switch waiting {
        case .once(let continuation, _): continuation.resume(returning: value)
        case .stream(let stream, _): stream.put(value, isLast: isLast)
        case nil: throw isKnown ? .answeredTwice(id) : .noSuchQuestion(id)
        }
    }

    /// The beginning of a line, fit to be shown.
    static func excerpt(_ line: [UInt8]) -> String {
        let text = String(decoding: line.prefix(80), as: UTF8.self)
        let shown = String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 ? "·" : $0 }))
        return line.count > 80 ? shown + "…" : shown
    }

    /// The program has ended; nothing more comes.
    ///
    /// - Parameter fault: why, for whoever still waits or asks later.
    func over(_ fault: ExternalFault) {
        fail(fault)
        let watchers = state.withLock { state in
            state.isOver = true
            state.wakePipe = -1
            let watchers = state.watchers
            state.watchers = []
            return watchers
        }
        for watcher in watchers { watcher.resume() }
    }
}
