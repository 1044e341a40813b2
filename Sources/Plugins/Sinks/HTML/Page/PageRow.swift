import FlareKit
import OutputText

/// A finding's row of the table, on one line and without the tags that HTML lets be left out: a page holds thousands.
enum PageRow {
    static func html(_ finding: ReportFinding) -> String {
        var html = "<tr><td>" + priority(finding)
        for column in PageColumn.all.dropFirst() { html += "<td>" + column.cell(finding.finding) }
        return html
    }

    /// The first cell: a link to the finding, in words for those who cannot see the colour.
    private static func priority(_ finding: ReportFinding) -> String {
        let severity = finding.finding.severity.rawValue
        let number = padded(finding.finding.priority)
        return "<a class=\(severity) href=#\(finding.anchor)>\(number)<span> \(severity)</span></a>"
    }

    /// Two decimals, always: numbers under each other are compared by their places.
    static func padded(_ number: Double) -> String {
        let hundredths = Int((min(1, max(0, number.isFinite ? number : 0)) * 100).rounded())
        return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
    }
}
