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
    /// A column of names that is cut keeps at least so much.
    private static let narrowestName = 20
    /// How grave it is, who calls whom, and how often: stays, whatever the width, and is cut last.
    private static let essential: Set<String> = ["severity", "src_ip", "dest_ip", "host", "dest_port", "interval"]
    /// Left out when all else but these is, in this order.
    private static let late = ["percent", "priority"]
    /// Address and name of the destination in one column, where there is no room for two: the name, else the address.
    private static let destination = "destination"

    private var lanes: [Lane]
    private let severities: [Severity]
    private let hasColors: Bool

    /// One column with its cells.
    private struct Lane {
        let name: String
        let isNumeric: Bool
        var cells: [String]
        var width: Int

        init(_ name: String, isNumeric: Bool, _ cells: [String]) {
            self.name = name
            self.isNumeric = isNumeric
            self.cells = cells
            width = max(name.utf8.count, cells.map(DisplayWidth.of).max() ?? 0)
        }

        var isEssential: Bool { TableLayout.essential.contains(name) || isOfNames }
        /// Whether its cells are names of hosts, which say most at their ends.
        var isOfNames: Bool { name == "host" || name == TableLayout.destination }
    }

    /// - Parameter group: what rows of one group share; the leading columns are written for the first of them alone.
    init(
        _ columns: [Column], _ findings: [Finding], gatheredBy group: ((Finding) -> String)? = nil,
        on terminal: Terminal
    ) {
        lanes = columns.map { column in
            Lane(
                column.name, isNumeric: column.isNumeric,
                findings.map { Self.cell(column.value(of: $0), of: column) })
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

    /// Makes the table no wider than `width`: long texts are cut first, then columns left out from the last, then address
    /// and name of the destination told in one, names cut, the late columns left out, and the essential ones cut.
    private mutating func fit(into width: Int) {
        while total > width {
            if let last = lanes.indices.last(where: { !lanes[$0].isEssential && !Self.late.contains(lanes[$0].name) }) {
                if !cut(last, into: width, narrowest: Self.narrowestText) { lanes.remove(at: last) }
            } else if mergeDestination() {
                continue
            } else if let names = lanes.firstIndex(where: \.isOfNames),
                cut(names, into: width, narrowest: Self.narrowestName)
            {
                continue
            } else if let late = Self.late.compactMap({ name in lanes.firstIndex { $0.name == name } }).first {
                lanes.remove(at: late)
            } else if let widest = lanes.indices.max(by: { lanes[$0].width < lanes[$1].width }), lanes[widest].width > 1
            {
                lanes[widest].width -= 1
            } else if lanes.count > 1 {
                lanes.removeLast()
            } else {
                return
            }
        }
    }

    /// Makes a column of text so narrow that all fits.
    ///
    /// - Returns: `false` where too little of it would be left.
    private mutating func cut(_ lane: Int, into width: Int, narrowest: Int) -> Bool {
        let spare = width - (total - lanes[lane].width)
        guard !lanes[lane].isNumeric, spare >= max(narrowest, lanes[lane].name.utf8.count) else { return false }
        lanes[lane].width = spare
        return true
    }

    /// Puts the names of destinations into the column of their addresses.
    ///
    /// - Returns: `false` where there are not both.
    private mutating func mergeDestination() -> Bool {
        guard let address = lanes.firstIndex(where: { $0.name == "dest_ip" }),
            let name = lanes.firstIndex(where: { $0.name == "host" })
        else { return false }
        let cells = zip(lanes[name].cells, lanes[address].cells).map { $0.isEmpty ? $1 : $0 }
        lanes[address] = Lane(Self.destination, isNumeric: false, cells)
        lanes.remove(at: name)
        return true
    }

    // MARK: Lines

    private func line(_ cells: [String], style: Style? = nil, severity: Severity? = nil) -> String {
        var line = ""
        for (index, lane) in lanes.enumerated() {
            let shown = DisplayWidth.cut(cells[index], to: lane.width, keepingEnd: lane.isOfNames && severity != nil)
            let padding = String(repeating: " ", count: max(0, lane.width - DisplayWidth.of(shown)))
            let look =
                ["priority", "severity"].contains(lane.name) && hasColors
                ? style ?? severity.flatMap(Self.style) : style
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
            case .integer(let number):
                withUnit(column.field.isIdentifier ? String(number) : number.grouped, column.field.unit)
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
