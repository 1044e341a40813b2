import FlareKit
import OutputFiles
import OutputText

/// Findings as a table on the terminal, the most urgent first.
public actor TableSink: Sink, BuiltInPlugin {
    public static let name = "table"
    public static let summary = "Shows the most urgent findings on the terminal, as wide as it is."

    public nonisolated let mode = SinkMode.whole

    private nonisolated let options: TableOptions
    private let terminal: @Sendable () -> Terminal
    private var output = WholeFile(nil)
    private var columns: [Column] = []
    private var findings: [Finding] = []

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

    public func begin(_ run: RunHeader, _ columns: [Column], resume: SinkMark?) async throws {
        self.columns = columns
        findings = []
    }

    public func write(_ findings: [Finding]) async throws {
        self.findings += findings
    }

    public func commit(_ run: Run) async throws -> SinkMark? {
        try output.write(text(run).utf8)
        try output.commit()
        // In a live run each evaluation shows its own table.
        findings = []
        return nil
    }

    public func abort() async {
        findings = []
        output.abort()
    }

    /// The table as it is shown.
    func text(_ run: Run) -> String {
        let width = terminal().width ?? .max
        let hidden = run.hiddenFindings.flatMap { DisplayWidth.wrapped(SafeText.line($0, limit: 500), to: width) }
            .map { $0 + "\n" }.joined()
        let sorted = findings.byUrgency()
        let shown = options.top == 0 ? sorted[...] : sorted.prefix(options.top)
        guard !shown.isEmpty else {
            return (hidden.isEmpty ? "No findings.\n" : "No other findings.\n") + hidden
                + run.nearMisses.lines.map { $0 + "\n" }.joined()
        }
        let named = Dictionary(columns.map { ($0.name, $0) }) { first, _ in first }
        let layout = TableLayout(
            options.group.columns(options.columns).compactMap { named[$0] }, options.group.gathered(shown),
            gatheredBy: options.group.key, on: terminal())
        return layout.text + rest(sorted.count - shown.count, of: sorted.count) + hidden
    }

    private func rest(_ hidden: Int, of all: Int) -> String {
        guard hidden > 0 else { return "" }
        return "\(hidden.grouped) more of \(all.grouped) findings are not shown; the table's option top: 0 shows all.\n"
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
        case .destination: ["dest_ip", "host", "dest_whois"]
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
    /// Findings that are shown; the rest is counted. 0 shows all.
    public var top = 20
    public var group = TableGroup.none
    /// The columns in their order. What does not fit is left out, from the least important.
    public var columns = [
        "priority", "severity", "src_ip", "dest_ip", "host", "dest_port", "proto", "interval", "percent",
        "occurrences", "dest_degree", "bytes_toserver", "bytes_toclient", "dest_whois", "summary",
    ]

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option(
                "top", \.top, "How many findings are shown, the most urgent first; the rest is counted. 0 shows all.",
                unit: "findings", range: 0...),
            Option("group", \.group, "Gathers the findings that are shown under their destination or source."),
            Option(
                "columns", \.columns,
                "The columns, in their order, of all that a finding has. Columns without a value in any row are left "
                    + "out, and so are, from the last, those for which the terminal is too narrow; severity, source, "
                    + "destination (by name, where there is one), port and interval always stay."),
        ]
    }
}
