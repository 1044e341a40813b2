import Glibc
import Logging
import Synchronization

/// A plugin that is a program: started when the run first needs it, asked to introduce itself, and given its options.
final class OutsideProgram: Sendable {
    let descriptor: PluginDescriptor
    let record: OutsideRecord
    let options: OptionValues
    private let context: PluginContext
    private let conversation: OutsideConversation
    private let start = Mutex<Task<Void, any Error>?>(nil)
    private let firstFailure = Mutex<String?>(nil)

    init(_ descriptor: PluginDescriptor, _ options: OptionValues, _ context: PluginContext) {
        self.descriptor = descriptor
        self.record = descriptor.outside ?? OutsideRecord()
        self.options = options
        self.context = context
        var logger = Logger(label: "flare.plugin")
        logger[metadataKey: "plugin"] = "\(descriptor.name)"
        conversation = OutsideConversation(limits: record.limits, logger: logger)
    }

    /// What went wrong, the first time something did; `nil` if nothing.
    var failure: String? { firstFailure.withLock { $0 } }

    /// Whether the run goes on without the plugin if it fails.
    var mayFail: Bool { record.onFailure == .goOn }

    /// Asks a question and waits for the answer; the program is started before the first.
    ///
    /// - Throws: `PluginError`, or `CancellationError` where the run ended.
    func ask(_ question: String, _ body: (inout JSONText) -> Void = { _ in }) async throws -> JSONValue {
        try await ready()
        do {
            return try await conversation.ask(question, body)
        } catch {
            throw failed(error)
        }
    }

    /// Asks a question with many answers.
    func stream(_ question: String, _ body: (inout JSONText) -> Void) async throws -> OutsideStream {
        try await ready()
        do {
            return try conversation.stream(question, body)
        } catch {
            throw failed(error)
        }
    }

    /// Says something without an answer.
    func tell(_ subject: String, _ body: (inout JSONText) -> Void) async throws {
        try await ready()
        conversation.tell(subject, body)
    }

    /// Ends the program because of what it said, or of what became of it.
    ///
    /// - Returns: the error for whoever needed it.
    func failed(_ error: any Error) -> any Error {
        guard let fault = error as? OutsideFault else { return error }
        if fault == .runEnded { return CancellationError() }
        conversation.fail(fault)
        let failure = PluginError(fault.description, at: "\(descriptor.phrase) (\(descriptor.origin))")
        firstFailure.withLock { if $0 == nil { $0 = failure.description } }
        return failure
    }

    /// Does something with the plugin; where that fails and the run may go on without it, the other value stands.
    func guarded<Result>(otherwise value: Result, _ body: () async throws -> Result) async throws -> Result {
        if mayFail, failure != nil { return value }
        do {
            return try await body()
        } catch let fault as OutsideFault {
            let error = failed(fault)
            if mayFail, !(error is CancellationError) { return value }
            throw error
        } catch is PluginError where mayFail && failure != nil {
            return value
        }
    }

    func cancel() { conversation.fail(.runEnded) }

    func close() async { await conversation.close() }

    private func ready() async throws {
        let task = start.withLock { task in
            if let task { return task }
            let new = Task { try await self.begin() }
            task = new
            return new
        }
        try await task.value
    }

    private func begin() async throws {
        do {
            try checkFiles()
            try conversation.open(launch)
            let said = try await Self.hello(conversation)
            try check(said)
            var text = JSONText()
            try writeOptions(into: &text)
            _ = try await conversation.ask("configure") { message in
                message.key("options")
                message.append(raw: text.bytes)
                message.key("place")
                message.append(context.place)
                message.key("folder")
                message.append(context.folder)
            }
        } catch {
            throw failed(error)
        }
    }

    private var launch: OutsideLaunch {
        guard case .executable(let command, let folder) = descriptor.origin else {
            return OutsideLaunch(command: [], folder: "/", sandbox: .none, environment: [], surroundings: [:])
        }
        return OutsideLaunch(
            command: command, folder: folder, sandbox: record.sandbox, environment: record.environment,
            surroundings: ProcessEnvironment.current)
    }

    private func checkFiles() throws(OutsideFault) {
        guard record.isPinned else { return }
        for (path, hash) in record.files.sorted(by: { $0.key < $1.key }) {
            if FileHash.sha256(path) != hash { throw .changedFile(path) }
        }
    }

    private func check(_ said: OutsideDescription) throws(OutsideFault) {
        if let hash = record.hash, hash == said.hash { return }
        let recorded = OutsideDescription(
            kind: descriptor.kind, name: descriptor.name, summary: descriptor.summary, options: descriptor.options,
            evidence: descriptor.evidence, traits: record.traits)
        let differences = said.differences(from: recorded)
        if !differences.isEmpty { throw .differs(differences) }
    }

    private func writeOptions(into text: inout JSONText) throws {
        var fault: (any Error)?
        text.object { text in
            for name in options.names {
                guard let value = options[name] else { continue }
                text.key(name)
                do { try text.append(value) } catch { fault = error }
            }
        }
        if let fault { throw fault }
    }

    /// Asks a program to introduce itself.
    static func hello(_ conversation: OutsideConversation) async throws -> OutsideDescription {
        let answer = try await conversation.ask("hello") { text in
            text.key("protocol")
            text.append(OutsideDescription.version)
        }
        guard let version = answer["protocol"]?.integer else {
            throw OutsideFault.nonsense("its introduction names no \"protocol\"")
        }
        guard version == OutsideDescription.version else {
            throw OutsideFault.nonsense(
                "it speaks version \(version) of the protocol, and this command version \(OutsideDescription.version); "
                    + "use the flare_plugin.py, or whatever it is built on, that goes with this command")
        }
        var text = JSONText()
        text.append(answer)
        do {
            return try OutsideDescription.read(text.bytes)
        } catch {
            throw OutsideFault.nonsense("\(error)")
        }
    }
}

/// The environment of this process.
enum ProcessEnvironment {
    static var current: [String: String] {
        var variables: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let parts = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
            entry += 1
        }
        return variables
    }
}

/// Hashes of the files of pinned commands.
enum FileHash {
    /// Programs and libraries are shorter than this.
    private static let longest = 512_000_000

    /// - Returns: `nil` where the file cannot be read.
    static func sha256(_ path: String) -> String? {
        (try? FileBytes.read(path, atMost: longest)).map { SHA256.hex($0) }
    }
}
