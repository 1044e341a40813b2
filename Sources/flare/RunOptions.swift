import ArgumentParser
import FlareKit
import Foundation
import Logging

/// What every command that runs a pipeline takes.
struct RunOptions: ParsableArguments {
    @Option(
        help:
            "Only records that start at or after this moment: 2026-01-31, 2026-01-31T08:00:00Z, or 6h for that long ago."
    )
    var since: String?

    @Option(help: "Only records that start before this moment, written as for --since.")
    var until: String?

    @Option(help: "Threads that read and judge; by default the pipeline's, else one a core.")
    var threads: Int?

    @Flag(help: "No progress, no summary; complaints only.")
    var quiet = false

    @Option(help: "How remarks are written to standard error: text or json (one object a line).")
    var logFormat = LogFormat.text

    @Option(
        help: "Writes the run's counts and times as JSON to this file; - is standard output.",
        completion: .file(extensions: ["json"]))
    var report: String?

    @Flag(help: "Ends with code 10 where there are findings.")
    var exitFindings = false

    @Option(
        help: ArgumentHelp(
            "Tells which rule left these channels out, or what each detector made of them and why; writes no output. "
                + "* stands for any, and the port may be left out.", valueName: "src,dst,port"))
    var explain: [String] = []

    func validate() throws {
        if let threads, !(1...256).contains(threads) {
            throw ValidationError("--threads takes 1 to 256, not \(threads)")
        }
        for (name, text) in [("since", since), ("until", until)] {
            if let text, Moment.parse(text, now: Timestamp(seconds: 0)) == nil {
                throw ValidationError(
                    "--\(name) takes a moment such as 2026-01-31, 2026-01-31T08:00:00Z or 6h, not '\(text)'")
            }
        }
        if !explain.isEmpty {
            for (name, isGiven) in [("report", report != nil), ("exit-findings", exitFindings)] where isGiven {
                throw ValidationError("--explain tells of single channels and writes no output; leave out --\(name)")
            }
        }
        for text in explain where ChannelPattern(text) == nil {
            throw ValidationError(
                "--explain takes SOURCE,DESTINATION,PORT such as 192.0.2.1,198.51.100.7,443, not '\(text)'")
        }
    }

    /// Runs a pipeline as the options say.
    ///
    /// - Parameter path: of the pipeline file, by which a run that tells somebody finds what it told before; `nil` where
    ///   there is none: then all is news.
    func run(_ pipeline: Pipeline, path: String? = nil, statePath: String? = nil) async throws {
        let now = Timestamp(seconds: Date().timeIntervalSince1970)
        var session = RunSession(now: now, isQuiet: quiet, logFormat: logFormat, report: report)
        if let path, explain.isEmpty, pipeline.sinks.contains(where: { $0.plugin.mode == .tell }) {
            try await Failure.guarded {
                session.state = try LiveStateFile(
                    statePath, pipeline: path, environment: ProcessInfo.processInfo.environment)
            }
        }
        let patterns = explain.compactMap(ChannelPattern.init)
        if patterns.isEmpty {
            try await session.run(overridden(pipeline, now), exitsWithFindings: exitFindings)
        } else {
            try await session.explain(overridden(pipeline, now), patterns)
        }
    }

    /// Runs a pipeline that goes on as its input grows.
    func follow(_ pipeline: Pipeline, path: String, statePath: String?) async throws {
        let now = Timestamp(seconds: Date().timeIntervalSince1970)
        let session = LiveSession(
            now: now, isQuiet: quiet, logFormat: logFormat, report: report, statePath: statePath)
        try await session.run(overridden(pipeline, now), path: path, exitsWithFindings: exitFindings)
    }

    private func overridden(_ pipeline: Pipeline, _ now: Timestamp) -> Pipeline {
        var pipeline = pipeline
        if since != nil || until != nil {
            pipeline.window = .between(
                TimeWindow(
                    since: since.flatMap { Moment.parse($0, now: now) },
                    until: until.flatMap { Moment.parse($0, now: now) }))
        }
        if let threads { pipeline.threads = threads }
        return pipeline
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
