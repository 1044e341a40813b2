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
        let number = Readable.decimal(finding.finding.priority, 2)
        return "<a class=\(severity) href=#\(finding.anchor)>\(padded(number))<span> \(severity)</span></a>"
    }

    /// Two decimals, always: numbers under each other are compared by their places.
    static func padded(_ number: String) -> String {
        let parts = number.split(separator: ".", omittingEmptySubsequences: false)
        let decimals = parts.count > 1 ? String(parts[1]) : ""
        return "\(parts[0])." + decimals + String(repeating: "0", count: max(0, 2 - decimals.count))
    }
}
