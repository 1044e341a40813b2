import ArgumentParser
import FlareKit
import Foundation
import HistoryDatabase

/// What a sqlite sink kept: channels, what runs said of them, and the runs.
struct HistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Shows what earlier runs found, from the file of a sqlite sink.",
        discussion: """
            Example: flare history flare.sqlite
            Example: flare history flare.sqlite 192.168.0.53,160.153.76.129,80
            Example: flare history flare.sqlite --runs
            """)

    @Argument(help: "The file.", completion: .file(extensions: ["sqlite", "db"]))
    var file: String

    @Argument(
        help:
            "A channel whose past is shown, SOURCE,DESTINATION,PORT; parts may be left out: 192.168.0.53 or ,evil.example."
    )
    var channel: String?

    @Flag(help: "Lists the runs.")
    var runs = false

    @Option(help: "The most lines that are shown.")
    var limit = 50

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit takes a number from 1 on, not \(limit)") }
        if let channel, ChannelQuery(channel) == nil {
            throw ValidationError("a channel is SOURCE,DESTINATION,PORT, not '\(channel)'")
        }
        if runs, channel != nil { throw ValidationError("--runs lists all runs, and takes no channel") }
    }

    func run() async throws {
        do {
            let history = try HistoryFile(reading: file)
            let rows =
                if runs {
                    try await runRows(history)
                } else if let query = channel.flatMap(ChannelQuery.init) {
                    try await pastRows(history, query)
                } else {
                    try await channelRows(history)
                }
            let memory = try await memoryLines(history)
            if !memory.isEmpty { try StandardOutput.print(memory.joined(separator: "\n")) }
            guard rows.count > 1 else {
                if !memory.isEmpty { return }
                StandardError.write("Nothing of that kind was ever reported.\n")
                return
            }
            try StandardOutput.print(TextTable.lines(rows.map { $0.map(TextTable.cell) }).joined(separator: "\n"))
        } catch let error as PluginError {
            StandardError.write(TerminalText.safe("flare: \(error)\n"))
            throw ExitCode(FlareExit.failed)
        }
    }

    private func channelRows(_ history: HistoryFile) async throws -> [[String]] {
        let channels = try await history.channels(ChannelQuery(), limit: limit)
        let verdicts = try await history.verdicts()
        return [["CHANNEL", "FIRST SEEN", "LAST SEEN", "FIRST REPORTED", "RUNS", "DETECTORS", "VERDICT"]]
            + channels.map {
                [
                    $0.name, time($0.firstSeen), time($0.lastSeen), time($0.firstReported), String($0.runs),
                    $0.detectors.joined(separator: ", "), verdicts[$0.name]?.words ?? "",
                ]
            }
    }

    private func pastRows(_ history: HistoryFile, _ query: ChannelQuery) async throws -> [[String]] {
        let past = try await history.past(query, limit: limit)
        return [["RUN", "CHANNEL", "DETECTOR", "NEW", "PRIORITY", "SCORE", "EVERY", "CALLS", "IN WORDS"]]
            + past.map {
                [
                    time($0.started), $0.channel, $0.detector, $0.isNew ? "new" : "", number($0.priority),
                    number($0.score), $0.interval.map { "\(number($0)) s" } ?? "",
                    $0.occurrences.map(String.init) ?? "", $0.summary,
                ]
            }
    }

    /// What the beacon detector remembers of the channels that are asked for, a line each.
    private func memoryLines(_ history: HistoryFile) async throws -> [String] {
        guard let query = channel.flatMap(ChannelQuery.init) else { return [] }
        return try await history.remembered(query, limit: limit).map { known in
            func moment(_ seconds: Int64) -> String { time(Timestamp(seconds: Double(seconds))) }
            let hours = known.callsByHour.map { "\($0.calls) at \($0.hour) h" }
            return TextTable.cell(
                "\(known.key): \(known.calls.grouped) calls remembered, from \(moment(known.firstCall)) to \(moment(known.lastCall)), "
                    + "on \(known.dayCount) of the last 62 days"
                    + (hours.isEmpty ? "" : "; the latest by hour (UTC): " + hours.joined(separator: ", ")))
        }
    }

    private func runRows(_ history: HistoryFile) async throws -> [[String]] {
        let runs = try await history.runs(limit: limit)
        return [["RUN", "STARTED", "PIPELINE", "FROM", "TO", "RECORDS", "FINDINGS", "NEW"]]
            + runs.map {
                [
                    String($0.id), time($0.started), $0.pipeline, time($0.window.since), time($0.window.until),
                    $0.records.grouped, $0.findings.grouped, $0.new.grouped,
                ]
            }
    }

    private func time(_ time: Timestamp?) -> String { time?.inWholeSeconds.description ?? "" }

    private func number(_ value: Double) -> String { Value.number((value * 100).rounded() / 100).description }
}
