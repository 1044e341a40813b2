import ArgumentParser
import FlareKit
import Foundation
import Logging

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs a pipeline file.",
        discussion: """
            Example: flare run configs/demo.yaml
            Example: flare run configs/suricata-live.yaml --follow
            Example: flare run home.yaml --set sources.0.paths.0=/var/log/suricata/eve.json --since 2026-01-31
            """)

    @Argument(help: "The pipeline file.", completion: .file(extensions: ["yaml", "yml"]))
    var pipeline: String

    @OptionGroup var overrides: PipelineOverrides

    @Option(
        help:
            "Only records that start at or after this moment: 2026-01-31, 2026-01-31T08:00:00Z, or 6h for that long ago."
    )
    var since: String?

    @Option(help: "Only records that start before this moment, written as for --since.")
    var until: String?

    @Flag(
        help: ArgumentHelp(
            "Goes on as the input grows, until it is interrupted.",
            discussion: "Judges anew each 'every' of the records' own time; sends a finding when it is news."))
    var follow = false

    @Option(
        help: ArgumentHelp(
            "With --follow: the file in which the run keeps what it needs to go on after a restart.",
            discussion: "By default one for each pipeline in $XDG_STATE_HOME/flare or ~/.local/state/flare."),
        completion: .file(extensions: ["json"]))
    var state: String?

    @Option(help: "Threads that read and judge; by default the pipeline's, else one a core.")
    var threads: Int?

    @Flag(help: "No progress, no summary; complaints only.")
    var quiet = false

    @Option(help: "How remarks are written to standard error: text or json (one object a line).")
    var logFormat = LogFormat.text

    @Option(help: "Writes the run's counts and times as JSON to this file.", completion: .file(extensions: ["json"]))
    var report: String?

    @Flag(help: "Ends with code 10 where there are findings.")
    var exitFindings = false

    func validate() throws {
        if let threads, !(1...256).contains(threads) {
            throw ValidationError("--threads takes 1 to 256, not \(threads)")
        }
        if state != nil, !follow { throw ValidationError("--state belongs to --follow") }
        for (name, text) in [("since", since), ("until", until)] {
            if let text, Moment.parse(text, now: Timestamp(seconds: 0)) == nil {
                throw ValidationError(
                    "--\(name) takes a moment such as 2026-01-31, 2026-01-31T08:00:00Z or 6h, not '\(text)'")
            }
        }
    }

    func run() async throws {
        logFormat.bootstrap(isQuiet: quiet)
        let now = Timestamp(seconds: Date().timeIntervalSince1970)
        var pipeline = try overrides.definition(of: pipeline).pipeline
        if since != nil || until != nil {
            pipeline.window = .between(
                TimeWindow(
                    since: since.flatMap { Moment.parse($0, now: now) },
                    until: until.flatMap { Moment.parse($0, now: now) }))
        }
        if let threads { pipeline.threads = threads }
        if follow {
            let session = LiveSession(
                now: now, isQuiet: quiet, logFormat: logFormat, report: report, statePath: state)
            return try await session.run(pipeline, path: self.pipeline, exitsWithFindings: exitFindings)
        }
        let session = RunSession(now: now, isQuiet: quiet, logFormat: logFormat, report: report)
        try await session.run(pipeline, exitsWithFindings: exitFindings)
    }
}

/// A moment as the command line takes it.
enum Moment {
    private static let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]

    /// - Returns: `nil` where the text is neither a moment nor a length of time ago.
    static func parse(_ text: String, now: Timestamp) -> Timestamp? {
        if let moment = Timestamp(text) { return moment }
        guard let unit = text.last.flatMap({ units[$0] }), let number = Int64(text.dropLast()), number >= 0,
            number < 100_000_000
        else { return nil }
        return now.advanced(by: -number * unit * 1_000_000_000)
    }
}
