import FlareKit

/// A table laid out for a terminal: columns that fit, cells that are aligned, and what reads as a sentence on a second line
/// where the first one has no room for it.
struct TableLayout {
    /// Columns of the terminal between two of the table's.
    private static let gap = 2
    /// A column of names that is cut keeps at least so much.
    private static let narrowestName = 20
    /// How grave it is, who calls whom, how often and since when: stays, whatever the width, and is cut last.
    private static let essential: Set<String> = [
        "severity", "src_ip", "destination", "dest_ip", "host", "dest_port", "interval", "first_seen",
    ]
    /// What a column is called over the table: by its label, else by its name, as the option columns takes it.
    static func heading(_ field: Field) -> String { field.label?.lowercased() ?? field.name }

    private var lanes: [Lane]
    /// Lanes of the second line.
    private var below: [Lane] = []
    private let severities: [Severity]
    private let terminal: Terminal

    /// One column with its cells.
    private struct Lane {
        let name: String
        let heading: String
        let isNumeric: Bool
        let isSentence: Bool
        let isIdentity: Bool
        var cells: [String]
        var width: Int

        init(_ column: Column, _ cells: [String]) {
            name = column.name
            heading = TableLayout.heading(column.field)
            isNumeric = column.isNumeric
            isSentence = column.field.isSentence
            isIdentity = column.field.section == .identity
            self.cells = cells
            width = max(heading.utf8.count, cells.map(DisplayWidth.of).max() ?? 0)
        }

        var isEssential: Bool { TableLayout.essential.contains(name) }
        /// Whether its cells are names of hosts, which say most at their ends.
        var isOfNames: Bool { name == "host" || name == "destination" }
    }

    init(_ columns: [Column], _ rows: [TableRow], on terminal: Terminal) {
        lanes = columns.enumerated().map { place, column in
            Lane(column, rows.map { $0.cells[place] })
        }
        lanes.removeAll { lane in lane.cells.allSatisfy(\.isEmpty) }
        severities = rows.map(\.severity)
        self.terminal = terminal
        blankRepeats(rows.map(\.group))
        if let width = terminal.width { fit(into: width) }
    }

    var text: String {
        var lines = [line(lanes.map(\.heading), style: terminal.hasColors ? .bold : nil)]
        for row in severities.indices {
            lines.append(line(lanes.map { $0.cells[row] }, severity: severities[row]))
            if let second = secondLine(row) { lines.append(second) }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Leaves empty what the row before has said of the same group.
    private mutating func blankRepeats(_ groups: [String?]) {
        for lane in lanes.indices.prefix(while: { TableGroup.isOwn(lanes[$0].name) }) {
            let cells = lanes[lane].cells
            for row in cells.indices.dropFirst()
            where groups[row] != nil && groups[row] == groups[row - 1] && cells[row] == cells[row - 1] {
                lanes[lane].cells[row] = ""
            }
        }
    }

    // MARK: Fitting

    private var total: Int { lanes.reduce(0) { $0 + $1.width } + Self.gap * max(0, lanes.count - 1) }

    /// Makes the table no wider than `width`: sentences go to a second line first, then columns are left out from the last,
    /// then address and name of the destination told in one, names cut, and the essential ones cut.
    private mutating func fit(into width: Int) {
        if total > width, lanes.contains(where: \.isEssential) {
            // What the finding is about comes before whose address it is.
            below = lanes.filter { $0.isSentence && !$0.isIdentity } + lanes.filter { $0.isSentence && $0.isIdentity }
            lanes.removeAll(where: \.isSentence)
        }
        while total > width {
            if let last = lanes.indices.last(where: { !lanes[$0].isEssential }) {
                lanes.remove(at: last)
            } else if let names = lanes.firstIndex(where: \.isOfNames),
                let address = lanes.firstIndex(where: { $0.name == "dest_ip" })
            {
                lanes[names].cells = zip(lanes[names].cells, lanes[address].cells).map { $0.isEmpty ? $1 : $0 }
                lanes.remove(at: address)
            } else if let names = lanes.firstIndex(where: \.isOfNames),
                case let spare = width - (total - lanes[names].width), spare >= Self.narrowestName
            {
                lanes[names].width = spare
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

    // MARK: Lines

    private func line(_ cells: [String], style: Style? = nil, severity: Severity? = nil) -> String {
        var line = ""
        for (index, lane) in lanes.enumerated() {
            let shown = DisplayWidth.cut(cells[index], to: lane.width, keepingEnd: lane.isOfNames && severity != nil)
            let padding = String(repeating: " ", count: max(0, lane.width - DisplayWidth.of(shown)))
            let look =
                ["priority", "severity"].contains(lane.name) && terminal.hasColors
                ? style ?? severity.flatMap(Self.style) : style
            let styled = look.map { $0.applied(to: shown) } ?? shown
            let isLast = index == lanes.count - 1
            line += lane.isNumeric ? padding + styled : styled + (isLast ? "" : padding)
            if !isLast { line += String(repeating: " ", count: Self.gap) }
        }
        return line
    }

    /// The sentences under a row, beginning under its second column. The longest is cut where there is too little room.
    private func secondLine(_ row: Int) -> String? {
        var texts = below.map { $0.cells[row] }.filter { !$0.isEmpty }
        guard !texts.isEmpty, let width = terminal.width else { return nil }
        let indent = lanes.first?.name == "severity" && lanes.count > 1 ? lanes[0].width + Self.gap : Self.gap
        guard width > 2 * indent else { return nil }
        let separator = " · "
        while true {
            let excess = DisplayWidth.of(texts.joined(separator: separator)) - (width - indent)
            guard excess > 0, let longest = texts.indices.max(by: { texts[$0].count < texts[$1].count }) else { break }
            let rest = DisplayWidth.of(texts[longest]) - excess
            if rest < 1 {
                texts.remove(at: longest)
            } else {
                texts[longest] = DisplayWidth.cut(texts[longest], to: rest)
            }
        }
        let text = texts.joined(separator: separator)
        return String(repeating: " ", count: indent) + (terminal.hasColors ? Style.dim.applied(to: text) : text)
    }

    private static func style(_ severity: Severity) -> Style? {
        switch severity {
        case .critical: .critical
        case .high: .high
        case .medium: .medium
        case .low: .dim
        }
    }
}
