import ArgumentParser
import FlareKit
import Foundation
import OutputText

/// A pipeline file that a command writes by itself: the plugins in their roles, one a line.
struct PipelineDraft {
    var window = "all"
    /// Further lines of the top level, such as `on_empty: ok`.
    var settings: [String] = []
    var sources: [String] = []
    var enrichers: [String] = []
    var detectors: [String] = []
    var sinks: [String] = []
    /// What the run's report has to say of the input beside what the sources say.
    var notes = IngestCounts()

    /// The pipeline file, ready to be kept.
    var text: String {
        func list(_ title: String, _ entries: [String]) -> [String] {
            entries.isEmpty ? [] : ["\(title):"] + entries.map { "  - \($0)" }
        }
        let lines =
            ["version: 1", "window: \(window)"] + settings + list("sources", sources) + list("enrichers", enrichers)
            + list("detectors", detectors) + list("sinks", sinks)
        return lines.joined(separator: "\n") + "\n"
    }

    /// One plugin with its options, in a line of YAML: the values are YAML already.
    static func plugin(_ name: String, _ options: (key: String, value: String)...) -> String {
        "{" + ([("plugin", name)] + options).map { "\($0.0): \($0.1)" }.joined(separator: ", ") + "}"
    }

    /// A text as YAML reads it back, whatever is in it.
    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\", "\"": quoted += "\\\(scalar)"
            case "$": quoted += "$$"
            // YAML takes some of these for line ends, and others for no text at all.
            case _
            where scalar.properties.generalCategory != .spaceSeparator && SafeText.isControl(scalar)
                || scalar.value >= 0xFFFE:
                quoted += String(format: "\\U%08X", scalar.value)
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    /// Paths as YAML's list. They are made absolute, so that the file may be kept anywhere.
    static func paths(_ paths: [String]) -> String {
        "[" + paths.map { quoted(absolute($0)) }.joined(separator: ", ") + "]"
    }

    /// A path from the root; standard input and output stay what they are.
    static func absolute(_ path: String) -> String {
        if path == "-" || path.hasPrefix("/") || path.hasPrefix("~") { return path }
        return FileManager.default.currentDirectoryPath + "/" + path
    }

    /// The pipeline that the text says, ready to run.
    ///
    /// - Throws: `ExitCode` 78 where the configuration is wrong, after all complaints were shown.
    func pipeline(_ overrides: PipelineOverrides) throws -> Pipeline {
        var pipeline = try definition(overrides).pipeline
        pipeline.notes = notes
        return pipeline
    }

    /// What the text says.
    ///
    /// - Throws: `ExitCode` 78 where the configuration is wrong, after all complaints were shown.
    func definition(_ overrides: PipelineOverrides) throws -> PipelineDefinition {
        let environment = ProcessInfo.processInfo.environment
        do {
            return try PipelineDefinition.read(
                text, file: "the command line", folder: FileManager.default.currentDirectoryPath,
                overrides: overrides.assignments, registry: BuiltInPlugins.registry, environment: environment,
                pluginsFiles: PluginsFile.locations(
                    pipeline: nil, named: overrides.pluginsFile, environment: environment))
        } catch {
            StandardError.write(TerminalText.safe("\(error)\n"))
            throw ExitCode(FlareExit.configuration)
        }
    }
}
