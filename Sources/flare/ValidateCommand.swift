import ArgumentParser
import FlareKit

struct ValidateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Checks a pipeline file by itself.",
        discussion: """
            No input is read, nothing is written, no network is used, and no external plugin runs. All that is \
            wrong is shown at once, and the exit code is then 78.

            Example: flare validate home.yaml
            Example: flare validate home.yaml --options --set window=7d
            """)

    @Argument(help: "The pipeline file.", completion: .file(extensions: ["yaml", "yml"]))
    var pipeline: String

    @OptionGroup var overrides: PipelineOverrides

    @Flag(help: "Prints every plugin's options as a run would use them, secrets as ***.")
    var options = false

    func run() async throws {
        try StandardOutput.print(
            TerminalText.safe(PipelinePage(try overrides.definition(of: pipeline), showsOptions: options).text))
    }
}

/// A pipeline that was found right, in a few lines.
struct PipelinePage {
    let definition: PipelineDefinition
    let showsOptions: Bool

    init(_ definition: PipelineDefinition, showsOptions: Bool) {
        self.definition = definition
        self.showsOptions = showsOptions
    }

    var text: String {
        let roles: [(section: String, plugins: [String])] = [
            ("sources", definition.sources.map(plugin)), ("enrichers", definition.enrichers.map(plugin)),
            ("detectors", definition.detectors.map(plugin)), ("sinks", definition.sinks.map(plugin)),
        ]
        let lines = roles.filter { !$0.plugins.isEmpty }.map { role in
            let separator = showsOptions ? "\n            " : ", "
            return "  " + TextTable.padded(role.section, 10) + role.plugins.joined(separator: separator)
        }
        let window = "  " + TextTable.padded("window", 10) + definition.window.datum.description
        return (["\(definition.path) is right", window] + lines).joined(separator: "\n")
    }

    private func plugin<Role>(_ plugin: ConfiguredPlugin<Role>) -> String {
        guard showsOptions else { return plugin.descriptor.name }
        let options = plugin.descriptor.options.compactMap { option in
            plugin.options[option.name].map { "\n              \(option.name): \($0)" }
        }
        return plugin.descriptor.name + options.joined()
    }
}
