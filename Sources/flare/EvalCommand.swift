import ArgumentParser
import Evaluation
import FlareKit
import Foundation
import HistoryDatabase

struct EvalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval",
        abstract: "Runs a pipeline and measures its detectors against the truth.",
        discussion: """
            The truth is a CSV with the columns src_ip, dest_ip, dest_port, proto, label, malicious and periodic (0 or 1), as \
            flare inject writes it; or the history of a sqlite sink, whose verdicts by flare ack are the truth. The pipeline's sinks are left alone. Two rankings are measured: of all evidence, in which \
            what is malicious should come first, and of the detector's score alone, in which what is periodic should.

            Example: flare eval home.yaml --truth mixed.json.labels.csv --svg curves.svg --json after.json --against before.json
            """)

    @Argument(help: "The pipeline file.", completion: .file(extensions: ["yaml", "yml"]))
    var pipeline: String

    @Option(help: ArgumentHelp("A CSV of what is known, or a history with verdicts.", valueName: "file"))
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
            let truth = try await Self.truth(truth)
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

    /// What is known: a CSV, or the verdicts of a history, of which only those on channels tell, and "watch" tells nothing.
    private static func truth(_ path: String) async throws -> Truth {
        guard HistoryFile.isOne(path) else { return try Truth(csv: try read(path), name: path) }
        let verdicts = try await HistoryFile(reading: path).verdicts().values.sorted { $0.channel < $1.channel }
        let entries = verdicts.compactMap { verdict -> Truth.Entry? in
            guard verdict.kind != .watch, let source = verdict.source.flatMap({ IPAddress($0) }),
                let peer = verdict.peer
            else { return nil }
            return Truth.Entry(
                source: source, peer: IPAddress(peer).map(Peer.address) ?? .name(peer),
                port: verdict.port.flatMap { UInt16(exactly: $0) },
                proto: verdict.proto.map(TransportProtocol.number(of:)),
                label: verdict.note.isEmpty ? verdict.kind.rawValue : verdict.note,
                isMalicious: verdict.kind == .malicious,
                isPeriodic: true)
        }
        guard !entries.isEmpty else {
            throw PluginError("no channel has a verdict", at: path, remedy: "give some with flare ack")
        }
        return Truth(entries)
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
