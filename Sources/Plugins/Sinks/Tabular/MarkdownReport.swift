import FlareKit
import OutputText

/// A run and its most urgent findings in Markdown.
struct MarkdownReport {
    private let run: Run
    private let findings: [Finding]
    private let columns: [Column]
    private let options: MarkdownOptions

    /// - Parameter findings: the most urgent first.
    init(_ run: Run, _ findings: [Finding], _ columns: [Column], _ options: MarkdownOptions) {
        self.run = run
        self.findings = findings
        self.columns = columns
        self.options = options
    }

    var text: String {
        ([heading, looked, statements] + (run.failures + run.warnings).map { "> \(MarkdownText.shown($0))" }
            + [table, remark, hidden] + details)
            .compactMap { $0 }.joined(separator: "\n\n") + "\n"
    }

    private var heading: String {
        "## Flare: \(Readable.count(Int64(findings.count))) finding\(findings.count == 1 ? "" : "s"), "
            + MarkdownText.code(run.header.pipeline)
    }

    /// What counts as inside, where a filter says so.
    private var statements: String? {
        run.statements.isEmpty ? nil : MarkdownText.shown(run.statements.joined(separator: "; ")) + "."
    }

    private var looked: String {
        let window = [run.window.since, run.window.until].map { $0.map(minute) ?? "?" }.joined(separator: " to ")
        return "\(window) UTC: \(Readable.count(Int64(run.account.usedCount))) records, "
            + "\(Readable.count(Int64(run.channels))) channels, "
            + "\(Readable.count(Int64(run.account.rejectedCount))) records rejected. Flare \(run.header.version)."
    }

    private var table: String? {
        guard !findings.isEmpty else { return nil }
        let head = "| Priority | Source | Destination | Port | Every | Regular | Calls | Owner | In words |"
        let rule = "| ---: | --- | --- | ---: | ---: | ---: | ---: | --- | --- |"
        return ([head, rule] + findings.prefix(options.top).map(row)).joined(separator: "\n")
    }

    private func row(_ finding: Finding) -> String {
        let cells: [String?] = [
            "\(Readable.decimal(finding.priority, 2)) \(finding.severity.rawValue)",
            finding.source.map { MarkdownText.code($0.description) },
            destination(finding),
            finding.channel?.port.map { String($0) },
            finding.interval.map { Readable.seconds($0) },
            finding.percent.map { Readable.decimal($0, 1) + " %" },
            finding.occurrences.map { Readable.count(Int64($0)) },
            finding.evidence["dest_whois"].map { MarkdownText.shown($0.description) },
            MarkdownText.shown(finding.summary),
        ]
        return "| " + cells.map { $0 ?? "" }.joined(separator: " | ") + " |"
    }

    private func destination(_ finding: Finding) -> String {
        guard let peer = finding.channel?.peer.description else { return "" }
        let name = finding.host.flatMap { $0 == peer ? nil : " " + MarkdownText.code($0) } ?? ""
        return MarkdownText.code(peer) + name
    }

    private var remark: String? {
        if findings.isEmpty {
            let misses = run.nearMisses.map { "- " + MarkdownText.shown($0.line) }
            let nearest = misses.isEmpty ? "" : "\n\nThe nearest misses:\n\n" + misses.joined(separator: "\n")
            return
                (run.hiddenFindings.isEmpty
                ? "Nothing was found in this window." : "Nothing else was found in this window.") + nearest
        }
        let more = findings.count - options.top
        return more > 0 ? "\(Readable.count(Int64(more))) more are not listed here." : nil
    }

    /// What filters took out.
    private var hidden: String? {
        run.hiddenFindings.isEmpty
            ? nil : run.hiddenFindings.map { "- " + MarkdownText.shown($0) }.joined(separator: "\n")
    }

    /// What else is known of the most urgent ones.
    private var details: [String] {
        let standard = Set(Column.standard.map(\.name))
        return findings.prefix(min(options.details, options.top)).map { finding in
            var lines = ["### " + MarkdownText.code(subject(finding)), "", MarkdownText.shown(finding.summary), ""]
            if let said = finding.evidence["said"] {
                lines += ["**What it said:** " + MarkdownText.shown(said.description), ""]
            }
            lines += finding.weights.map {
                "- \($0.amount.decibans) \(MarkdownText.shown($0.name)): "
                    + MarkdownText.shown($0.reason)
            }
            for column in columns where !standard.contains(column.name) && column.name != "said" {
                guard let value = column.value(of: finding) else { continue }
                let unit = column.field.unit.map { " \($0)" } ?? ""
                lines.append("- \(MarkdownText.shown(column.name)): \(MarkdownText.shown(value.description))\(unit)")
            }
            if let first = finding.firstSeen, let last = finding.lastSeen {
                lines.append("- seen: \(minute(first)) to \(minute(last)) UTC")
            }
            return lines.joined(separator: "\n")
        }
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
