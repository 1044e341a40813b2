import FlareKit
import OutputText

/// A table laid out for a terminal: columns that fit, cells that are safe and aligned.
struct TableLayout {
    /// Columns of the terminal between two of the table's.
    private static let gap = 2
    /// No cell is wider, however wide the terminal.
    private static let widest = 200
    /// A column of text that is cut keeps at least so much.
    private static let narrowestText = 12
    /// What names a channel stays, whatever the width, and is cut last.
    private static let essential: Set<String> = ["src_ip", "dest_ip", "dest_port", "interval", "percent"]

    private var lanes: [Lane]
    private let severities: [Severity]
    private let hasColors: Bool

    /// One column with its cells.
    private struct Lane {
        let name: String
        let isNumeric: Bool
        var cells: [String]
        var width: Int

        var isEssential: Bool { TableLayout.essential.contains(name) }
    }

    /// - Parameter group: what rows of one group share; the leading columns are written for the first of them alone.
    init(
        _ columns: [Column], _ findings: [Finding], gatheredBy group: ((Finding) -> String)? = nil,
        on terminal: Terminal
    ) {
        lanes = columns.map { column in
            let cells = findings.map { Self.cell(column.value(of: $0), of: column) }
            let width = max(column.name.utf8.count, cells.map(DisplayWidth.of).max() ?? 0)
            return Lane(name: column.name, isNumeric: column.isNumeric, cells: cells, width: width)
        }
        lanes.removeAll { lane in lane.cells.allSatisfy(\.isEmpty) }
        severities = findings.map(\.severity)
        hasColors = terminal.hasColors
        if let group { blankRepeats(findings.map(group)) }
        if let width = terminal.width { fit(into: width) }
    }

    var text: String {
        var lines = [line(lanes.map(\.name), style: hasColors ? .bold : nil)]
        for row in severities.indices {
            lines.append(line(lanes.map { $0.cells[row] }, severity: severities[row]))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Leaves empty what the row before has said of the same group.
    private mutating func blankRepeats(_ groups: [String]) {
        for lane in lanes.indices.prefix(while: { TableGroup.isOwn(lanes[$0].name) }) {
            let cells = lanes[lane].cells
            for row in cells.indices.dropFirst() where groups[row] == groups[row - 1] && cells[row] == cells[row - 1] {
                lanes[lane].cells[row] = ""
            }
        }
    }

    // MARK: Fitting

    private var total: Int { lanes.reduce(0) { $0 + $1.width } + Self.gap * max(0, lanes.count - 1) }

    /// Makes the table no wider than `width`: long texts are cut first, then columns left out from the last, then the
    /// essential ones cut.
    private mutating func fit(into width: Int) {
        while total > width {
            if let last = lanes.indices.last(where: { !lanes[$0].isEssential }) {
                let spare = width - (total - lanes[last].width)
                if !lanes[last].isNumeric, spare >= max(Self.narrowestText, lanes[last].name.utf8.count) {
                    lanes[last].width = spare
                } else {
                    lanes.remove(at: last)
                }
            } else if let widest = lanes.indices.max(by: { lanes[$0].width < lanes[$1].width }), lanes[widest].width > 1
            {
                let others = lanes.filter { $0.width < lanes[widest].width }.map(\.width).max() ?? 1
                lanes[widest].width -= max(1, min(total - width, lanes[widest].width - others))
            } else if lanes.count > 1 {
                lanes.removeLast()
            } else {
                return
            }
        }
    }

    // MARK: Lines

    private func line(_ cells: [String], style: Style? = nil, severity: Severity? = nil) -> String {
        var line = ""
        for (index, lane) in lanes.enumerated() {
            let shown = DisplayWidth.cut(cells[index], to: lane.width)
            let padding = String(repeating: " ", count: max(0, lane.width - DisplayWidth.of(shown)))
            let look = lane.name == "priority" && hasColors ? style ?? severity.flatMap(Self.style) : style
            let styled = look.map { $0.applied(to: shown) } ?? shown
            let isLast = index == lanes.count - 1
            line += lane.isNumeric ? padding + styled : styled + (isLast ? "" : padding)
            if !isLast { line += String(repeating: " ", count: Self.gap) }
        }
        return line
    }

    private static func style(_ severity: Severity) -> Style? {
        switch severity {
        case .critical: .critical
        case .high: .high
        case .medium: .medium
        case .low: .dim
        }
    }

    // MARK: Cells

    private static func cell(_ value: Value?, of column: Column) -> String {
        let text =
            switch value {
            case nil: ""
            case .integer(let number) where column.field.unit == "bytes": bytes(number)
            case .number(let value): number(value, column.field.unit)
            case .integer(let number): withUnit(String(number), column.field.unit)
            case .time(let time): time.inWholeSeconds.description
            case .some(let value): value.description
            }
        // A name of 10 kB is cut before anything is measured.
        return DisplayWidth.cut(SafeText.shown(String(text.unicodeScalars.prefix(widest * 8))), to: widest)
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
    fileprivate var isNumeric: Bool {
        switch field.type {
        case .integer, .number: true
        default: false
        }
    }
}
