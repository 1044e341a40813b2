import ArgumentParser
import FlareKit
import Foundation

struct PluginsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plugins",
        abstract: "Shows the plugins of this installation.",
        subcommands: [
            PluginsListCommand.self, PluginsShowCommand.self, PluginsAddCommand.self, PluginsNewCommand.self,
        ],
        defaultSubcommand: PluginsListCommand.self)
}

/// Which plugins.yaml files are laid over what is built in, where there is no pipeline file.
struct PluginsFiles: ParsableArguments {
    @Option(
        name: .customLong("plugins"), help: "A further plugins.yaml, trusted to name external plugins.",
        completion: .file(extensions: ["yaml"]))
    var file: String?

    /// The plugins in force.
    ///
    /// - Throws: `ExitCode` 78 where a plugins.yaml is wrong, after all complaints were shown.
    func registry() throws -> PluginRegistry {
        let environment = ProcessInfo.processInfo.environment
        var registry = BuiltInPlugins.registry
        do {
            try registry.apply(
                PluginsFile.locations(pipeline: nil, named: file, environment: environment), environment: environment)
            return registry
        } catch {
            StandardError.write(TerminalText.safe("\(error)\n"))
            throw ExitCode(FlareExit.configuration)
        }
    }
}

struct PluginsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists all plugins, one a line.",
        discussion: "Example: flare plugins list --kind sink")

    @Option(help: "Only plugins of one kind: source, enricher, detector or sink.")
    var kind: PluginKind?

    @Flag(help: "Prints the built-in plugins as the plugins.yaml that is shipped, with all defaults.")
    var yaml = false

    @OptionGroup var files: PluginsFiles

    func run() async throws {
        if yaml {
            try StandardOutput.print(BuiltInPlugins.registry.shippedPluginsFile, terminator: "")
            return
        }
        let plugins = try files.registry().descriptors.filter { kind == nil || $0.kind == kind }
        let head = ["KIND", "NAME", "STATE", "FROM", "SUMMARY"]
        let rows = plugins.map {
            [$0.kind.rawValue, $0.name, $0.isEnabled ? "enabled" : "disabled", $0.origin.description, $0.summary]
        }
        try StandardOutput.print(TerminalText.safe(TextTable.lines([head] + rows).joined(separator: "\n")))
    }
}

struct PluginsShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows a plugin's options with their units and defaults, and what it writes about findings.",
        discussion: "Example: flare plugins show eve")

    @Argument(help: "The plugin's name.")
    var name: String

    @Option(help: "The plugin's kind, where several have the name.")
    var kind: PluginKind?

    @OptionGroup var files: PluginsFiles

    func run() async throws {
        let registry = try files.registry()
        let plugins = registry.find(name).filter { kind == nil || $0.kind == kind }
        guard !plugins.isEmpty else {
            let hint = registry.suggestion(for: name, kind) ?? "see \"flare plugins list\""
            throw ValidationError("there is no \(kind?.rawValue ?? "plugin") \"\(name)\"; \(hint)")
        }
        try StandardOutput.print(TerminalText.safe(plugins.map { PluginPage($0).text }.joined(separator: "\n\n")))
    }
}

extension PluginKind: ExpressibleByArgument {}
