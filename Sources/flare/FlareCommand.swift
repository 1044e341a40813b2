import ArgumentParser
import CFlareMemory
import FlareKit

@main
struct FlareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flare",
        abstract: "Finds machines that call home, in what your sensors already record.",
        discussion: """
            flare run pipeline.yaml reads flows, tells which channels are beacons, and writes a short list with the \
            evidence. Results go to standard output, progress and remarks to standard error.

            Exit codes: 0 done; 1 failed while running; 2 wrong usage; 3 done, but not whole; 4 nothing to judge in \
            the window, or a silent sensor; 10 done with findings (--exit-findings); 78 the configuration is wrong; \
            130 and 143 after SIGINT and SIGTERM.
            """,
        version: FlareVersion.current,
        subcommands: [
            RunCommand.self, HuntCommand.self, BeaconCommand.self, ValidateCommand.self, CheckCommand.self,
            PluginsCommand.self, SchemaCommand.self, HistoryCommand.self, MergeCommand.self, AckCommand.self,
            RulesCommand.self,
            ConvertCommand.self,
            ChannelsCommand.self, InjectCommand.self, EvalCommand.self, WhoisCommand.self, IPCommand.self,
            SelfCheckCommand.self,
            ReferenceCommand.self,
        ])

    /// Wrong usage ends with 2, as the exit codes promise, where ArgumentParser would say 64.
    static func main() async {
        flare_memory_begin()
        // Nearly every command needs the plugins, and making their list takes as long as reading the arguments.
        Task.detached { _ = BuiltInPlugins.registry }
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            exit(withError: ExitCode(end(error)))
        }
    }

    /// Says why the command ends.
    ///
    /// - Returns: the code to end with.
    private static func end(_ error: any Error) -> Int32 {
        let code = exitCode(for: error)
        var message = error is PluginError ? "flare: error: \(error)" : fullMessage(for: error)
        if code == .validationFailure, let unknown = UnknownCommand(CommandLine.arguments.dropFirst()) {
            message = unknown.text
        }
        do {
            // Help, the version, completions.
            if code.isSuccess {
                try StandardOutput.print(message)
            } else if !message.isEmpty {
                StandardError.write(TerminalText.safe(message) + "\n")
            }
            return code == .validationFailure ? FlareExit.usage : code.rawValue
        } catch {
            StandardError.write(TerminalText.safe("flare: error: \(error)") + "\n")
            return FlareExit.failed
        }
    }
}

/// Flare's own version, by semver.org.
enum FlareVersion {
    static let current = "0.1.0"
}

/// How the command ends.
enum FlareExit {
    static let failed: Int32 = 1
    static let usage: Int32 = 2
    static let notWhole: Int32 = 3
    static let nothingToJudge: Int32 = 4
    static let findings: Int32 = 10
    /// EX_CONFIG of sysexits.h.
    static let configuration: Int32 = 78
    static let interrupted: Int32 = 130
    static let terminated: Int32 = 143
}
