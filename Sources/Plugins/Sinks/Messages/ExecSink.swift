import CFlareSpawn
import FlareKit
import Glibc
import HTTP

/// Tells a program.
public struct ExecSink: TellingSink, BuiltInPlugin {
    public static let name = "exec"
    public static let summary =
        "Starts a program of the administrator's for what is news, a line of JSON a finding on its standard input."

    let teller: Teller
    public let destination: String?

    public init(_ options: ExecOptions, _ context: PluginContext) throws(OptionComplaint) {
        try self.init(options, context, policy: nil)
    }

    init(_ options: ExecOptions, _ context: PluginContext, policy: RetryPolicy?) throws(OptionComplaint) {
        guard let program = options.program.file else {
            throw OptionComplaint("\"\(options.program.text)\" is no program", option: "program", expected: "a file")
        }
        if let reason = TrustedFiles.distrust(ofReferred: program, folders: context.codeFolders) {
            throw OptionComplaint(
                "\(program) is not run: \(reason)", option: "program",
                suggestion: "put it into /etc/flare or ~/.config/flare, where only you and root can write")
        }
        destination = program
        let courier = ExecCourier(program: program)
        teller = Teller(options.tell, name: program, context, courier, policy: policy)
    }
}

/// The options of `exec`.
public struct ExecOptions: TellingOptions {
    var program = OptionPath("")
    var tell = TellOptions()

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option(
                "program", \.program,
                "Program in /etc/flare or ~/.config/flare, started without arguments. It ends with 0, with 75 where it is to be asked again, and within a minute.",
                required: true),
            tellOption,
        ]
    }
}

struct ExecCourier: Courier {
    let program: String
    var timeout = Duration.seconds(60)

    /// Variables that the program gets.
    private static let variables = ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR"]
    /// What a program ends with that wants to be asked again (sysexits.h, EX_TEMPFAIL).
    private static let later: Int32 = 75

    func deliver(_ message: Message) async throws {
        let input = Array(message.notices.map { $0.json + "\n" }.joined().utf8)
        try await BlockingCall.run { try run(input) }
    }

    private func run(_ input: [UInt8]) throws {
        var child = try start()
        defer {
            // What it has left running ends with it.
            kill(-child.pid, SIGKILL)
            for descriptor in [child.input, child.output, child.errors, child.ended] where descriptor >= 0 {
                Glibc.close(descriptor)
            }
        }
        var sent = 0
        var words: [UInt8] = []
        let end = ContinuousClock.now + timeout
        while true {
            // A descriptor below 0 is passed over.
            var events = [
                pollfd(fd: child.input, events: Int16(POLLOUT), revents: 0),
                pollfd(fd: child.output, events: Int16(POLLIN), revents: 0),
                pollfd(fd: child.errors, events: Int16(POLLIN), revents: 0),
                pollfd(fd: child.ended, events: Int16(POLLIN), revents: 0),
            ]
            let left = end - ContinuousClock.now
            guard left > .zero,
                poll(&events, 4, Int32(clamping: left.components.seconds * 1000 + 1)) >= 0 || errno == EINTR
            else { break }
            if events[0].revents != 0 {
                let count = input[sent...].withUnsafeBytes { write(child.input, $0.baseAddress, $0.count) }
                sent += max(0, count)
                // A program need not read it all.
                if sent == input.count || (count < 0 && errno != EAGAIN && errno != EINTR) { Self.shut(&child.input) }
            }
            if events[1].revents != 0 { _ = Self.read(&child.output) }
            if events[2].revents != 0 { words = (words + Self.read(&child.errors)).suffix(1000) }
            if events[3].revents != 0 {
                words = (words + Self.read(&child.errors)).suffix(1000)
                return try judge(waited(child.pid), words)
            }
        }
        kill(-child.pid, SIGKILL)
        _ = waited(child.pid)
        throw DeliveryFailure(reason: "it did not end within \(timeout.components.seconds) s", isPassing: true)
    }

    private func start() throws -> flare_child {
        var child = flare_child()
        let own = ProcessEnvironment.current
        let values = Self.variables.compactMap { name in own[name].map { "\(name)=\($0)" } }
        func copies(_ texts: [String]) -> [UnsafeMutablePointer<CChar>?] { texts.map { strdup($0) } + [nil] }
        let (arguments, environment) = (copies([program]), copies(values))
        defer { for copy in arguments + environment { free(copy) } }
        let code = flare_spawn(program, arguments, environment, "/", 0, 0, &child)
        guard code == 0 else {
            throw DeliveryFailure(reason: "it cannot be started: \(String(cString: strerror(code)))", isPassing: true)
        }
        return child
    }

    private func judge(_ status: Int32, _ words: [UInt8]) throws {
        guard status != 0 else { return }
        let code = status >> 8 & 0xFF
        let how = status & 0x7F == 0 ? "it ended with \(code)" : "it was ended by signal \(status & 0x7F)"
        let said = String(decoding: words, as: UTF8.self).split(whereSeparator: \.isNewline).last
        throw DeliveryFailure(reason: how + (said.map { ": \($0)" } ?? ""), isPassing: code == Self.later)
    }

    private func waited(_ pid: Int32) -> Int32 {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        return status
    }

    /// What is there; closes the descriptor at its end.
    private static func read(_ descriptor: inout Int32) -> [UInt8] {
        guard descriptor >= 0 else { return [] }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        if count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR) { shut(&descriptor) }
        return Array(buffer.prefix(max(0, count)))
    }

    private static func shut(_ descriptor: inout Int32) {
        Glibc.close(descriptor)
        descriptor = -1
    }
}
