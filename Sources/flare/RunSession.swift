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

    func run(_ pipeline: Pipeline, exitsWithFindings: Bool) async throws {
        let meter = ReadMeter()
        let interruption = Interruption(cancelling: meter)
        let logger = Logger(label: "flare")
        let engine = RunEngine(version: FlareVersion.current, now: now, meter: meter, logger: logger)
        let showsProgress = !isQuiet && logFormat == .text && StandardError.isTerminal
        let progress = showsProgress ? ProgressBar(meter) : nil
        let outcome: RunOutcome
        do {
            outcome = try await engine.run(pipeline)
            progress?.clear()
        } catch {
            progress?.clear()
            if let code = interruption.exitCode {
                logger.error("interrupted; nothing was written")
                throw ExitCode(code)
            }
            logger.error("\(error)")
            throw ExitCode(FlareExit.failed)
        }
        let code = Self.exitCode(of: outcome, exitsWithFindings: exitsWithFindings)
        if !isQuiet { try summarize(outcome) }
        for condition in outcome.conditions { logger.error("\(condition)") }
        try writeReport(outcome, exitCode: code, logger)
        if code != 0 { throw ExitCode(code) }
    }

    /// Where several apply: nothing to judge or a silent sensor, then not whole, then findings.
    static func exitCode(of outcome: RunOutcome, exitsWithFindings: Bool) -> Int32 {
        var codes: Set<Int32> = []
        for condition in outcome.conditions {
            switch condition {
            case .noRecords, .stale: codes.insert(FlareExit.nothingToJudge)
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
            logger.error("the report could not be written to \(report): \(error.localizedDescription)")
            throw ExitCode(FlareExit.notWhole)
        }
    }
}
