import FlareModel
import FlareOptions
import FlarePipeline
import FlarePlugins
import Logging

/// Plugins whose code is outside of the command.
public enum ExternalPlugins {
    /// For `PluginRegistry.outside`. Pure: nothing is started before a run needs it.
    public static let maker: ExternalPluginMaker = { descriptor, options, context in
        switch descriptor.origin {
        case .executable: program(ExternalProgram(descriptor, options, context))
        case .library: try library(LibraryInstance(descriptor, options))
        case .builtIn:
            throw PluginError("\(descriptor.phrase) is built in and cannot be made from outside")
        }
    }

    private static func library(_ library: LibraryInstance) throws -> any Plugin {
        switch library.descriptor.kind {
        case .enricher: LibraryEnricher(library: library)
        case .detector: LibraryDetector(library: library)
        case .source, .sink:
            throw PluginError("a library can be a detector or an enricher", at: "\(library.descriptor.origin)")
        }
    }

    /// The log, with the plugin's name beside each remark.
    static func logger(for name: String) -> Logger {
        var logger = Logger(label: "flare.plugin")
        logger[metadataKey: "plugin"] = "\(name)"
        return logger
    }

    /// Whether a plugin is the one that was recorded.
    static func check(_ said: ExternalDescription, against descriptor: PluginDescriptor) throws(ExternalFault) {
        let record = descriptor.outside ?? ExternalRecord()
        if let hash = record.hash, hash == said.hash { return }
        let recorded = ExternalDescription(
            kind: descriptor.kind, name: descriptor.name, summary: descriptor.summary, options: descriptor.options,
            evidence: descriptor.evidence, traits: record.traits)
        let differences = said.differences(from: recorded)
        if !differences.isEmpty { throw .differs(differences) }
    }

    private static func program(_ program: ExternalProgram) -> any Plugin {
        switch program.descriptor.kind {
        case .source: ProgramSource(program: program)
        case .enricher: ProgramEnricher(program: program)
        case .detector: ProgramDetector(program)
        case .sink: ProgramSink(program)
        }
    }
}

extension ExternalPlugins {
    /// How a plugin is to be recorded.
    public struct Terms: Sendable {
        /// Whether the files of the command have to stay as they are.
        public var isPinned = false
        public var sandbox = ExternalRecord.Sandbox.none
        public var onFailure = ExternalRecord.OnFailure.endRun

        public init() {}
    }

    /// Starts a program once, and asks it to introduce itself.
    ///
    /// - Parameters:
    ///   - command: as it was typed in `folder`; words of it that are files there become absolute paths.
    ///   - folder: the absolute working directory.
    ///   - terms: how it is to be recorded and run.
    ///   - environment: the command's own.
    ///   - limits: what it may use while it is asked.
    /// - Throws: `PluginError`.
    public static func introduce(
        command: [String], in folder: String, _ terms: Terms = Terms(), environment: [String: String],
        limits: ExternalLimits = ExternalLimits()
    ) async throws -> IntroducedPlugin {
        let command = absolute(command, in: folder)
        let launch = ExternalLaunch(
            command: command, folder: folder, sandbox: terms.sandbox, environment: [], surroundings: environment)
        let conversation = ExternalConversation(limits: limits, logger: logger(for: command.last ?? ""))
        do {
            try conversation.open(launch)
            let description = try await ExternalProgram.hello(conversation)
            await conversation.close()
            var record = ExternalRecord()
            record.sandbox = terms.sandbox
            record.onFailure = terms.onFailure
            record.isPinned = terms.isPinned
            if terms.isPinned { record.files = files(of: command, launch) }
            return IntroducedPlugin(
                description: description, origin: .executable(command, folder: folder), record: record)
        } catch let fault as ExternalFault {
            conversation.fail(fault)
            await conversation.close()
            throw PluginError(fault.description, at: command.joined(separator: " "))
        }
    }

    /// Loads a library once, and asks it what it is.
    ///
    /// - Parameters:
    ///   - path: relative to the working directory or absolute.
    ///   - terms: how it is to be recorded and run.
    /// - Throws: `PluginError`.
    public static func introduce(library path: String, _ terms: Terms = Terms()) async throws -> IntroducedPlugin {
        let path = FileBytes.absolute(path)
        do {
            let image = try await EngineThread.run(until: ReadMeter()) { try LibraryImage.load(path) }
            var record = ExternalRecord()
            record.onFailure = terms.onFailure
            record.isPinned = terms.isPinned
            if terms.isPinned { record.files = [path: FileHash.sha256(path) ?? ""] }
            return IntroducedPlugin(description: image.description, origin: .library(path), record: record)
        } catch let fault as ExternalFault {
            throw PluginError(fault.description, at: path)
        }
    }

    /// The words of a command with those that are paths of files made absolute.
    private static func absolute(_ command: [String], in folder: String) -> [String] {
        command.enumerated().map { place, word in
            if word.hasPrefix("/") || word.isEmpty || (place == 0 && !word.contains("/")) { return word }
            let path = OptionPath.join(folder, word[...])
            return FileBytes.resolved(path) == nil ? word : path
        }
    }

    private static func files(of command: [String], _ launch: ExternalLaunch) -> [String: String] {
        let paths =
            [command.first.flatMap(launch.find)].compactMap { $0 } + command.dropFirst().filter { $0.hasPrefix("/") }
        return paths.reduce(into: [:]) { $0[$1] = FileHash.sha256($1) }
    }
}

/// An external plugin that said what it is.
public struct IntroducedPlugin: Sendable {
    public let description: ExternalDescription
    let origin: PluginDescriptor.Origin
    let record: ExternalRecord

    /// Records the plugin in a plugins.yaml, in the place of an entry with its kind and name.
    ///
    /// - Parameters:
    ///   - path: of the file; made if it is not there.
    ///   - registry: the built-in plugins, whose names are taken.
    /// - Throws: `ConfigurationError` or `PluginError`; then the file is as it was.
    public func record(in path: String, _ registry: PluginRegistry) throws {
        if let existing = registry.find(description.kind, description.name), !existing.isExternal {
            throw PluginError(
                "\(existing.phrase) is built in and cannot be replaced", at: "\(origin)",
                remedy: "give the plugin another name")
        }
        var before = ""
        if FileBytes.resolved(path) != nil {
            do {
                before = String(decoding: try FileBytes.read(path, atMost: YAMLLimits.standard.bytes), as: UTF8.self)
            } catch {
                throw PluginError(error.reason, at: path)
            }
        }
        let entry = try PluginsFileEntryText(description: description, origin: origin, record: record).lines()
        let text = try PluginsFileEditor(before, path: path)
            .text(with: entry, kind: description.kind, name: description.name)
        try check(text, path, registry)
        try SmallFile.write(text, to: path)
    }

    /// Reads the new text as a run will.
    private func check(_ text: String, _ path: String, _ registry: PluginRegistry) throws(ConfigurationError) {
        let folder = FileBytes.folder(of: FileBytes.absolute(path))
        let root = try YAMLReader.read(text, file: path, folder: folder)
        var context = DecodingContext(leavesUnsetVariables: true)
        var registry = registry
        registry.apply(PluginsFile(root, .init(path, .commandLine), &context), &context)
        try context.finish()
    }
}
