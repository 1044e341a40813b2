import FlareOptions
import FlarePipeline
import FlarePlugins
import Glibc
import Logging
import Synchronization

/// A plugin that is a program: started when the run first needs it, asked to introduce itself, and given its options.
final class ExternalProgram: Sendable {
    let descriptor: PluginDescriptor
    let record: ExternalRecord
    let options: OptionValues
    private let context: PluginContext
    private let conversation: ExternalConversation
    private let start = Mutex<Task<Void, any Error>?>(nil)
    /// Whether it still works.
    let health: ExternalHealth

    init(_ descriptor: PluginDescriptor, _ options: OptionValues, _ context: PluginContext) {
        self.descriptor = descriptor
        self.record = descriptor.outside ?? ExternalRecord()
        self.options = options
        self.context = context
        let logger = ExternalPlugins.logger(for: descriptor.name)
        let conversation = ExternalConversation(limits: record.limits, logger: logger)
        self.conversation = conversation
        health = ExternalHealth(descriptor) { conversation.fail($0) }
    }

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
    func stream(_ question: String, _ body: (inout JSONText) -> Void) async throws -> ExternalStream {
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
    func failed(_ error: any Error) -> any Error { health.failed(error) }

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
            try record.checkFiles()
            try conversation.open(launch)
            let said = try await Self.hello(conversation)
            try ExternalPlugins.check(said, against: descriptor)
            let text = try JSONText(options)
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

    private var launch: ExternalLaunch {
        guard case .executable(let command, let folder) = descriptor.origin else {
            return ExternalLaunch(command: [], folder: "/", sandbox: .none, environment: [], surroundings: [:])
        }
        return ExternalLaunch(
            command: command, folder: folder, sandbox: record.sandbox, environment: record.environment,
            surroundings: ProcessEnvironment.current)
    }

    /// Asks a program to introduce itself.
    static func hello(_ conversation: ExternalConversation) async throws -> ExternalDescription {
        let answer = try await conversation.ask("hello") { text in
            text.key("protocol")
            text.append(ExternalDescription.version)
        }
        guard let version = answer["protocol"]?.integer else {
            throw ExternalFault.nonsense("its introduction names no \"protocol\"")
        }
        guard version == ExternalDescription.version else {
            throw ExternalFault.nonsense(
                "it speaks version \(version) of the protocol, and this command version \(ExternalDescription.version); "
                    + "use the flare_plugin.py, or whatever it is built on, that goes with this command")
        }
        var text = JSONText()
        text.append(answer)
        do {
            return try ExternalDescription.read(text.bytes)
        } catch {
            throw ExternalFault.nonsense("\(error)")
        }
    }
}
