import ArgumentParser
import FlareKit
import Foundation
import Logging
import Synchronization

/// A live run of the command: goes on until its input ends or it is interrupted.
struct LiveSession {
    let now: Timestamp
    let isQuiet: Bool
    let logFormat: LogFormat
    /// Where the report for machines goes, written anew after each evaluation.
    let report: String?
    /// Where the state is kept; `nil` for the standard place.
    let statePath: String?

    /// - Parameter path: of the pipeline file.
    func run(_ pipeline: Pipeline, path: String, exitsWithFindings: Bool) async throws {
        let logger = Logger(label: "flare")
        let meter = ReadMeter()
        let interruption = Interruption(cancelling: meter)
        let last = Mutex<RunOutcome?>(nil)
        do {
            let file = try LiveStateFile(statePath, pipeline: path, environment: ProcessInfo.processInfo.environment)
            let state = try file.load()
            let engine = RunEngine(
                version: FlareVersion.current, now: now, clock: { Timestamp(seconds: Date().timeIntervalSince1970) },
                meter: meter, logger: logger)
            try await engine.follow(pipeline, resume: state) { outcome, state in
                if let outcome {
                    tell(outcome, logger, before: last.withLock { $0 })
                    last.withLock { $0 = outcome }
                }
                keep(state, in: file, logger)
                try outcome.map { try writeReport($0, logger) }
            }
        } catch {
            if interruption.exitCode == nil {
                logger.error("\(error)")
                throw ExitCode(FlareExit.failed)
            }
        }
        if let code = interruption.exitCode { throw ExitCode(code) }
        let code = last.withLock { $0 }.map {
            RunSession.exitCode(of: $0, exitsWithFindings: exitsWithFindings)
        }
        let codeOfNothing = pipeline.acceptsEmpty ? 0 : FlareExit.nothingToJudge
        if code == nil, codeOfNothing != 0 { logger.error("the input ended without a record of interest") }
        if (code ?? codeOfNothing) != 0 { throw ExitCode(code ?? codeOfNothing) }
    }

    /// A state that cannot be kept does not end the run: a restart then goes on from the one before.
    private func keep(_ state: LiveState, in file: LiveStateFile, _ logger: Logger) {
        do {
            try file.save(state)
        } catch {
            logger.error("the state could not be kept, a restart goes on from the one before: \(error)")
        }
    }

    /// A line for each evaluation, and what the reader has to know, once while it stays so.
    private func tell(_ outcome: RunOutcome, _ logger: Logger, before: RunOutcome?) {
        let ingest = outcome.run.ingest
        let until = outcome.run.window.until.map(\.description) ?? ""
        logger.notice(
            "evaluated",
            metadata: [
                "until": "\(until)", "findings": "\(outcome.run.findings)", "news": "\(outcome.findings.count)",
                "read": "\(ingest.read)", "rejected": "\(ingest.rejectedCount)",
            ])
        for condition in outcome.conditions where !Self.isKnown(condition, before) { logger.error("\(condition)") }
    }

    /// Whether a condition of its kind was told after the evaluation before.
    private static func isKnown(_ condition: RunOutcome.Condition, _ before: RunOutcome?) -> Bool {
        before?.conditions.contains { other in
            switch (condition, other) {
            case (.notWhole, .notWhole), (.noRecords, .noRecords), (.nothingJudged, .nothingJudged), (.stale, .stale):
                true
            default: false
            }
        } ?? false
    }

    private func writeReport(_ outcome: RunOutcome, _ logger: Logger) throws {
        guard let report else { return }
        do {
            try RunReport(outcome, exitCode: RunSession.exitCode(of: outcome, exitsWithFindings: false))
                .write(to: report)
        } catch {
            logger.error("the report could not be written: \(error)")
        }
    }
}
