import FlareKit
import GRDB
import OutputFiles

/// Says of each finding since when it is known, from what a sqlite sink kept of earlier runs; drops the known ones where
/// asked to, for all sinks alike.
public struct HistoryEnricher: Enricher, BuiltInPlugin {
    public static let name = "history"
    public static let summary = "Says since when a finding is known to earlier runs, and can leave known ones out."
    public static let evidence = [
        Field("known_since", .time, "Start of the first run that reported it."),
        Field("runs_before", .integer, unit: "runs", "Earlier runs that reported it."),
    ]

    private let options: HistoryOptions
    private let path: String

    public init(_ options: HistoryOptions, _ context: PluginContext = PluginContext()) throws(OptionComplaint) {
        guard let path = options.path.file else {
            throw OptionComplaint("\"\(options.path.text)\" is no history", option: "path", expected: "a file")
        }
        self.options = options
        self.path = path
    }

    public func enrich(_ findings: inout [Finding], _ run: RunContext) async throws {
        // Before the first run there is nothing known.
        guard !findings.isEmpty, FileSystem.status(path) != nil else { return }
        let file = try HistoryFile(reading: path)
        let known = try await file.reported(findings.map(\.id))
        let limit = options.forgetAfter.map { run.header.started.advanced(by: -$0.nanoseconds) }
        for place in findings.indices {
            guard let report = known[findings[place].id] else { continue }
            findings[place].evidence["known_since"] = .time(report.first)
            findings[place].evidence["runs_before"] = .integer(Int64(report.runs))
        }
        guard options.newOnly else { return }
        findings.removeAll { finding in
            known[finding.id].map { report in limit.map { report.last >= $0 } ?? true } ?? false
        }
    }
}

/// The options of `history`.
public struct HistoryOptions: PluginOptions {
    public var path = OptionPath("flare.sqlite")
    public var newOnly = false
    public var forgetAfter: OptionDuration?

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option("path", \.path, "The file that a sqlite sink of earlier runs wrote; none yet is no fault."),
            Option("new_only", \.newOnly, "Leaves out what earlier runs reported."),
            Option(
                "forget_after", \.forgetAfter,
                "With new_only: what was not reported for this long counts as new again; by default never."),
        ]
    }
}
