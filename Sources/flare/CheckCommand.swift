import ArgumentParser
import FlareKit
import Foundation
import Logging

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Checks a pipeline against the world: servers, indices, fields, and who is told.",
        discussion: """
            Servers are asked, nothing is written, and nobody is told of anything without --send-test. It tells the server's version and health, which indices match and how \
            many documents are left after each filter, and for each field whether it is there and of which type. Ends \
            with 1 where something is wrong.

            Example: flare check configs/selks.yaml
            """)

    @Argument(help: "The pipeline file.", completion: .file(extensions: ["yaml", "yml"]))
    var pipeline: String

    @Flag(help: "Sinks that tell somebody send a message that says it is a test.")
    var sendTest = false

    @OptionGroup var overrides: PipelineOverrides

    func run() async throws {
        LogFormat.text.bootstrap(isQuiet: false)
        let now = Timestamp(seconds: Date().timeIntervalSince1970)
        let pipeline = try overrides.definition(of: pipeline).pipeline
        var isWrong = false
        for (name, remarks) in await WorldCheck(pipeline: pipeline, now: now, sendsTest: sendTest).remarks() {
            try StandardOutput.print(TerminalText.safe(CheckPage.text(name, remarks)))
            isWrong = isWrong || remarks.contains { $0.state == .wrong }
        }
        if isWrong { throw ExitCode(FlareExit.failed) }
    }
}

/// Asks the plugins of a pipeline that can look at the world.
struct WorldCheck {
    let pipeline: Pipeline
    let now: Timestamp
    /// Whether sinks that tell send a test.
    var sendsTest = false

    /// What each says, sources first; a plugin that cannot look says so.
    func remarks(sourcesOnly: Bool = false) async -> [(name: String, remarks: [CheckRemark])] {
        var all: [(name: String, remarks: [CheckRemark])] = []
        for stage in pipeline.sources {
            all.append((stage.name, await ask(stage.plugin, pipeline.checkQuestion(of: stage.plugin, now: now))))
        }
        guard !sourcesOnly else { return all.filter { !$0.remarks.isEmpty } }
        let window = pipeline.sources.first.map { pipeline.checkQuestion(of: $0.plugin, now: now).window } ?? .all
        for stage in pipeline.enrichers {
            let remarks = await ask(stage.plugin, CheckQuestion(window: window, now: now))
            if !remarks.isEmpty { all.append((stage.name, remarks)) }
        }
        for stage in pipeline.sinks {
            var question = CheckQuestion(window: window, now: now)
            question.sendsTest = sendsTest
            let remarks = await ask(stage.plugin, question)
            all.append((stage.name, remarks + place(of: stage.plugin)))
        }
        return all.map { entry in
            guard entry.remarks.isEmpty else { return entry }
            return (entry.name, [CheckRemark(.fine, "there is nothing to check beyond the pipeline file")])
        }
    }

    /// Whether a sink's file can be written.
    private func place(of sink: any Sink) -> [CheckRemark] {
        // Who is told has no file.
        guard sink.mode != .tell, let path = sink.destination, path != "-", path.hasPrefix("/") else { return [] }
        var folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        // Missing folders are made by the run.
        while folder.path != "/", !FileManager.default.fileExists(atPath: folder.path) {
            folder.deleteLastPathComponent()
        }
        if FileManager.default.isWritableFile(atPath: folder.path) {
            return [CheckRemark(.fine, "\(path) can be written")]
        }
        return [
            CheckRemark(.wrong, "\(path) cannot be written", remedy: "give the user write access to \(folder.path)")
        ]
    }

    private func ask(_ plugin: any Plugin, _ question: CheckQuestion) async -> [CheckRemark] {
        let remarks = await (plugin as? any CheckablePlugin)?.check(question) ?? []
        await (plugin as? any ClosablePlugin)?.close()
        return remarks
    }
}

/// A check as people read it.
enum CheckPage {
    static func text(_ name: String, _ remarks: [CheckRemark]) -> String {
        var lines = [name]
        for remark in remarks {
            let mark =
                switch remark.state {
                case .fine: "  ok     "
                case .doubtful: "  look   "
                case .wrong: "  WRONG  "
                }
            lines.append(mark + remark.text)
            if let remedy = remark.remedy { lines.append("         → " + remedy) }
        }
        return lines.joined(separator: "\n")
    }

    /// A check as machines read it: one log entry a remark.
    static func log(_ name: String, _ remarks: [CheckRemark], to logger: Logger) {
        for remark in remarks {
            var details: Logger.Metadata = ["plugin": "\(name)", "state": "\(remark.state)"]
            if let remedy = remark.remedy { details["remedy"] = "\(remedy)" }
            logger.notice("\(remark.text)", metadata: details)
        }
    }
}
