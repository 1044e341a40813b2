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
        let content: [String: Any] = [
            "title": head.title, "version": report.run.header.version,
            "head": try templates.render(head.content, "head"), "hasFindings": !report.findings.isEmpty,
            "hidesFindings": !report.run.hiddenFindings.isEmpty,
            "overview": overview, "hasOverview": overviewPicture.count > 1, "legend": legend,
            "columns": PageColumn.all.map { ["name": $0.name, "label": $0.label, "meaning": $0.meaning] },
            "rows": rows.prefix(Report.drawnLimit).joined(separator: "\n"),
            "hasRest": rows.count > Report.drawnLimit,
            "rest": rows.dropFirst(Report.drawnLimit).joined(separator: "\n"),
            "listed": Readable.count(Int64(rows.count)), "hasLeft": report.left > 0,
            "left": Readable.count(Int64(report.left)), "table": tablePath ?? "", "hasTable": tablePath != nil,
            "hasMisses": !report.run.nearMisses.isEmpty, "misses": report.run.nearMisses.map(\.line),
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

    private var overviewPicture: OverviewPicture {
        let owners = Owners(report)
        return OverviewPicture(
            report.findings.compactMap { finding in
                finding.finding.interval.map {
                    OverviewPicture.Dot(
                        interval: $0, score: finding.finding.score, occurrences: finding.finding.occurrences ?? 1,
                        colour: owners.colour(of: finding.finding))
                }
            })
    }

    private var overview: String {
        let picture = overviewPicture
        let most =
            report.findings.first.map { " The most urgent: \(SafeText.line($0.finding.summary, limit: 120))" } ?? ""
        return picture.svg(
            text: "\(Readable.count(Int64(picture.count))) findings by the time between calls and the score.\(most)")
    }

    private var legend: [[String: Any]] {
        let names = Owners(report).names
        guard !names.isEmpty else { return [] }
        return (names + ["others"]).enumerated().map {
            ["colour": $0.offset == names.count ? OverviewPicture.owners : $0.offset, "owner": $0.element]
        }
    }

    /// Where a sink of the same run puts all rows.
    private var tablePath: String? {
        report.run.outputs.first { $0.sink == "csv" && $0.failure == nil }?.destination
            .map { SafeText.line($0, limit: Markup.valueLimit) }
    }
}
