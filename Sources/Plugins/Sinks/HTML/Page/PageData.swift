import FlareKit
import OutputText

/// What the script of the page knows of the findings: the values of all columns, column by column, the evidence of the
/// most urgent ones, and a strip each to draw their pictures from.
struct PageData {
    let report: Report

    /// JSON, safe inside a script element.
    func json() -> String {
        let names = Set(Column.standard.map(\.name))
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
                (key: "ids", json: JSONText.array(report.findings.map { JSONText.text($0.anchor) })),
                (
                    key: "values",
                    json: JSONText.object(
                        report.columns.enumerated().filter { names.contains($0.element.name) }
                            .map { (key: $0.element.name, json: values($0.offset, $0.element.field.type)) })
                ),
                (
                    key: "evidence",
                    json: JSONText.array(
                        report.findings.prefix(report.options.maxDetails).map { details($0, evidence.map(\.offset)) })
                ),
                (key: "strips", json: JSONText.array(strips.map { "\"\($0.text)\"" })),
                (key: "reach", json: JSONText.array(strips.map { Readable.decimal($0.reach, 3) })),
                (key: "links", json: JSONText.array(report.links.map(\.json))),
                (key: "table", json: JSONText.array(PageColumn.all.map { JSONText.text($0.name) })),
                (key: "owners", json: JSONText.array(Owners(report).names.map(JSONText.text))),
            ]))
    }

    private func field(_ field: Field) -> String {
        JSONText.object([
            (key: "name", json: JSONText.text(field.name)), (key: "type", json: JSONText.text(field.type.rawValue)),
            (key: "unit", json: field.unit.map(JSONText.text) ?? "null"),
            (key: "label", json: JSONText.text(ColumnText.label(field.name))),
            (key: "plain", json: field.isIdentifier ? "true" : "false"),
            (key: "meaning", json: JSONText.text(field.meaning)),
        ])
    }

    /// A column: numbers and times (seconds since 1970) as they are; texts as places in a list of the different ones.
    private func values(_ column: Int, _ type: FieldType) -> String {
        let values = report.findings.map { $0.values[column] }
        switch type {
        case .integer, .number, .boolean, .time: return JSONText.array(values.map(Self.plain))
        case .text, .texts, .address:
            // By their bytes: to Swift, an é of two scalars is the same text as one of a single scalar.
            var places: [[UInt8]: Int] = [:]
            var texts: [String] = []
            let indices = values.map { value -> String in
                guard let value else { return "-1" }
                let text = Self.shown(value)
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
            finding.values[column].map { "[\(column),\(Self.plain($0))]" }
        }
        let modifiers = finding.finding.weights.map { modifier in
            JSONText.array([
                JSONText.text(SafeText.line(modifier.name, limit: Markup.valueLimit)), JSONText.number(modifier.amount),
                JSONText.text(SafeText.line(modifier.reason, limit: Markup.valueLimit)),
            ])
        }
        return modifiers.isEmpty
            ? JSONText.array([JSONText.array(values)])
            : JSONText.array([JSONText.array(values), JSONText.array(modifiers)])
    }

    private static func plain(_ value: Value?) -> String {
        switch value {
        case nil: "null"
        case .time(let time): Readable.decimal(time.seconds, 3)
        case .integer, .number, .boolean: JSONText.value(value)
        case .text, .texts, .address: JSONText.text(value.map(shown) ?? "")
        }
    }

    private static func shown(_ value: Value) -> String { SafeText.line(value.description, limit: Markup.valueLimit) }
}

/// The owners of destinations that have a colour in the overview: those with the most findings.
struct Owners {
    let names: [String]
    private let places: [String: Int]

    init(_ report: Report) {
        var counts: [String: Int] = [:]
        for finding in report.findings {
            if let owner = Self.owner(of: finding.finding) { counts[owner, default: 0] += 1 }
        }
        names = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(OverviewPicture.owners).map(\.key)
        places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($0.element, $0.offset) })
    }

    /// The colour of a finding; the last one where its owner has none, the first one where no owner is known at all.
    func colour(of finding: Finding) -> Int {
        guard !names.isEmpty else { return 0 }
        return Self.owner(of: finding).flatMap { places[$0] } ?? OverviewPicture.owners
    }

    private static func owner(of finding: Finding) -> String? {
        finding.evidence["dest_whois"].map { SafeText.line($0.description, limit: Markup.valueLimit) }
            .flatMap { $0.isEmpty ? nil : $0 }
    }
}
