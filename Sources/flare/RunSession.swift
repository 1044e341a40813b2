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
    /// What earlier runs told; `nil` where nobody is told of anything.
    var state: LiveStateFile?

    private var logger: Logger { Logger(label: "flare") }

    /// For commands that take no options of a run.
    static var plain: RunSession {
        RunSession(now: Timestamp(seconds: Date().timeIntervalSince1970), isQuiet: false, logFormat: .text, report: nil)
    }

    func run(_ pipeline: Pipeline, exitsWithFindings: Bool) async throws {
        let (outcome, signalled) = try await guarded { engine in
            guard let state else { return try await engine.run(pipeline) }
            var live = try state.load()
            let outcome = try await engine.run(pipeline, told: live.told)
            live.told = outcome.told
            try state.save(live)
            return outcome
        }
        let code = signalled ?? Self.exitCode(of: outcome, exitsWithFindings: exitsWithFindings)
        if !isQuiet { try summarize(outcome) }
        for condition in outcome.conditions { logger.error("\(condition)") }
        await diagnose(outcome, pipeline)
        try writeReport(outcome, exitCode: code)
        if code != 0 { throw ExitCode(code) }
    }

    /// Tells on standard output what becomes of single channels; ends with 4 where none of them was seen.
    func explain(_ pipeline: Pipeline, _ patterns: [ChannelPattern]) async throws {
        let explanation = Explanation(pipeline, patterns)
        let (answer, signalled) = try await guarded { try await explanation.run($0) }
        if let signalled { throw ExitCode(signalled) }
        let code = try keepCounts(of: answer.outcome)
        try StandardOutput.print(TerminalText.safe(answer.text), terminator: "")
        if !answer.hasChannels { throw ExitCode(FlareExit.nothingToJudge) }
        if code != 0 { throw ExitCode(code) }
    }

    /// For commands that read as a run does and make something else of it: keeps the ingest counts of a run.
    ///
    /// - Returns: what was read, and the code to end with once the command's own result is written.
    /// - Throws: where there was nothing to judge, so that no result is written.
    func read(_ pipeline: Pipeline) async throws -> (outcome: RunOutcome, exitCode: Int32) {
        let (outcome, signalled) = try await guarded { try await $0.run(pipeline) }
        if let signalled { throw ExitCode(signalled) }
        let code = try keepCounts(of: outcome)
        if code == FlareExit.nothingToJudge { throw ExitCode(code) }
        return (outcome, code)
    }

    /// Tells what was read and what became of it, though not what was found.
    ///
    /// - Returns: the exit code that a run would end with.
    private func keepCounts(of outcome: RunOutcome) throws -> Int32 {
        if !isQuiet { try summarize(outcome, countsOnly: true) }
        for condition in outcome.conditions { logger.error("\(condition)") }
        return Self.exitCode(of: outcome, exitsWithFindings: false)
    }

    /// Lets an engine work, with progress and interruption.
    ///
    /// - Returns: what it made; and the exit code of a signal that came too late to keep it from that, but perhaps not to
    ///   keep outputs from being written.
    private func guarded<Result>(
        _ body: (RunEngine) async throws -> Result
    ) async throws -> (result: Result, signalled: Int32?) {
        let meter = ReadMeter()
        let interruption = Interruption(cancelling: meter)
        let engine = RunEngine(version: FlareVersion.current, now: now, meter: meter, logger: logger)
        let showsProgress = !isQuiet && logFormat == .text && StandardError.isTerminal
        let progress = showsProgress ? ProgressBar(meter) : nil
        do {
            let result = try await body(engine)
            progress?.clear()
            return (result, interruption.exitCode)
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
    private func diagnose(_ outcome: RunOutcome, _ pipeline: Pipeline) async {
        let fails = outcome.conditions.contains { if case .noRecords = $0 { true } else { false } }
        let isEmpty = outcome.run.ingest.used.values.allSatisfy { $0.count == 0 }
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

    private func summarize(_ outcome: RunOutcome, countsOnly: Bool = false) throws {
        switch logFormat {
        case .text:
            let summary = RunSummary(outcome)
            StandardError.write(TerminalText.safe(countsOnly ? summary.counts : summary.text))
        case .json:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            let answer = countsOnly ? try encoder.encode(outcome.run.ingest) : try encoder.encode(outcome.run)
            StandardError.write(answer + Data("\n".utf8))
        }
    }

    private func writeReport(_ outcome: RunOutcome, exitCode: Int32) throws {
        guard let report else { return }
        do {
            try RunReport(outcome, exitCode: exitCode).write(to: report)
        } catch {
            logger.error("the report could not be written: \(error)")
            throw ExitCode(FlareExit.failed)
        }
    }
}
