import FlareKit
import OutputText

/// A line of the table: an incident, or one finding.
struct TableRow {
    let severity: Severity
    /// A cell a column, as it is shown.
    var cells: [String]
    /// What rows that stand under one heading share.
    var group: String?

    /// No cell is wider, however wide the terminal.
    static let widest = 200

    /// A finding's row.
    ///
    /// - Parameter isMember: whether it stands under its incident.
    init(_ finding: Finding, _ columns: [Column], group: String? = nil, isMember: Bool = false) {
        severity = finding.severity
        cells = columns.map { column in
            let text = Self.cell(column.value(of: finding), of: column)
            return isMember && column.name == "src_ip" ? "  " + text : text
        }
        self.group = group
    }

    /// An incident's row.
    ///
    /// - Parameter findings: its findings, the most urgent first.
    init(_ incident: Incident, _ findings: [Finding], _ columns: [Column]) {
        guard findings.count > 1 || incident.isFolded else {
            self = TableRow(findings[0], columns)
            return
        }
        severity = incident.severity
        cells = columns.map { Self.safe(Self.text(incident, findings, $0)) }
    }

    /// What an incident of several findings shows in a column.
    private static func text(_ incident: Incident, _ findings: [Finding], _ column: Column) -> String {
        switch column.name {
        case "severity": return incident.severity.rawValue
        case "src_ip": return incident.who
        case "dest_ip", "host", "destination": return incident.whom
        case "interval": return incident.every ?? ""
        case "first_seen": return incident.since ?? ""
        case "summary": return incident.name
        case "why":
            let shared = incident.shared.map { ", \($0)" } ?? ""
            return incident.isFolded ? incident.name : "\(findings.count.grouped) findings\(shared); \(incident.why)"
        default: break
        }
        let values = findings.compactMap { column.value(of: $0) }
        if column.field.unit == "bytes" || column.name == "occurrences" {
            let numbers = values.compactMap { value in if case .integer(let number) = value { number } else { nil } }
            return numbers.isEmpty ? "" : cell(.integer(numbers.reduce(0) { $0.addingClamped($1) }), of: column)
        }
        let texts = values.map { cell($0, of: column) }
        guard let first = texts.first else { return "" }
        let others = Set(texts).count - 1
        return others == 0 || column.isNumeric ? first : "\(first) +\(others.grouped)"
    }

    private static func safe(_ text: String) -> String {
        // A name of 10 kB is cut before anything is measured.
        DisplayWidth.cut(SafeText.shown(String(text.unicodeScalars.prefix(widest * 8))), to: widest)
    }

    private static func cell(_ value: Value?, of column: Column) -> String {
        let text =
            switch value {
            case nil: ""
            case .integer(let number) where column.field.unit == "bytes": bytes(number)
            case .number(let number) where column.name == "interval": Readable.pace(number)
            case .number(let value): number(value, column.field.unit)
            case .integer(let number):
                withUnit(column.field.isIdentifier ? String(number) : number.grouped, column.field.unit)
            case .time(let time): time.dayAndTime
            case .some(let value): value.description
            }
        return safe(text)
    }

    private static func withUnit(_ number: String, _ unit: String?) -> String {
        unit.map { "\(number) \($0)" } ?? number
    }

    /// Two decimals are enough to compare by eye; a bare number keeps both, so that scores stand in line.
    private static func number(_ number: Double, _ unit: String?) -> String {
        guard number.isFinite, abs(number) < 1e12 else { return withUnit(Value.number(number).description, unit) }
        let hundredths = Int64((abs(number) * 100).rounded())
        let sign = number < 0 && hundredths > 0 ? "-" : ""
        var decimals = ".\(hundredths / 10 % 10)\(hundredths % 10)"
        if unit != nil {
            while decimals.hasSuffix("0") { decimals.removeLast() }
            if decimals == "." { decimals = "" }
        }
        return withUnit("\(sign)\(hundredths / 100)\(decimals)", unit)
    }

    private static func bytes(_ count: Int64) -> String {
        guard count.magnitude >= 1000 else { return "\(count) B" }
        var scaled = Double(count) / 1000
        var unit = 0
        let units = ["kB", "MB", "GB", "TB", "PB", "EB"]
        while abs(scaled) >= 999.95, unit < units.count - 1 {
            scaled /= 1000
            unit += 1
        }
        return "\(Value.number((scaled * 10).rounded() / 10)) \(units[unit])"
    }
}

extension Column {
    /// Whether its cells stand in line on the right.
    var isNumeric: Bool {
        switch field.type {
        case .integer, .number: true
        default: false
        }
    }
}
