import ArgumentParser
import FlareKit
import Foundation
import HistoryDatabase
import OutputText

/// What several sensors found, as one list.
struct MergeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "Lays the findings of several sensors together, from the files of their sqlite sinks.",
        discussion: """
            A site is a file, or where several pipelines share it one of them. A finding that several sites have is one; a \
            destination that is called from several sites moves up by 3 dB for each further one, up to 9. Calls that two \
            sensors saw count once: where the first and the last are the same to 3 s, both are one site. The files are only read.

            Example: flare merge berlin.sqlite lyon.sqlite
            Example: flare merge --json --since 30d sites/*.sqlite | jq .
            """)

    @Argument(help: "The files.", completion: .file(extensions: ["sqlite", "db"]))
    var files: [String]

    @Option(help: "How long before its last run a site's findings count, such as 7d.")
    var since = "7d"

    @Option(help: "The most findings that are shown.")
    var limit = 50

    @Flag(help: "Lists what is expected too, which is otherwise counted in one line.")
    var all = false

    @Flag(help: "Writes a JSON object a finding, all of them.")
    var json = false

    private var span: OptionDuration? { OptionDuration(since) }

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit takes a number from 1 on, not \(limit)") }
        guard span != nil else { throw ValidationError("--since takes a time such as 7d or 12h, not '\(since)'") }
        let twice = Dictionary(grouping: files) { URL(filePath: $0).resolvingSymlinksInPath().path }.first {
            $1.count > 1
        }
        if let twice { throw ValidationError("\(twice.value[0]) is named twice: it would count as two sites") }
    }

    func run() async throws {
        try await Failure.guarded {
            let merged = MergedFinding.merge(try await sites())
            if json {
                for finding in merged { try StandardOutput.print(Self.line(finding)) }
                return
            }
            guard !merged.isEmpty else {
                StandardError.write("No site reported anything in the \(since) before its last run.\n")
                return
            }
            let listed = all ? merged : merged.filter { $0.expected == nil }
            let rows =
                [["PRIORITY", "SEVERITY", "WHO CALLS WHOM", "SITES", "CALLED FROM", "IN WORDS"]]
                + listed.prefix(limit).map(Self.row)
            if rows.count > 1 {
                try StandardOutput.print(TextTable.lines(rows.map { $0.map(TextTable.cell) }).joined(separator: "\n"))
            }
            if listed.count > limit {
                StandardError.write("\((listed.count - limit).grouped) more; --limit shows them.\n")
            }
            if !all, let line = Self.foldedLine(merged) { try StandardOutput.print("\(line); --all shows them.") }
        }
    }

    private func sites() async throws -> [(site: String, findings: [SiteFinding])] {
        let names = files.map { URL(filePath: $0).deletingPathExtension().lastPathComponent }
        var sites: [(String, [SiteFinding])] = []
        for (file, name) in zip(files, names) {
            // Files of one name are told apart by their folders.
            let name = names.count { $0 == name } > 1 ? file : name
            let found = try await HistoryFile(reading: file).siteFindings(last: Int64(span?.seconds ?? 0))
            let pipelines = Dictionary(grouping: found, by: \.pipeline)
            for (pipeline, findings) in pipelines.sorted(by: { $0.key < $1.key }) {
                sites.append((pipelines.count > 1 ? "\(name)/\(pipeline)" : name, findings))
            }
        }
        return sites
    }

    /// `31 expected: 22 NTP, 9 updates`; `nil` where nothing is.
    private static func foldedLine(_ merged: [MergedFinding]) -> String? {
        Incident.foldedLine(
            Dictionary(grouping: merged.compactMap(\.expected), by: \.self).map { words, all in
                ("\(all.count.grouped) \(words)", all.count)
            })
    }

    private static func row(_ merged: MergedFinding) -> [String] {
        let finding = merged.finding
        let destination = [finding.host ?? finding.peer, finding.port.map(String.init)].compactMap { $0 }
        let moved = merged.amount > 0 ? " (+\(Int(merged.amount)) dB)" : ""
        return [
            Value.number((merged.priority * 100).rounded() / 100).description, finding.severity,
            [finding.source, destination.joined(separator: ":")].compactMap { $0 }.filter { !$0.isEmpty }
                .joined(separator: " → "), merged.sites.map(\.site).joined(separator: ", "),
            "\(merged.sitesOfDestination.count) site\(merged.sitesOfDestination.count == 1 ? "" : "s")\(moved)"
                + (merged.isSeenTwice ? ", same calls" : ""), finding.summary,
        ]
    }

    private static func line(_ merged: MergedFinding) -> String {
        let finding = merged.finding
        func text(_ value: String?) -> String { JSONText.value(value.map(Value.text)) }
        func time(_ value: Timestamp?) -> String { JSONText.value(value.map(Value.time)) }
        return JSONText.object([
            ("id", text(finding.id)), ("detector", text(finding.detector)), ("src_ip", text(finding.source)),
            ("dest_ip", text(finding.peer)), ("dest_port", JSONText.value(finding.port.map { .integer(Int64($0)) })),
            ("proto", text(finding.proto)), ("host", text(finding.host)), ("severity", text(finding.severity)),
            ("priority", JSONText.number((merged.priority * 10_000).rounded() / 10_000)),
            ("summary", text(finding.summary)),
            ("called_from", JSONText.value(.texts(merged.sitesOfDestination))),
            ("moved_up", JSONText.number(merged.amount)), ("expected", text(merged.expected)),
            ("same_calls", JSONText.value(.boolean(merged.isSeenTwice))),
            (
                "sites",
                JSONText.array(
                    merged.sites.map { site, said in
                        JSONText.object([
                            ("site", text(site)), ("sensor", text(said.sensor)), ("pipeline", text(said.pipeline)),
                            ("run", time(said.run)), ("run_host", text(said.runHost)),
                            ("first_reported", time(said.firstReported)),
                            ("last_seen", time(said.lastSeen)), ("severity", text(said.severity)),
                            ("priority", JSONText.number(said.priority)), ("summary", text(said.summary)),
                        ])
                    })
            ),
        ])
    }
}
