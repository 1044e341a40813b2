import ArgumentParser
import FlareKit
import Foundation
import Logging

/// One run of the command: progress, the closing summary, the report, and the exit code.
struct RunSession {
    let now: Timestamp
    let isQuiet: Bool
    let logFormat: LogFormat
    /// Where the report for machines goes.
    let report: String?
    /// Whether sources say of an empty window why it is, also where an empty one is no failure.
    var diagnosesEmpty = false

    func run(_ pipeline: Pipeline, exitsWithFindings: Bool) async throws {
        let logger = Logger(label: "flare")
        let outcome = try await guarded(logger) { try await $0.run(pipeline) }
        let code = Self.exitCode(of: outcome, exitsWithFindings: exitsWithFindings)
        if !isQuiet { try summarize(outcome) }
        for condition in outcome.conditions { logger.error("\(condition)") }
        await diagnose(outcome, pipeline, logger)
        try writeReport(outcome, exitCode: code, logger)
        if code != 0 { throw ExitCode(code) }
    }

    /// Tells on standard output what becomes of single channels; ends with 4 where none of them was seen.
    func explain(_ pipeline: Pipeline, _ patterns: [ChannelPattern]) async throws {
        let explanation = Explanation(pipeline, patterns)
        let (text, hasChannels) = try await guarded(Logger(label: "flare")) { try await explanation.run($0) }
        try StandardOutput.print(TerminalText.safe(text), terminator: "")
        if !hasChannels { throw ExitCode(FlareExit.nothingToJudge) }
    }

    /// Lets an engine work, with progress and interruption.
    private func guarded<Result>(_ logger: Logger, _ body: (RunEngine) async throws -> Result) async throws -> Result {
        let meter = ReadMeter()
        let interruption = Interruption(cancelling: meter)
        let engine = RunEngine(version: FlareVersion.current, now: now, meter: meter, logger: logger)
        let showsProgress = !isQuiet && logFormat == .text && StandardError.isTerminal
        let progress = showsProgress ? ProgressBar(meter) : nil
        do {
            let result = try await body(engine)
            progress?.clear()
            return result
        } catch {
            progress?.clear()
            if let code = interruption.exitCode {
                logger.error("interrupted; nothing was written")
                throw ExitCode(code)
            }
            logger.error("\(error)")
            throw ExitCode(FlareExit.failed)
        }
    }

    /// Where no record was found, says what the sources say of the world, as `flare check` does.
    private func diagnose(_ outcome: RunOutcome, _ pipeline: Pipeline, _ logger: Logger) async {
        let fails = outcome.conditions.contains { if case .noRecords = $0 { true } else { false } }
        let isEmpty = outcome.run.account.used.values.allSatisfy { $0.count == 0 }
        guard fails || (diagnosesEmpty && isEmpty), !isQuiet else { return }
        for (name, remarks) in await WorldCheck(pipeline: pipeline, now: now).remarks(sourcesOnly: true) {
            switch logFormat {
            case .text: StandardError.write(TerminalText.safe(CheckPage.text(name, remarks)) + "\n")
            case .json: CheckPage.log(name, remarks, to: logger)
            }
        }
    }

    /// Where several apply: nothing to judge or a silent sensor, then not whole, then findings.
    static func exitCode(of outcome: RunOutcome, exitsWithFindings: Bool) -> Int32 {
        var codes: Set<Int32> = []
        for condition in outcome.conditions {
            switch condition {
            case .noRecords, .nothingJudged, .stale: codes.insert(FlareExit.nothingToJudge)
            case .notWhole: codes.insert(FlareExit.notWhole)
            }
        }
        for code in [FlareExit.nothingToJudge, FlareExit.notWhole] where codes.contains(code) { return code }
        return exitsWithFindings && outcome.hasFindings ? FlareExit.findings : 0
    }

    private func summarize(_ outcome: RunOutcome) throws {
        switch logFormat {
        case .text: StandardError.write(TerminalText.safe(RunSummary(outcome).text))
        case .json:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            StandardError.write(try encoder.encode(outcome.run) + Data("\n".utf8))
        }
    }

    private func writeReport(_ outcome: RunOutcome, exitCode: Int32, _ logger: Logger) throws {
        guard let report else { return }
        do {
            try RunReport(outcome, exitCode: exitCode).write(to: report)
        } catch {
            logger.error("the report could not be written: \(error)")
            throw ExitCode(FlareExit.notWhole)
        }
    }
}
