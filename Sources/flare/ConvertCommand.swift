import ArgumentParser
import FlareKit
import Foundation

struct ConvertCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert",
        abstract: "Turns a configuration of original Flare into a pipeline file.",
        discussion: """
            The pipeline goes to standard output, or to a file that is not there yet; what could not be carried over is \
            said on standard error, and stands in the pipeline as comments.

            Example: flare convert selks4.ini > selks4.yaml
            """)

    @Argument(help: "The configuration of original Flare.", completion: .file(extensions: ["ini"]))
    var ini: String

    @Option(name: [.short, .long], help: "Writes the pipeline to this file.", completion: .file(extensions: ["yaml"]))
    var output: String?

    func run() async throws {
        let text: String
        do {
            text = try String(contentsOfFile: ini, encoding: .utf8)
        } catch {
            StandardError.write("flare: \(ini): \(error.localizedDescription)\n")
            throw ExitCode(FlareExit.configuration)
        }
        let conversion: IniConversion
        do {
            conversion = try IniConversion(text, file: ini)
        } catch let error as IniError {
            StandardError.write(TerminalText.safe("flare: \(error)") + "\n")
            throw ExitCode(FlareExit.configuration)
        }
        for remark in conversion.remarks { StandardError.write(TerminalText.safe("\(ini): \(remark)") + "\n") }
        let pipeline = Redaction.redacted(conversion.pipeline)
        guard let output else {
            try StandardOutput.print(pipeline, terminator: "")
            return
        }
        guard !FileManager.default.fileExists(atPath: output) else {
            StandardError.write("flare: \(output) is there already\n")
            throw ExitCode(FlareExit.failed)
        }
        try await Failure.guarded { try await ResultFile.write(output) { try $0.write(pipeline.utf8) } }
    }
}
