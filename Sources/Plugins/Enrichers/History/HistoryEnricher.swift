import FlareKit
import GRDB
import HistoryDatabase
import OutputFiles
import OutputText
import Synchronization

/// Says of each finding since when it is known, from what a sqlite sink kept of earlier runs; drops the known ones where
/// asked to, for all sinks alike.
public struct HistoryEnricher: Enricher, BuiltInPlugin {
    public static let name = "history"
    public static let summary = "Adds since when earlier runs know a finding, and can drop known ones."
    public static let evidence = [
        Field("known_since", .time, "Start of the first run that reported it."),
        Field("runs_before", .integer, unit: "runs", "Earlier runs that reported it."),
        Field("verdict", .text, "What somebody judged it to be with flare ack, and whether it called again since."),
    ]

    private let options: HistoryOptions
    private let path: String
    private let asked = AskedReports()

    public init(_ options: HistoryOptions, _ context: PluginContext = PluginContext()) throws(OptionComplaint) {
        guard let path = options.path.file else {
            throw OptionComplaint("\"\(options.path.text)\" is no history", option: "path", expected: "a file")
        }
        self.options = options
        self.path = path
    }

    /// Names of destinations are told from the file too.
    public var uses: Set<String> { ["host"] }

    public func enrich(_ findings: inout [Finding], _ run: RunContext) async throws {
        guard !findings.isEmpty else { return }
        // Before the first run there is nothing known.
        let file = FileSystem.status(path) == nil ? nil : try HistoryFile(reading: path)
        let known = try await asked.reports(of: findings.map(\.id), in: run.header.started, file)
        guard let file else { return }
        let limit = options.forgetAfter.map { run.header.started.advanced(by: -$0.nanoseconds) }
        for place in findings.indices {
            guard let report = known[findings[place].id] else { continue }
            findings[place].evidence["known_since"] = .time(report.first)
            findings[place].evidence["runs_before"] = .integer(Int64(report.runs))
            if let age = Self.length(from: report.first, to: run.header.started), age >= Self.oldAge.nanoseconds {
                findings[place].add([
                    Finding.Modifier(
                        "known_long", Self.oldAmount, "earlier runs have reported it for \(Self.readable(age))",
                        side: .history)
                ])
            }
        }
        try await weighNames(&findings, file, run)
        try await judge(&findings, file, run)
        guard options.newOnly else { return }
        findings.removeAll { finding in
            let isKnown = known[finding.id].map { report in limit.map { report.last >= $0 } ?? true } ?? false
            if isKnown {
                run.ledger.drop(
                    finding, filter: run.stage, rule: DroppedChannels.known, records: run.recordCount(of: finding))
            }
            return isKnown
        }
    }

    /// Hides what somebody judged benign, as an entry of an allowlist for the channel alone would; says of other findings what
    /// they were judged, and which of them called again since.
    private func judge(_ findings: inout [Finding], _ file: HistoryFile, _ run: RunContext) async throws {
        let verdicts = try await file.verdicts()
        guard !verdicts.isEmpty else { return }
        findings.removeAll { finding in
            guard let verdict = verdicts[finding.subjectName], verdict.kind == .benign,
                verdict.holds(at: run.header.started)
            else { return false }
            run.ledger.drop(finding, filter: run.stage, rule: verdict.words, records: run.recordCount(of: finding))
            return true
        }
        for place in findings.indices {
            guard let verdict = verdicts[findings[place].subjectName] else { continue }
            let isBack = findings[place].lastSeen.map { $0 > verdict.given } ?? false
            findings[place].evidence["verdict"] = .text(verdict.words + (isBack ? "; it called again since" : ""))
            guard verdict.kind == .malicious else { continue }
            findings[place].add([
                Finding.Modifier(
                    "verdict", Self.verdictAmount, verdict.words + (isBack ? ", and it called again since" : ""),
                    side: .list, label: "judged malicious")
            ])
        }
    }

    /// As much as a threat list that is right nine times in ten.
    private static let verdictAmount = 20.0

    /// Raises findings about names that a history of some length has known for a short time, or not at all.
    private func weighNames(_ findings: inout [Finding], _ file: HistoryFile, _ run: RunContext) async throws {
        let young = Self.youngAge.nanoseconds
        let now = run.header.started
        guard let oldest = try await file.oldestRun(),
            let reach = Self.length(from: oldest, to: now), reach > young
        else { return }
        let names = Set(findings.compactMap(\.host)).sorted()
        let firsts = try await file.firstReported(hosts: names)
        for place in findings.indices {
            guard let host = findings[place].host else { continue }
            let age = firsts[host].flatMap { Self.length(from: $0, to: now) }
            if let age, age >= young { continue }
            let since = age.map { "for \(Self.readable($0))" } ?? "not at all"
            findings[place].add([
                Finding.Modifier(
                    "name_young", Self.youngAmount, "a history of \(Self.readable(reach)) knows \(host) \(since)",
                    side: .history)
            ])
        }
    }

    /// A name that earlier runs reported for less time is young. A history that does not reach back so far calls none young.
    private static let youngAge = OptionDuration.days(7)
    private static let youngAmount = 3.0

    /// Half of all intrusions are noticed within 10 days (M-Trends 2024, median dwell time); harmless programs stay. So what
    /// has called for longer than that is half as likely to be harmful.
    private static let oldAge = OptionDuration.days(14)
    private static let oldAmount = -3.0

    private static func length(from start: Timestamp, to end: Timestamp) -> Int64? {
        TimeWindow(since: start, until: end).duration
    }

    private static func readable(_ nanoseconds: Int64) -> String { Readable.seconds(Double(nanoseconds) / 1e9) }
}

/// What earlier runs reported, as it was when a run first asked: the later evaluations of a live run find its own reports in
/// the file.
private final class AskedReports: Sendable {
    typealias Report = (first: Timestamp, last: Timestamp, runs: Int)

    /// Of each finding that the run asked about, what was known; `nil` where nothing was.
    private let known = Mutex<(run: Timestamp?, reports: [String: Report?])>((nil, [:]))

    func reports(of ids: [String], in run: Timestamp, _ file: HistoryFile?) async throws -> [String: Report] {
        let unasked = known.withLock { known in
            if known.run != run { known = (run, [:]) }
            return ids.filter { known.reports[$0] == nil }
        }
        let found = try await file?.reported(unasked) ?? [:]
        return known.withLock { known in
            for id in unasked { known.reports.updateValue(found[id], forKey: id) }
            return ids.reduce(into: [:]) { $0[$1] = known.reports[$1] ?? nil }
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
            Option("path", \.path, "File of a sqlite sink. It may not exist yet."),
            Option("new_only", \.newOnly, "Drops findings that an earlier run reported."),
            Option(
                "forget_after", \.forgetAfter,
                "With new_only, a finding counts as new again after this time without a report; by default never."),
        ]
    }
}
