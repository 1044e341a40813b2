import FlareKit
import RecordSchemas

/// Which rows of a table are asked for, and what their columns say: the records of one kind.
struct RecordSelection: Sendable {
    let kind: RecordKind
    let table: TableCatalogue
    /// The columns by what they say: `source`, `bytes_toserver`.
    let columns: [String: TableColumn]
    let durationUnit: KindSchema.DurationUnit
    let transport: String?
    private let start: TableColumn
    /// When a record was written, where its start may say nothing.
    private let logged: TableColumn?
    /// What of the schema's choice the rows have to meet, in SQL; the values in it are the statement's.
    private let select: [(column: TableColumn, values: [String])]
    private let exclude: [(column: TableColumn, values: [String])]
    let filter: String?
    /// What the report has to say of the table.
    let remarks: [String]

    /// Starts below this say nothing: such a column was left empty.
    static let firstTime: Int64 = 1_000_000_000

    /// - Parameters:
    ///   - named: what the pipeline itself names.
    ///   - wanted: the columns that the run reads.
    /// - Throws: `PluginError` where the table lacks something that a record has to have, or the pipeline names.
    init(
        _ kind: RecordKind, _ table: TableCatalogue, _ map: KindSchema, logged: String, named: Set<String>,
        wanted: Set<ColumnName>, filter: String?
    ) throws {
        (self.kind, self.table, self.filter) = (kind, table, filter)
        var remarks: [String] = []
        if let own = map.start {
            guard let column = table[own] ?? (named.contains("start") ? nil : table[logged]) else {
                throw table.complaint("start", named.contains("start") ? [own] : [own, logged])
            }
            if column.name != own {
                remarks.append(
                    "\(table.name) has no column \(own); the time of writing (\(logged)) is taken for the start")
            }
            start = column
            self.logged = column.maySayNothing && column.name != logged ? table[logged] : nil
        } else {
            guard let column = table[logged] else { throw table.complaint("start", [logged]) }
            (start, self.logged) = (column, nil)
        }
        var columns: [String: TableColumn] = [:]
        var lacking: [String] = []
        let needed = ["source", "destination"]
        for name in needed + ["port", "proto"] + wanted.map(\.name).sorted()
            + (wanted.contains(.duration) ? ["end"] : [])
        {
            let names = map[name]
            if let column = table.first(names) {
                columns[name] = column
            } else if needed.contains(name) || named.contains(name) {
                throw table.complaint(name, names)
            } else if !names.isEmpty {
                lacking.append("\(name) (\(names.joined(separator: " or ")))")
            }
        }
        if !lacking.isEmpty {
            remarks.append("\(table.name) has no columns for \(lacking.joined(separator: ", ")), which stay unknown")
        }
        self.columns = columns
        durationUnit = map.durationUnit
        transport = map.transport
        select = try map.select.sorted { $0.key < $1.key }.map { name, values in
            guard let column = table[name] else { throw table.complaint("choice of \(kind) records", [name]) }
            return (column, values)
        }
        // What a table cannot hold is not in it.
        exclude = map.exclude.sorted { $0.key < $1.key }.compactMap { name, values in table[name].map { ($0, values) } }
        self.remarks = remarks
    }

    /// Nanoseconds since 1970 of a record's start, or of its writing where it has none.
    var time: String {
        logged.map { "if(\(start.time) < \(Self.firstTime), \($0.time), \(start.time))" } ?? start.time
    }

    /// Whether the time of writing is taken for a record's start; `nil` where that cannot be.
    var fellBack: String? { logged.map { "\(start.time) < \(Self.firstTime) AND \($0.time) >= \(Self.firstTime)" } }

    /// The column of the start, for messages.
    var timeColumn: TableColumn { start }

    /// What rows have to meet, as it grows part by part, each with a name.
    func steps(in window: TimeWindow, _ statement: inout Statement) -> [(name: String, condition: String)] {
        var steps: [(name: String, condition: String)] = []
        var words: [String] = []
        var parts: [String] = []
        for (choice, isWanted) in select.map({ ($0, true) }) + exclude.map({ ($0, false) }) {
            let side = isWanted && choice.column.isText ? choice.column.quoted : choice.column.text
            parts.append("\(side) \(isWanted ? "IN" : "NOT IN") \(statement.anyOf(choice.values))")
            words.append("\(choice.column.name): \(isWanted ? "" : "not ")\(choice.values.joined(separator: " or "))")
        }
        if !parts.isEmpty {
            steps.append(("the schema's choice (\(words.joined(separator: ", ")))", parts.joined(separator: " AND ")))
        }
        if let condition = condition(window) { steps.append(("the window \(window) of \(start.name)", condition)) }
        if let filter { steps.append(("filter \(filter)", "(\(filter)\n)")) }
        return steps
    }

    /// Rows of a window: the exact cut, behind a coarse one on the column itself, by which the server skips what it need not read.
    private func condition(_ window: TimeWindow) -> String? {
        var parts: [String] = []
        if let since = window.since {
            // No record is written before it starts.
            let column = logged ?? start
            if let bound = column.bound(since.wholeSeconds - 1) { parts.append("\(column.quoted) >= \(bound)") }
            parts.append("\(time) >= \(since.nanoseconds)")
        }
        if let until = window.until {
            if logged == nil, let bound = start.bound(until.wholeSeconds.addingClamped(2)) {
                parts.append("\(start.quoted) <= \(bound)")
            }
            parts.append("\(time) < \(until.nanoseconds)")
        }
        return parts.isEmpty ? nil : parts.joined(separator: " AND ")
    }

    /// `FROM … WHERE …` of the rows of a window.
    func rows(in window: TimeWindow, _ statement: inout Statement, further: [String] = []) -> String {
        let conditions = steps(in: window, &statement).map(\.condition) + further
        return "FROM \(table.quoted)" + (conditions.isEmpty ? "" : " WHERE \(conditions.joined(separator: " AND "))")
    }

    /// What a record's ends are: texts, a number and a word.
    var ends: [String] {
        [
            columns["source"]?.address ?? "''", columns["destination"]?.address ?? "''",
            columns["port"].map { "toInt64(if(\($0.number) < 0, 0, \($0.number)))" } ?? "toInt64(0)",
            columns["proto"].map { "lower(\($0.text))" } ?? Statement.literal(transport ?? ""),
        ]
    }

    /// The columns that tell channels apart.
    func keys(ignoring: Set<Grouping.Part> = []) -> [TableColumn] {
        var names = ["source", "destination"]
        if !ignoring.contains(.port) { names.append("port") }
        if !ignoring.contains(.proto) { names.append("proto") }
        return names.compactMap { columns[$0] }
    }

    /// A hash of a channel's key, by which the server finds it again.
    func hash(ignoring: Set<Grouping.Part>) -> String {
        "cityHash64(\(keys(ignoring: ignoring).map(\.key).joined(separator: ", ")))"
    }

    /// A column of records as a whole number; -1 where it says nothing.
    func number(_ column: ColumnName) -> String {
        if column == .duration {
            if let end = columns["end"] { return "if(\(end.time) < \(time), -1, \(end.time) - \(time))" }
            return columns[column.name]?.duration(durationUnit) ?? "toInt64(-1)"
        }
        return columns[column.name]?.number ?? "toInt64(-1)"
    }

    func text(_ column: ColumnName) -> String { columns[column.name]?.text ?? "''" }
}
