import ArgumentParser
import FlareKit
import Foundation
import HistoryDatabase

extension TriageVerdict.Kind: ExpressibleByArgument {}

/// What somebody judged a finding to be, kept in the history.
struct AckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ack",
        abstract: "Keeps a verdict on a finding in the history: benign, watch or malicious.",
        discussion: """
            The enricher history hides what is benign until the day given, and counts it; it says of the rest what they were judged, \
            and raises what was judged malicious. flare history shows verdicts, flare eval takes them for the truth.

            Example: flare ack 3ccd5ad1ba31d7e5 --as benign --note "the backup" --until 2027-06-30
            Example: flare ack 3ccd5ad1 --as malicious --note "case 17" --history /var/lib/flare/history.sqlite
            """)

    @Argument(help: "The finding's id, or its beginning: the page and the sink json have it.")
    var id: String

    @Option(name: .customLong("as"), help: "benign, watch or malicious.")
    var kind: TriageVerdict.Kind

    @Option(help: "Why.")
    var note: String

    @Option(help: "The day on which the verdict ends, 2027-06-30; by default benign ends after 180 days, others never.")
    var until: String?

    @Option(help: "The file of the sqlite sink.", completion: .file(extensions: ["sqlite", "db"]))
    var history = "flare.sqlite"

    private static let benignDays = 180.0

    func validate() throws {
        guard id.count >= 4, id.allSatisfy(\.isHexDigit) else {
            throw ValidationError("an id is at least 4 of its letters and digits, not '\(id)'")
        }
        if let until, Timestamp(until) == nil {
            throw ValidationError("--until takes a day such as 2027-06-30, not \(until)")
        }
    }

    func run() async throws {
        try await Failure.guarded {
            // A file that is not there is somebody's slip of the pen, and is not made.
            guard FileManager.default.fileExists(atPath: history) else {
                throw PluginError("there is no such file", at: history, remedy: "name the sqlite sink's with --history")
            }
            let now = Timestamp(seconds: Date().timeIntervalSince1970)
            let end =
                until.flatMap { Timestamp($0) }
                ?? (kind == .benign ? now.advanced(by: Int64(Self.benignDays * 86_400e9)) : nil)
            let environment = ProcessInfo.processInfo.environment
            let owner = environment["SUDO_USER"] ?? environment["USER"] ?? environment["LOGNAME"] ?? NSUserName()
            let verdict = try await HistoryFile(writing: history).acknowledge(
                id.lowercased(), as: kind, note: note, owner: owner, given: now, until: end)
            try StandardOutput.print(TerminalText.safe("\(verdict.channel): \(verdict.words)"))
            if kind == .benign {
                try StandardOutput.print(
                    "The enricher history of a pipeline hides it, as this entry of an allowlist would:")
                try StandardOutput.print(TerminalText.safe(Self.entry(verdict)))
            }
        }
    }

    /// The narrowest entry, to be copied into a list of one's own.
    private static func entry(_ verdict: TriageVerdict) -> String {
        func quoted(_ text: String?) -> String? { text.map(PipelineDraft.quoted) }
        let parts: [(String, String?)] = [
            ("from", quoted(verdict.source)),
            (verdict.peer.flatMap { IPAddress($0) } == nil ? "host" : "network", quoted(verdict.peer)),
            ("port", verdict.port.map(String.init)), ("proto", verdict.proto),
            ("reason", quoted("\(verdict.owner): \(verdict.note)")), ("expires", verdict.until?.date),
        ]
        return "- {" + parts.compactMap { name, value in value.map { "\(name): \($0)" } }.joined(separator: ", ") + "}"
    }
}
