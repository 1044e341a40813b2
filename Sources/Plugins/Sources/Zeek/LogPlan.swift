import FlareKit
import ZeekScanner

/// What a scan makes of which logs: one table a kind, and the logs whose lines go there.
struct LogPlan: Sendable {
    /// A table of the scanner, and the columns that it writes.
    struct Table: Sendable {
        let kind: RecordKind
        /// The columns of numbers and of texts, each at its place in the scanner's table.
        let numbers: [ColumnName]
        let texts: [ColumnName]
        /// The log whose records are put aside, to be handed on at the end or never; `nil` for a table that is handed on.
        var aside: String?
    }

    /// Lines of a log that go to a table.
    struct Route: Sendable {
        let log: String
        let table: Int
    }

    let tables: [Table]
    let routes: [Route]

    /// - Parameters:
    ///   - kinds: what the scan asks for.
    ///   - flows: the logs whose records are flows; `*` for all that are not named otherwise.
    ///   - aside: the logs whose records are flows that are put aside.
    init(_ kinds: [RecordKind: Set<ColumnName>], flows: [String], aside: [String] = []) {
        var tables: [Table] = []
        var routes: [Route] = []
        if let columns = kinds[.flow] {
            routes += flows.map { Route(log: $0, table: tables.count) }
            tables.append(Self.table(.flow, columns, flows))
            for log in aside where !flows.contains(log) {
                routes.append(Route(log: log, table: tables.count))
                var table = Self.table(.flow, columns.union([.id, .duration]), [log])
                table.aside = log
                tables.append(table)
            }
        }
        for kind in LogFields.ownKinds {
            guard let columns = kinds[kind] else { continue }
            let logs = LogFields.logs(of: kind)
            guard !logs.isEmpty else { continue }
            routes += logs.map { Route(log: $0, table: tables.count) }
            tables.append(Self.table(kind, columns, logs))
        }
        self.tables = tables
        self.routes = routes
    }

    /// The columns that one of the logs has, in an order of their own.
    private static func table(_ kind: RecordKind, _ columns: Set<ColumnName>, _ logs: [String]) -> Table {
        let known = logs.reduce(into: Set<ColumnName>()) { $0.formUnion(LogFields.columns(of: $1, as: kind).keys) }
        let sorted = columns.intersection(known).sorted { $0.name < $1.name }
        return Table(
            kind: kind, numbers: Array(sorted.filter { !$0.isText }.prefix(Int(ZEEK_MOST_COLUMNS))),
            texts: Array(sorted.filter(\.isText).prefix(Int(ZEEK_MOST_COLUMNS))))
    }

    /// Asks a scanner for all of it.
    func apply(to scanner: OpaquePointer?) {
        for route in routes {
            let table = tables[route.table]
            let sources = LogFields.columns(of: route.log, as: table.kind)
            var fields: [(name: String?, form: ZeekForm, column: Int)] = []
            for (place, column) in table.numbers.enumerated() {
                fields.append((sources[column]?.field, sources[column]?.form ?? ZeekCount, place))
            }
            for (place, column) in table.texts.enumerated() {
                fields.append((sources[column]?.field, sources[column]?.form ?? ZeekText, place))
            }
            Self.want(scanner, route, fields[...], [])
        }
    }

    /// Lends the names of the fields to the scanner, which copies them.
    private static func want(
        _ scanner: OpaquePointer?, _ route: Route, _ rest: ArraySlice<(name: String?, form: ZeekForm, column: Int)>,
        _ fields: [ZeekField]
    ) {
        guard let next = rest.first else {
            return ZeekScannerWant(scanner, route.log, route.table, fields, fields.count)
        }
        guard let name = next.name else {
            let field = ZeekField(name: nil, form: next.form, column: next.column)
            return want(scanner, route, rest.dropFirst(), fields + [field])
        }
        name.withCString {
            let field = ZeekField(name: $0, form: next.form, column: next.column)
            want(scanner, route, rest.dropFirst(), fields + [field])
        }
    }
}
