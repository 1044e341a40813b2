import FlareKit
import OutputText

/// What the script of the page knows of the findings: the values of all columns, column by column, the evidence of the
/// most urgent ones, and a strip each to draw their pictures from.
struct PageData {
    let report: Report

    /// JSON, safe inside a script element.
    func json() -> String {
        let names = Report.standardColumns
        let evidence = report.columns.enumerated().filter { !names.contains($0.element.name) }
        let window = Span(report.window)
        let strips = report.findings.map { Strip($0.finding, window: window) }
        return Markup.json(
            JSONText.object([
                (key: "window", json: "[\(window.start),\(window.end)]"),
                (key: "local", json: report.options.times == .local ? "true" : "false"),
                (key: "group", json: report.options.group == .none ? "\"\"" : "\"\(report.options.group.rawValue)\""),
                (key: "drawn", json: String(report.drawn.count)),
                (key: "fields", json: JSONText.array(report.columns.map { field($0.field) })),
                (key: "what", json: JSONText.array(report.places(\.isDescription).map(String.init))),
                (key: "chips", json: chips),
                (key: "incidents", json: incidents),
                (key: "ids", json: JSONText.array(report.findings.map { JSONText.text($0.anchor) })),
                (
                    key: "values",
                    json: JSONText.object(
                        report.columns.enumerated().filter { names.contains($0.element.name) }
                            .map { (key: $0.element.name, json: values($0.offset)) })
                ),
                (
                    key: "evidence",
                    json: JSONText.array(
                        report.findings.prefix(Report.detailLimit).map { details($0, evidence.map(\.offset)) })
                ),
                (key: "strips", json: JSONText.array(strips.map { "\"\($0.text)\"" })),
                (key: "reach", json: JSONText.array(strips.map { Readable.decimal($0.reach, 3) })),
                (key: "links", json: JSONText.array(report.links.map(\.json))),
                // The same for all findings.
                (
                    key: "run",
                    json: JSONText.array(
                        report.columns.map(\.name).filter(Column.originNames.contains).map(JSONText.text))
                ),
                (key: "table", json: JSONText.array(PageColumn.all.map { JSONText.text($0.name) })),
            ]))
    }

    private func field(_ field: Field) -> String {
        JSONText.object([
            (key: "name", json: JSONText.text(field.name)), (key: "type", json: JSONText.text(field.type.rawValue)),
            (key: "unit", json: field.unit.map(JSONText.text) ?? "null"),
            (key: "label", json: JSONText.text(field.title)),
            (key: "plain", json: field.isIdentifier ? "true" : "false"),
            (key: "meaning", json: JSONText.text(field.meaning)),
            (key: "part", json: JSONText.text((field.section ?? .details).rawValue)),
        ])
    }

    /// A column: numbers and times (seconds since 1970) as they are; texts as places in a list of the different ones.
    private func values(_ place: Int) -> String {
        let column = report.columns[place]
        let values = report.findings.map { $0.values[place] }
        switch column.field.type {
        case .integer, .number, .boolean, .time: return JSONText.array(values.map { Self.plain($0, column) })
        case .text, .texts, .address:
            // By their bytes: to Swift, an é of two scalars is the same text as one of a single scalar.
            var places: [[UInt8]: Int] = [:]
            var texts: [String] = []
            let indices = values.map { value -> String in
                guard let value else { return "-1" }
                let text = Markup.text(value, of: column)
                if let place = places[Array(text.utf8)] { return String(place) }
                places[Array(text.utf8)] = texts.count
                texts.append(text)
                return String(texts.count - 1)
            }
            return JSONText.object([
                (key: "texts", json: JSONText.array(texts.map(JSONText.text))),
                (key: "at", json: JSONText.array(indices)),
            ])
        }
    }

    /// The evidence and modifiers of a finding, those that it has: `[[column, value]…]` and `[[name, amount, reason]…]`.
    private func details(_ finding: ReportFinding, _ columns: [Int]) -> String {
        let values = columns.compactMap { column in
            finding.values[column].map { "[\(column),\(Self.plain($0, report.columns[column]))]" }
        }
        let modifiers = finding.finding.weights.map { modifier in
            JSONText.array([
                JSONText.text(Markup.cut(modifier.name)), JSONText.number(modifier.amount),
                JSONText.text(Markup.sentence(modifier.reason)),
            ])
        }
        return modifiers.isEmpty
            ? JSONText.array([JSONText.array(values)])
            : JSONText.array([JSONText.array(values), JSONText.array(modifiers)])
    }

    /// Incidents of several findings, and those that are folded.
    private var incidents: String {
        JSONText.array(
            report.incidents.filter { $0.places.count > 1 || $0.incident.isFolded }.map { incident, places in
                JSONText.object([
                    (key: "name", json: JSONText.text(Markup.sentence(incident.name))),
                    (key: "isExpected", json: incident.isFolded ? "true" : "false"),
                    (key: "of", json: JSONText.array(places.map(String.init))),
                ])
            })
    }

    /// The chips: all that there are, as `[label, tone]`, and for each finding the places of its own.
    private var chips: String {
        var places: [Chip: Int] = [:]
        var all: [Chip] = []
        let own = report.findings.map { finding in
            JSONText.array(
                Chip.of(finding.finding).map { chip in
                    if let place = places[chip] { return String(place) }
                    places[chip] = all.count
                    all.append(chip)
                    return String(all.count - 1)
                })
        }
        return JSONText.object([
            (
                key: "all",
                json: JSONText.array(
                    all.map { JSONText.array([JSONText.text($0.label), JSONText.text($0.tone.rawValue)]) })
            ),
            (key: "of", json: JSONText.array(own)),
        ])
    }

    private static func plain(_ value: Value?, _ column: Column) -> String {
        switch value {
        case nil: "null"
        case .time(let time): Readable.decimal(time.seconds, 3)
        case .integer, .number, .boolean: JSONText.value(value)
        case .text, .texts, .address: JSONText.text(value.map { Markup.text($0, of: column) } ?? "")
        }
    }
}
