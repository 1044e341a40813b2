import ArgumentParser
import Evaluation
import FlareKit
import Foundation

struct EvalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval",
        abstract: "Runs a pipeline and measures its detectors against the truth.",
        discussion: """
            The truth is a CSV with the columns src_ip, dest_ip, dest_port, proto, label and malicious (0 or 1), as flare \
            inject writes it. The pipeline's sinks are left alone.

            Example: flare eval home.yaml --truth mixed.json.labels.csv --svg curves.svg --json after.json --against before.json
            """)

    @Argument(help: "The pipeline file.", completion: .file(extensions: ["yaml", "yml"]))
    var pipeline: String

    @Option(help: ArgumentHelp("A CSV of what is known.", valueName: "file"))
    var truth: String

    @Option(help: ArgumentHelp("Writes the curves of precision over recall.", valueName: "file"))
    var svg: String?

    @Option(help: ArgumentHelp("Writes the figures.", valueName: "file"))
    var json: String?

    @Option(help: ArgumentHelp("Compares with the figures that --json wrote before.", valueName: "file"))
    var against: String?

    @OptionGroup var overrides: PipelineOverrides

    func run() async throws {
        LogFormat.text.bootstrap(isQuiet: false)
        try await Failure.guarded {
            let truth = try Truth(csv: try Self.read(truth), name: truth)
            let before = try against.map { path in
                do {
                    return try JSONDecoder().decode(EvaluationFigures.self, from: Data(try Self.read(path).utf8))
                } catch is DecodingError {
                    throw PluginError("these are no figures of flare eval --json", at: path)
                }
            }
            let (figures, code) = try await measure(truth)
            if let json {
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
                let text = try encoder.encode(figures) + Data("\n".utf8)
                try await ResultFile.write(json) { try $0.write(Array(text)) }
            }
            if let svg {
                let text = PrecisionRecallDrawing(figures).svg
                try await ResultFile.write(svg) { try $0.write(Array(text.utf8)) }
            }
            try StandardOutput.print(TerminalText.safe(EvaluationPage(figures, before: before).text), terminator: "")
            if code != 0 { throw ExitCode(code) }
        }
    }

    private func measure(_ truth: Truth) async throws -> (EvaluationFigures, exitCode: Int32) {
        var pipeline = try overrides.definition(of: pipeline).pipeline
        let recorder = ScoreRecorder()
        pipeline.enrichers.append(.init("scores", recorder))
        pipeline.sinks = [.init("none", NoOutput())]
        let (outcome, code) = try await RunSession.plain.read(pipeline)
        let days = outcome.censusDays
        let detectors = pipeline.detectors.map { stage in
            DetectorFigures(
                stage.name, outcome.findings.filter { $0.detector == stage.plugin.name }, truth,
                scores: recorder.scores[stage.name] ?? [:], days: days)
        }
        return (EvaluationFigures(pipeline: pipeline.name, days: days, detectors: detectors), code)
    }

    private static func read(_ path: String) throws -> String {
        do {
            return try String(contentsOf: URL(filePath: path), encoding: .utf8)
        } catch {
            throw PluginError("it cannot be read: \(error.localizedDescription)", at: path)
        }
    }
}

extension RunOutcome {
    /// The days of the window, by its ends or by its first and last record.
    fileprivate var censusDays: Double {
        let length = run.window.duration ?? 0
        return Double(length) / 86_400e9
    }
}

/// The figures of an evaluation as they are printed.
struct EvaluationPage {
    private let figures: EvaluationFigures
    private let before: EvaluationFigures?

    init(_ figures: EvaluationFigures, before: EvaluationFigures?) {
        self.figures = figures
        self.before = before
    }

    var text: String {
        figures.detectors.map(page).joined(separator: "\n")
    }

    private func page(_ detector: DetectorFigures) -> String {
        let old = before?.detectors.first { $0.detector == detector.detector }
        var lines = [
            "\(detector.detector): average precision \(Self.share(detector.averagePrecision))"
                + Self.change(detector.averagePrecision, old?.averagePrecision)
                + ", \(detector.positives.grouped) positives, \(detector.findings.grouped) findings",
            "  ranked by score alone: average precision \(Self.share(detector.averagePrecisionByScore))"
                + Self.change(detector.averagePrecisionByScore, old?.averagePrecisionByScore),
        ]
        let precisions = detector.precisionAt.sorted { $0.key < $1.key }
            .map { "\(Self.share($0.value)) at \($0.key)" }
        if !precisions.isEmpty {
            lines.append("  precision of the first findings: " + precisions.joined(separator: ", "))
        }
        lines.append("")
        lines += TextTable.lines(
            [["SEVERITY", "FOUND", "FALSE ALARMS", "PRECISION", "RECALL", "FALSE ALARMS A DAY"]]
                + detector.levels.map { level in
                    let earlier = old?.levels.first { $0.severity == level.severity }
                    return [
                        "\(level.severity.rawValue) and above", "\(level.found)", "\(level.falseAlarms)",
                        Self.share(level.precision) + Self.change(level.precision, earlier?.precision),
                        Self.share(level.recall) + Self.change(level.recall, earlier?.recall),
                        Self.share(level.falseAlarmsPerDay),
                    ]
                })
        lines.append("")
        lines += TextTable.lines(
            [["LABEL", "TRUTH", "ENTRIES", "FOUND", "HIGH OR ABOVE", "MEAN PRIORITY"]]
                + detector.labels.map { row in
                    [
                        row.label.isEmpty ? "(none)" : row.label, row.isMalicious ? "malicious" : "harmless",
                        "\(row.entries)", "\(row.found)", "\(row.foundHigh)", Self.share(row.meanPriority),
                    ]
                })
        lines += examples("Worst misses", detector.misses) + examples("Worst false alarms", detector.falseAlarms)
        return lines.joined(separator: "\n") + "\n"
    }

    private func examples(_ title: String, _ examples: [DetectorFigures.Example]) -> [String] {
        if examples.isEmpty { return ["", "\(title): none"] }
        return ["", title]
            + examples.map { example in
                let evidence = example.evidence.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
                return "  \(example.priority.map(Self.share) ?? "   –")  \(example.subject)"
                    + (example.label.isEmpty ? "" : " [\(example.label)]") + ": \(example.summary)"
                    + (evidence.isEmpty ? "" : " (\(evidence.joined(separator: ", ")))")
            }
    }

    /// Two or three decimals.
    private static func share(_ value: Double) -> String { String(format: value < 10 ? "%.3f" : "%.1f", value) }

    private static func change(_ now: Double, _ before: Double?) -> String {
        guard let before, abs(now - before) >= 0.0005 else { return "" }
        return String(format: " (%+.3f)", now - before)
    }
}
