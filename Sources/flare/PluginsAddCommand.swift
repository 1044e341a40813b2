import ArgumentParser
import FlareKit
import Foundation

struct PluginsAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Records an external plugin, so that pipelines can use it.",
        discussion: """
            Starts the plugin once, asks what it is, and records that in your plugins.yaml. It is code that runs with \
            your rights: look at it first.

            Example: flare plugins add -- python3 long_gaps.py
            Example: flare plugins add build/libmine.so
            """)

    @Argument(help: "A dynamic library.", completion: .file(extensions: ["so"]))
    var path: String?

    @Argument(parsing: .postTerminator, help: "After --: the command line of a program.")
    var command: [String] = []

    @Flag(help: "Also records hashes of the plugin's files; a run then refuses others.")
    var pin = false

    @Option(help: "What a program is locked into: none or bubblewrap (no network, no writing of files).")
    var sandbox = ExternalRecord.Sandbox.none

    @Option(help: "What becomes of a run in which the plugin fails: end_run or go_on.")
    var onFailure = ExternalRecord.OnFailure.endRun

    @Option(
        name: .customLong("plugins"),
        help: "The plugins.yaml to record it in; by default that of your own configuration.",
        completion: .file(extensions: ["yaml"]))
    var file: String?

    func validate() throws {
        if (path == nil) == command.isEmpty {
            throw ValidationError("give the path of a library, or -- and the command line of a program")
        }
    }

    func run() async throws {
        LogFormat.text.bootstrap(isQuiet: false)
        let environment = ProcessInfo.processInfo.environment
        guard let target = file ?? TrustedFiles.userFolder(environment).map({ "\($0)/plugins.yaml" }) else {
            throw ValidationError(
                "neither XDG_CONFIG_HOME nor HOME says where your configuration is; use --plugins FILE")
        }
        do {
            var terms = ExternalPlugins.Terms()
            terms.isPinned = pin
            terms.sandbox = sandbox
            terms.onFailure = onFailure
            let plugin =
                if let path {
                    try await ExternalPlugins.introduce(library: path, terms)
                } else {
                    try await ExternalPlugins.introduce(
                        command: command, in: FileManager.default.currentDirectoryPath, terms, environment: environment)
                }
            try plugin.record(in: target, BuiltInPlugins.registry)
            let (kind, name) = (plugin.description.kind, plugin.description.name)
            try StandardOutput.print(
                TerminalText.safe(
                    """
                    recorded \(kind.rawValue) "\(name)" in \(target): \(plugin.description.summary)
                    its options: flare plugins show \(name)
                    in a pipeline file:
                      \(kind.section):
                        - plugin: \(name)
                    """))
        } catch let error as ConfigurationError {
            StandardError.write(TerminalText.safe("\(error)\n"))
            throw ExitCode(FlareExit.configuration)
        } catch let error as PluginError {
            StandardError.write(TerminalText.safe("flare: error: \(error)\n"))
            throw ExitCode(FlareExit.failed)
        }
    }
}

extension ExternalRecord.Sandbox: ExpressibleByArgument {}
extension ExternalRecord.OnFailure: ExpressibleByArgument {}
