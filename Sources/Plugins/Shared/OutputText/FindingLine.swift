import FlareKit

/// A finding as an object on a line: what the original Flare's `json_out` says of the run, the finding's id, all columns
/// in their order, and the modifiers that moved it as objects.
package struct FindingLine {
    /// Members that are no columns.
    private let members: [(key: String, json: String)]
    private let finding: Finding

    /// - Parameter run: `timestamp` is the end of its window, as RFC 3339; `period` the window's length in hours.
    package init(_ finding: Finding, of run: Run) {
        self.finding = finding
        let hours = run.window.duration.map { Double($0) / 3.6e12 }
        members = [
            // The original's word, for which its users' searches look.
            ("event_type", JSONText.text(finding.interval == nil ? finding.detector : "beaconing")),
            ("timestamp", JSONText.value(.time(run.window.until ?? run.header.started))),
            ("period", JSONText.value(hours.map { .number(($0 * 100).rounded() / 100) })),
        ]
    }

    package func json(_ columns: [Column]) -> String {
        // A detector's own column goes before what the line would say under its name.
        let names = Set(columns.map(\.name))
        var all = [(key: "id", json: JSONText.text(finding.id))]
        if let news = finding.news { all.append((key: "news", json: JSONText.text(news.rawValue))) }
        all += members.filter { !names.contains($0.key) }
        for column in columns where column.name != Field.modifiers.name {
            all.append((key: column.name, json: JSONText.value(column.value(of: finding))))
        }
        all.append((key: Field.modifiers.name, json: modifiers))
        return JSONText.object(all)
    }

    private var modifiers: String {
        JSONText.array(
            finding.modifiers.map { modifier in
                JSONText.object([
                    (key: "name", json: JSONText.text(modifier.name)),
                    (key: "amount", json: JSONText.number(modifier.amount)),
                    (key: "reason", json: JSONText.text(modifier.reason)),
                    (key: "side", json: JSONText.text(modifier.side.rawValue)),
                ])
            })
    }
}
