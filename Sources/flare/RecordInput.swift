import ArgumentParser
import FlareKit
import Foundation
import OutputFiles

/// Records for commands that need no whole pipeline: files of a sensor, or the sources of a pipeline file.
struct RecordInput: ParsableArguments {
    @Argument(
        help: "Files of a sensor, or one pipeline file whose sources, window and filters are taken.",
        completion: .file())
    var inputs: [String] = []

    @Option(help: "The source plugin that reads the files; by default told from their content.")
    var source: String?

    @OptionGroup var overrides: PipelineOverrides

    func validate() throws {
        if inputs.isEmpty { throw ValidationError("name a file") }
    }

    /// A pipeline with the sources, and with the one detector.
    func pipeline(_ detector: any Detector) throws -> Pipeline {
        var pipeline = try basis()
        pipeline.detectors = [.init(detector.name, detector)]
        pipeline.sinks = []
        return pipeline
    }

    private func basis() throws -> Pipeline {
        if let path = inputs.first, inputs.count == 1, path.hasSuffix(".yaml") || path.hasSuffix(".yml") {
            return try overrides.definition(of: path).pipeline
        }
        var draft = PipelineDraft()
        try draft.read(SensorFiles(inputs, sensor: source))
        draft.detectors = [PipelineDraft.plugin("beacon-classic")]
        draft.sinks = [PipelineDraft.plugin("json")]
        return try draft.pipeline(overrides)
    }
}

/// A file that is written whole or not at all; `-` is standard output, which gets what is written as it comes.
final class ResultFile {
    private var file: WholeFile

    init(_ path: String) throws {
        file = WholeFile(path == "-" ? nil : path, streams: true)
        try file.open()
    }

    func write(_ bytes: some Sequence<UInt8>) throws { try file.write(bytes) }

    /// Makes what was written stand.
    func commit() throws { try file.commit() }

    func abort() { file.abort() }

    /// Writes a file with what `body` gives it.
    ///
    /// - Returns: what `body` does.
    static func write<Result>(_ path: String, _ body: (ResultFile) async throws -> Result) async throws -> Result {
        let file = try ResultFile(path)
        do {
            let result = try await body(file)
            try file.commit()
            return result
        } catch {
            file.abort()
            throw error
        }
    }
}

/// Ends a command that failed with its sentence and its code.
enum Failure {
    static func guarded(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let error as PluginError {
            StandardError.write(TerminalText.safe("flare: error: \(error)\n"))
            throw ExitCode(FlareExit.failed)
        }
    }
}
