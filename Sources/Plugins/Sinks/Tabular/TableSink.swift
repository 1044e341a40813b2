import FlareKit
import OutputFiles
import OutputText

/// Findings as a table on the terminal, the most urgent first.
public actor TableSink: ReportSink, BuiltInPlugin {
    public static let name = "table"
    public static let summary = "Shows the most urgent findings on the terminal, as wide as it is."

    private nonisolated let options: TableOptions
    private let terminal: @Sendable () -> Terminal
    public var held = HeldFindings(nil)

    public init(_ options: TableOptions, _ context: PluginContext = PluginContext()) {
        self.init(options) { .standardOutput() }
    }

    /// - Parameter terminal: what the table is shown on, asked anew for each table.
    public init(_ options: TableOptions, terminal: @escaping @Sendable () -> Terminal) {
        self.options = options
        self.terminal = terminal
    }

    public nonisolated var namedColumns: [NamedColumn] {
        options.columns.enumerated().map { NamedColumn($1, option: "columns.\($0)") }
    }

    /// The table as it is shown.
    public func report(of run: Run, _ findings: [Finding], _ columns: [Column]) -> String {
        let terminal = terminal()
        let named = Dictionary(columns.map { ($0.name, $0) }) { first, _ in first }
        let columns = options.group.columns(options.columns).compactMap { named[$0] }
        let list = IncidentList(run, findings)
        let (rows, rest) = options.group == .none ? incidents(list, columns) : gathered(findings, columns)
        let remarks = [rest, folded(list)].compactMap { $0 } + run.hiddenFindings
        let notes = remarks.flatMap { DisplayWidth.wrapped(SafeText.line($0, limit: 500), to: terminal.width ?? .max) }
        guard rows.isEmpty else { return TableLayout(columns, rows, on: terminal).text + Self.lines(notes) }
        return (notes.isEmpty ? "No findings.\n" : "No other findings.\n") + Self.lines(notes + run.nearMisses.lines)
    }

    private static func lines(_ texts: [String]) -> String { texts.map { $0 + "\n" }.joined() }

    /// A row an incident; where all is asked for, one for each of its findings under it.
    private func incidents(_ list: IncidentList, _ columns: [Column]) -> (rows: [TableRow], rest: String?) {
        let listed = list.entries.filter { options.all || !$0.incident.isFolded }
        let shown = options.top == 0 ? listed[...] : listed.prefix(options.top)
        let rows = shown.flatMap { entry in
            let isOpen = options.all && (entry.findings.count > 1 || entry.incident.isFolded)
            return [TableRow(entry.incident, entry.findings, columns)]
                + (isOpen ? entry.findings.map { TableRow($0, columns, isMember: true) } : [])
        }
        return (rows, rest(listed.count - shown.count, of: listed.count, "incidents"))
    }

    /// A row a finding, those of one destination or source beside each other.
    private func gathered(_ findings: [Finding], _ columns: [Column]) -> (rows: [TableRow], rest: String?) {
        let sorted = findings.byUrgency().filter { options.all || !$0.isExpected }
        let shown = options.top == 0 ? sorted[...] : sorted.prefix(options.top)
        let rows = options.group.gathered(shown).map { TableRow($0, columns, group: options.group.key?($0)) }
        return (rows, rest(sorted.count - shown.count, of: sorted.count, "findings"))
    }

    private func folded(_ list: IncidentList) -> String? {
        guard !options.all, let line = list.foldedLine else { return nil }
        return "\(line); the table's option all: true shows them, as flare hunt --all does."
    }

    private func rest(_ hidden: Int, of all: Int, _ what: String) -> String? {
        guard hidden > 0 else { return nil }
        return "\(hidden.grouped) more of \(all.grouped) \(what) are not shown; the table's option top: 0 shows all."
    }
}

/// What the rows of a table are gathered under.
public enum TableGroup: String, CaseIterable, OptionValue {
    case none, destination, source

    /// What rows of one group share; `nil` where each row stands for itself.
    var key: (@Sendable (Finding) -> String)? {
        switch self {
        case .none: nil
        case .destination: { $0.channel?.peer.description ?? "" }
        case .source: { $0.source?.description ?? "" }
        }
    }

    /// The columns that say what the group is; written once a group.
    private var own: [String] {
        switch self {
        case .none: []
        case .destination: ["destination", "dest_ip", "host", "dest_whois"]
        case .source: ["src_ip", "src_whois"]
        }
    }

    /// Those columns first, then the others.
    func columns(_ columns: [String]) -> [String] {
        own.filter(columns.contains) + columns.filter { !own.contains($0) }
    }

    /// Findings of one group beside each other, the group of the most urgent finding first.
    func gathered(_ findings: some Sequence<Finding>) -> [Finding] {
        guard let key else { return Array(findings) }
        var places: [String: Int] = [:]
        var groups: [[Finding]] = []
        for finding in findings {
            let place = places[key(finding), default: groups.count]
            if place == groups.count {
                places[key(finding)] = place
                groups.append([])
            }
            groups[place].append(finding)
        }
        return groups.flatMap(\.self)
    }

    /// Whether a column is written once a group.
    static func isOwn(_ column: String) -> Bool { allCases.contains { $0.own.contains(column) } }
}

/// The options of `table`.
public struct TableOptions: PluginOptions {
    /// Lines that are shown; the rest is counted. 0 shows all.
    public var top = 20
    /// Whether each finding of an incident has a row, and what is expected too.
    public var all = false
    public var group = TableGroup.none
    /// The columns in their order. What does not fit is left out, from the last.
    public var columns = [
        "severity", "src_ip", "destination", "interval", "first_seen", "priority", "occurrences", "percent",
        "bytes_toserver", "bytes_toclient", "dest_whois", "why",
    ]

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option(
                "top", \.top, "Maximum number of incidents, the most urgent first; the rest are counted. 0 shows all.",
                unit: "incidents", range: 0...),
            Option(
                "all", \.all,
                "Shows a row for each finding of an incident, and the expected ones too, which are otherwise "
                    + "counted in one line."),
            Option(
                "group", \.group,
                "Groups findings by destination or source, in place of incidents."),
            Option(
                "columns", \.columns,
                "Columns in their order, any that a finding has. The table omits empty columns. On a narrow "
                    + "terminal it moves sentences and owners to a second line, then omits columns from the right; "
                    + "severity, source, destination, port, interval and first appearance stay."),
        ]
    }
}
