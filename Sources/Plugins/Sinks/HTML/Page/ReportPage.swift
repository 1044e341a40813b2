import FlareKit
import OutputText

/// The page as a whole.
struct ReportPage {
    private let report: Report

    init(_ report: Report) { self.report = report }

    func html() throws -> String {
        let templates = try PageTemplates.standard.get()
        let head = PageHead(report: report)
        let rows = report.findings.map(PageRow.html)
        let articles = try report.drawn.enumerated().map { place, finding in
            try templates.render(PageArticle(finding: finding, rank: place + 1, report: report).content, "article")
        }
        let hasFindings = !report.findings.isEmpty
        let picture = overviewPicture
        let content: [String: Any] = [
            "title": head.title, "version": report.run.header.version,
            "head": try templates.render(head.content, "head"),
            "looked": try templates.render(head.content, "looked"), "hasFindings": hasFindings,
            "empty": hasFindings ? "" : try templates.render(head.emptyContent, "empty"),
            "overview": picture.count > 1 ? overview(picture) : "", "hasOverview": picture.count > 1,
            "undrawn": undrawn(picture),
            "incidents": incidents, "hasIncidents": !incidents.isEmpty,
            "columns": PageColumn.all.map { ["name": $0.name, "label": $0.label, "meaning": $0.meaning] },
            "rows": rows.prefix(Report.drawnLimit).joined(separator: "\n"),
            "hasRest": rows.count > Report.drawnLimit,
            "rest": rows.dropFirst(Report.drawnLimit).joined(separator: "\n"),
            "listed": Readable.count(Int64(rows.count)), "hasLeft": report.left > 0,
            "left": Readable.count(Int64(report.left)), "table": tablePath ?? "", "hasTable": tablePath != nil,
            "articles": articles.joined(separator: "\n"), "data": PageData(report: report).json(),
        ]
        return try templates.page(content, columnStyle: PageColumn.style(empty: emptyColumns))
    }

    private var emptyColumns: Set<String> {
        guard !report.findings.isEmpty else { return [] }
        return Set(
            report.columns.indices.filter { place in report.findings.allSatisfy { $0.values[place] == nil } }
                .map { report.columns[$0].name })
    }

    /// Incidents of several findings whose evidence is in the page, for readers without script.
    private var incidents: [[String: Any]] {
        report.incidents.compactMap { incident, places in
            let drawn = places.filter { $0 < Report.drawnLimit }
            guard !drawn.isEmpty, places.count > 1 || incident.isFolded else { return nil }
            return [
                "name": Markup.sentence(incident.name) + (incident.isFolded ? ", expected" : ""),
                "severity": incident.severity.rawValue, "priority": PageRow.padded(incident.priority),
                "places": drawn.map { ["rank": $0 + 1, "anchor": report.findings[$0].anchor] },
            ]
        }
    }

    private var overviewPicture: OverviewPicture {
        OverviewPicture(
            report.findings.compactMap { finding in
                finding.finding.interval.map {
                    OverviewPicture.Dot(
                        interval: $0, weight: finding.finding.weight, occurrences: finding.finding.occurrences ?? 1,
                        severity: finding.finding.severity)
                }
            })
    }

    private func overview(_ picture: OverviewPicture) -> String {
        let most = report.findings.first.map { " The most urgent: \(Markup.cut($0.finding.summary))" } ?? ""
        return picture.svg(
            text: "\(Readable.count(Int64(picture.count))) findings by the time between calls and the weight of "
                + "evidence.\(most)")
    }

    /// Findings without an interval have no place in the picture.
    private func undrawn(_ picture: OverviewPicture) -> String {
        let left = report.findings.count - picture.count
        return left > 0 ? " \(Readable.count(Int64(left))) without an interval are not in it." : ""
    }

    /// Where a sink of the same run puts all rows.
    private var tablePath: String? {
        report.run.outputs.first { $0.sink == "csv" && $0.failure == nil }?.destination
            .map { Markup.cut($0) }
    }
}
