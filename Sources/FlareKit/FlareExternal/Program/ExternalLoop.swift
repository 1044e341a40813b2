import CFlareSpawn
import FlarePipeline
import FlarePlugins
import Glibc

/// Moves the bytes between a program and its conversation, on a thread of its own, until the program has ended.
///
/// It waits for whatever comes first: something to write, to read, the program's end, or a deadline. What it holds of
/// a line is bounded, and so is what is taken of standard error.
final class ExternalLoop {
    private let child: flare_child
    private let ending: SuddenEnd.Token
    private let wake: CInt
    private let conversation: ExternalConversation
    private var output: (bytes: [UInt8], offset: Int) = ([], 0)
    private var line: [UInt8] = []
    private var errors: ErrorLog
    private var isInputOpen = true
    private var isOutputOpen = true
    private var areErrorsOpen = true
    private var graceEnds: ContinuousClock.Instant?
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)

    /// How long a program may go on after its input has ended.
    private static let grace = Duration.seconds(2)

    init(_ child: flare_child, wake: CInt, of conversation: ExternalConversation) {
        self.child = child
        ending = SuddenEnd.wouldNeed { [pid = child.pid] in kill(-pid, SIGKILL) }
        self.wake = wake
        self.conversation = conversation
        errors = ErrorLog(conversation.logger, limit: conversation.limits.errors)
    }

    func run() {
        // Writing to a program that has ended is an error to be handled, not a signal.
        var pipeSignal = sigset_t()
        sigemptyset(&pipeSignal)
        sigaddset(&pipeSignal, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &pipeSignal, nil)
        while true {
            let plan = conversation.plan()
            if plan.fault != nil { return end(plan.fault) }
            if plan.isClosing, !plan.hasOutput, output.bytes.isEmpty { closeInput() }
            let now = ContinuousClock().now
            if plan.isClosing, !isInputOpen, graceEnds == nil { graceEnds = now.advanced(by: Self.grace) }
            if let deadline = plan.deadline, now >= deadline { return end(conversation.silence) }
            if let graceEnds, now >= graceEnds {
                conversation.logger.warning("it did not end when its input ended, and was killed")
                return end(nil)
            }
            let events = wait(plan, until: [plan.deadline, graceEnds].compactMap { $0 }.min())
            if events.contains(.woken) { while read(wake, &buffer, 64) > 0 {} }
            if events.contains(.errors), !readErrors() { return end(.floodOfErrors(conversation.limits.errors)) }
            if events.contains(.output), let fault = readOutput() { return end(fault) }
            if events.contains(.ended) { return ended() }
            if events.contains(.input) { writeInput() }
            if !isOutputOpen, plan.owesAnswer, !events.contains(.output) { return end(.closedOutput) }
        }
    }

    /// Gives up before the first turn.
    func abandon(_ fault: ExternalFault) { end(fault) }

    private struct Events: OptionSet {
        let rawValue: Int
        static let woken = Events(rawValue: 1)
        static let input = Events(rawValue: 2)
        static let output = Events(rawValue: 4)
        static let errors = Events(rawValue: 8)
        static let ended = Events(rawValue: 16)
    }

    private func wait(_ plan: ExternalConversation.Plan, until moment: ContinuousClock.Instant?) -> Events {
        let hasOutput = isInputOpen && (plan.hasOutput || !output.bytes.isEmpty)
        let watched: [(Events, CInt, CInt)] = [
            (.woken, wake, POLLIN), (.input, hasOutput ? child.input : -1, POLLOUT),
            (.output, isOutputOpen && plan.takesAnswers ? child.output : -1, POLLIN),
            (.errors, areErrorsOpen ? child.errors : -1, POLLIN), (.ended, child.ended, POLLIN),
        ]
        var descriptors = watched.map { pollfd(fd: $0.1, events: Int16($0.2), revents: 0) }
        var milliseconds: CInt = -1
        if let moment {
            let left = ContinuousClock().now.duration(to: moment).inSeconds
            milliseconds = CInt(max(0, min(left * 1000 + 1, 3_600_000)))
        }
        guard poll(&descriptors, nfds_t(descriptors.count), milliseconds) > 0 else { return [] }
        return zip(watched, descriptors).reduce(into: []) { events, pair in
            if pair.1.revents != 0 { events.insert(pair.0.0) }
        }
    }

    private func writeInput() {
        while true {
            if output.bytes.isEmpty {
                guard let next = conversation.takeOutput() else { return }
                output = (next, 0)
            }
            let count = output.bytes.withUnsafeBytes { bytes in
                write(child.input, bytes.baseAddress?.advanced(by: output.offset), bytes.count - output.offset)
            }
            if count < 0 {
                if errno == EINTR { continue }
                // A program that no longer reads has ended or soon will; its end says more than this.
                if errno != EAGAIN { closeInput() }
                return
            }
            output.offset += count
            if output.offset == output.bytes.count { output = ([], 0) }
        }
    }

    private func closeInput() {
        guard isInputOpen else { return }
        isInputOpen = false
        output = ([], 0)
        close(child.input)
    }

    /// Reads what is there, a buffer at a time.
    private func readOutput() -> ExternalFault? {
        let count = read(child.output, &buffer, buffer.count)
        if count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR) { isOutputOpen = false }
        guard count > 0 else { return nil }
        var start = 0
        while start < count {
            guard let end = buffer[start..<count].firstIndex(of: 0x0A) else { break }
            line += buffer[start..<end]
            start = end + 1
            let whole = line
            line.removeAll(keepingCapacity: line.count < buffer.count)
            if !whole.isEmpty, whole != [0x0D] { conversation.take(whole) }
        }
        line += buffer[start..<count]
        let limit = conversation.limits.line
        return line.count > Int(limit.bytes) ? .lineTooLong(limit) : nil
    }

    /// - Returns: whether it wrote no more than it may.
    private func readErrors() -> Bool {
        let count = read(child.errors, &buffer, buffer.count)
        if count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR) { areErrorsOpen = false }
        return count <= 0 || errors.take(buffer[..<count])
    }

    /// The program has ended by itself. What it still wrote is read, as far as it is there: a descendant that holds its
    /// streams open is not waited for.
    private func ended() {
        var fault: ExternalFault?
        let before = ContinuousClock().now
        while isOutputOpen, fault == nil, isReadable(child.output),
            before.duration(to: ContinuousClock().now) < Self.grace
        {
            fault = readOutput()
        }
        while areErrorsOpen, isReadable(child.errors), readErrors(),
            before.duration(to: ContinuousClock().now) < Self.grace
        {}
        end(fault)
    }

    private func isReadable(_ descriptor: CInt) -> Bool {
        var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&watched, 1, 0) > 0
    }

    /// Ends the program with all its descendants, and tells the conversation.
    private func end(_ fault: ExternalFault?) {
        let hadEnded = isReadable(child.ended)
        SuddenEnd.needsNot(ending)
        // Before it is waited for, so that the number is not another's yet.
        kill(-child.pid, SIGKILL)
        kill(child.pid, SIGKILL)
        var status: CInt = 0
        while waitpid(child.pid, &status, 0) < 0, errno == EINTR {}
        errors.finish()
        if isInputOpen { close(child.input) }
        for descriptor in [child.output, child.errors, child.ended] { close(descriptor) }
        let how = hadEnded ? Self.sentence(for: status, conversation.limits) : "was killed"
        let natural: ExternalFault =
            line.isEmpty ? .ended(how, lastWords: errors.lastLines) : .endedInMidLine(how, bytes: line.count)
        conversation.over(fault ?? natural)
        close(wake)
    }

    /// How a program ended, as a verb phrase.
    private static func sentence(for status: CInt, _ limits: ExternalLimits) -> String {
        let signal = status & 0x7F
        if signal == 0 { return "ended with exit code \((status >> 8) & 0xFF)" }
        switch signal {
        case SIGXCPU: return "used more than \(limits.cpu) of processor time (limits.cpu)"
        case SIGKILL: return "was killed"
        default: return "was ended by signal \(signal) (\(String(cString: strsignal(signal))))"
        }
    }
}
