import ArgumentParser
import FlareKit
import Foundation

/// What the command line adds to a pipeline file, the same for every subcommand that takes one.
struct PipelineOverrides: ParsableArguments {
    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp(
            "Overrides one value of the pipeline file by its path; the value is read as YAML.", valueName: "path=value")
    )
    var assignments: [String] = []

    @Option(
        name: .customLong("plugins"), help: "A further plugins.yaml, trusted to name external plugins.",
        completion: .file(extensions: ["yaml"]))
    var pluginsFile: String?

    /// Reads a pipeline file.
    ///
    /// - Throws: `ExitCode` 2 where it is something else, such as a sensor's file, and 78 where the configuration is wrong, after all complaints were shown.
    func definition(of path: String) throws -> PipelineDefinition {
        try SensorFiles.requirePipeline(path)
        let environment = ProcessInfo.processInfo.environment
        do {
            let definition = try PipelineDefinition.load(
                path: path, overrides: assignments, registry: BuiltInPlugins.registry, environment: environment,
                pluginsFiles: PluginsFile.locations(pipeline: path, named: pluginsFile, environment: environment))
            for warning in definition.warnings { StandardError.write(TerminalText.safe("\(warning)\n")) }
            return definition
        } catch {
            StandardError.write(TerminalText.safe("\(error)\n"))
            throw ExitCode(FlareExit.configuration)
        }
    }
}
