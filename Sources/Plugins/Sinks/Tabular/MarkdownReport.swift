import FlareKit
import OutputText

/// A run and its most urgent incidents in Markdown.
struct MarkdownReport {
    private let run: Run
    private let findings: [Finding]
    private let incidents: IncidentList
    private let columns: [Column]
    private let options: MarkdownOptions

    /// - Parameter findings: the most urgent first.
    init(_ run: Run, _ findings: [Finding], _ columns: [Column], _ options: MarkdownOptions) {
        self.run = run
        self.findings = findings
        incidents = IncidentList(run, findings)
        self.columns = columns
        self.options = options
    }

    private var listed: [IncidentList.Entry] { incidents.entries.filter { !$0.incident.isFolded } }

    var text: String {
        ([heading, looked, statements] + (run.failures + run.warnings).map { "> \(MarkdownText.shown($0))" }
            + [table, remark, hidden] + details)
            .compactMap { $0 }.joined(separator: "\n\n") + "\n"
    }

    private var heading: String {
        let plural = listed.count == 1 ? "" : "s"
        return "## Flare: \(listed.count.grouped) incident\(plural) of \(findings.count.grouped) "
            + "finding\(findings.count == 1 ? "" : "s"), \(MarkdownText.code(run.header.pipeline))"
    }

    /// What counts as inside, where a filter says so.
    private var statements: String? {
        run.statements.isEmpty ? nil : MarkdownText.shown(run.statements.joined(separator: "; ")) + "."
    }

    private var looked: String {
        let window = [run.window.since, run.window.until].map { $0.map(minute) ?? "?" }.joined(separator: " to ")
        return "\(window) UTC: \(Readable.count(Int64(run.ingest.usedCount))) records, "
            + "\(Readable.count(Int64(run.channels))) channels, "
            + "\(Readable.count(Int64(run.ingest.rejectedCount))) records rejected. "
            + "\(MarkdownText.shown(run.origin)), Flare \(MarkdownText.shown(run.header.version))."
    }

    private var table: String? {
        guard !listed.isEmpty else { return nil }
        let head = "| Severity | Source | Destination | Every | Since | Why | Owner | Findings |"
        let rule = "| --- | --- | --- | ---: | --- | --- | --- | ---: |"
        return ([head, rule] + listed.prefix(options.top).map(row)).joined(separator: "\n")
    }

    private func row(_ entry: IncidentList.Entry) -> String {
        let incident = entry.incident
        let owners = Set(entry.findings.compactMap { $0.evidence["dest_whois"]?.description }).sorted()
        let shared = incident.shared.map { "\($0); " } ?? ""
        let cells = [
            "\(incident.severity.rawValue) \(Readable.decimal(incident.priority, 2))",
            incident.who.isEmpty ? "" : MarkdownText.code(incident.who),
            incident.whom.isEmpty ? "" : MarkdownText.code(incident.whom), incident.every ?? "", incident.since ?? "",
            MarkdownText.shown(shared + incident.why),
            owners.first.map { MarkdownText.shown($0) + (owners.count > 1 ? " +\(owners.count - 1)" : "") } ?? "",
            entry.findings.count.grouped,
        ]
        return "| " + cells.joined(separator: " | ") + " |"
    }

    private var remark: String? {
        if findings.isEmpty {
            let misses = run.nearMisses.map { "- " + MarkdownText.shown($0.line) }
            let nearest = misses.isEmpty ? "" : "\n\nThe nearest misses:\n\n" + misses.joined(separator: "\n")
            return
                (run.hiddenFindings.isEmpty
                ? "Nothing was found in this window." : "Nothing else was found in this window.") + nearest
        }
        let more = listed.count - options.top
        let lines = [
            listed.isEmpty ? "Nothing was found in this window beside what is expected." : nil,
            more > 0 ? "\(more.grouped) more are not listed here." : nil,
            incidents.foldedLine.map { MarkdownText.shown($0) + "." },
        ].compactMap { $0 }
        return lines.isEmpty ? nil : lines.joined(separator: "\n\n")
    }

    /// What filters took out.
    private var hidden: String? {
        run.hiddenFindings.isEmpty
            ? nil : run.hiddenFindings.map { "- " + MarkdownText.shown($0) }.joined(separator: "\n")
    }

    /// What else is known of the most urgent ones: the incident, its findings, and all about the most urgent of these.
    private var details: [String] {
        listed.prefix(min(Self.detailed, options.top)).map { entry in
            let finding = entry.findings[0]
            guard entry.findings.count > 1 else {
                return "### " + MarkdownText.code(subject(finding)) + "\n\n" + details(of: finding)
            }
            var lines = ["### " + MarkdownText.shown(entry.incident.name), ""]
            if !entry.incident.reasons.isEmpty {
                lines += ["Shared: " + MarkdownText.shown(entry.incident.reasons.joined(separator: "; ")) + ".", ""]
            }
            lines += entry.findings.prefix(Self.mostMembers).map {
                "- \($0.severity.rawValue) \(MarkdownText.code(subject($0))): \(MarkdownText.shown($0.summary))"
            }
            let more = entry.findings.count - Self.mostMembers
            if more > 0 { lines.append("- \(more.grouped) more findings") }
            lines += ["", "The most urgent, \(MarkdownText.code(subject(finding))):", "", details(of: finding)]
            return lines.joined(separator: "\n")
        }
    }

    /// Incidents that are described below the table.
    private static let detailed = 5
    /// How many findings of an incident are listed.
    private static let mostMembers = 50

    private func details(of finding: Finding) -> String {
        let standard = Set(Column.standard.map(\.name))
        var lines = [MarkdownText.shown(finding.summary), ""]
        if let summary = finding.evidence["context_summary"] {
            lines += ["**Context:** " + MarkdownText.shown(summary.description), ""]
        }
        lines += finding.weights.map {
            "- \($0.amount.decibans) \(MarkdownText.shown($0.name)): " + MarkdownText.shown($0.reason)
        }
        for column in columns where !standard.contains(column.name) && column.field.section != .head {
            guard let value = column.value(of: finding) else { continue }
            let unit = column.field.unit.map { " \($0)" } ?? ""
            lines.append("- \(MarkdownText.shown(column.name)): \(MarkdownText.shown(value.description))\(unit)")
        }
        if let first = finding.firstSeen, let last = finding.lastSeen {
            lines.append("- seen: \(minute(first)) to \(minute(last)) UTC")
        }
        return lines.joined(separator: "\n")
    }

    private func subject(_ finding: Finding) -> String {
        switch finding.subject {
        case .channel(let key): key.description
        case .source(let address): address.description
        case .group(let keys): keys.map(\.description).joined(separator: ", ")
        }
    }

    private func minute(_ time: Timestamp) -> String {
        time.description.prefix(16).split(separator: "T").joined(separator: " ")
    }
}
