import FlareKit

/// The columns of a table, as the server's catalogue has them.
struct TableCatalogue: Sendable {
    /// `database.table`, for messages.
    let name: String
    /// The same in SQL.
    let quoted: String
    let columns: [String: TableColumn]

    subscript(name: String) -> TableColumn? { columns[name] }

    /// The first of some names that the table has.
    func first(_ names: [String]) -> TableColumn? { names.lazy.compactMap { columns[$0] }.first }

    /// Asks the server for a table's columns.
    ///
    /// - Parameter database: `nil` for the user's own.
    /// - Returns: `nil` where there is no such table.
    static func read(_ table: String, in database: String?, _ server: ClickHouseServer) async throws -> TableCatalogue?
    {
        var statement = Statement(for: server)
        let place = database.map { statement.value($0) } ?? "currentDatabase()"
        statement.text = """
            SELECT database, name, type FROM system.columns WHERE database = \(place) AND table = \(statement.value(table))
            """
        let rows = try await server.rows(statement) { rows throws(RowBinary.Damage) in
            var found: [(database: String, column: TableColumn)] = []
            while !rows.isAtEnd {
                let database = try rows.text()
                found.append((database, TableColumn(try rows.text(), type: try rows.text())))
            }
            return found
        }
        guard let home = rows.first?.database else { return nil }
        return TableCatalogue(
            name: "\(home).\(table)", quoted: "\(Statement.quoted(home)).\(Statement.quoted(table))",
            columns: Dictionary(rows.map { ($0.column.name, $0.column) }) { first, _ in first })
    }

    /// Why a table is not there, with the nearest that is.
    static func complaint(_ table: String, in database: String?, _ server: ClickHouseServer) async -> PluginError {
        func names(_ query: String) async -> [String] {
            var statement = Statement(for: server)
            statement.text = query.replacing("?", with: database.map { statement.value($0) } ?? "currentDatabase()")
            return
                (try? await server.rows(statement) { rows throws(RowBinary.Damage) in
                    var names: [String] = []
                    while !rows.isAtEnd { names.append(try rows.text()) }
                    return names
                }) ?? []
        }
        let tables = await names("SELECT name FROM system.tables WHERE database = ? ORDER BY name")
        let place = "of the database \(database ?? "of the user")"
        if tables.isEmpty, let database {
            let databases = await names("SELECT name FROM system.databases ORDER BY name")
            if !databases.contains(database) {
                return PluginError(
                    "there is no database \(database)", at: server.client.name,
                    remedy: hint(
                        database, among: databases.filter { $0 != "system" && $0.lowercased() != "information_schema" })
                )
            }
        }
        return PluginError(
            "there is no table \(table)" + (database.map { " in the database \($0)" } ?? ""), at: server.client.name,
            remedy: tables.isEmpty
                ? "see whether database is right, and the user may see \(place)" : hint(table, among: tables))
    }

    /// Why a column is not there, with the nearest that is.
    func complaint(_ column: String, _ names: [String]) -> PluginError {
        let wanted = names.joined(separator: " or ")
        let known = columns.keys.sorted()
        let nearest = names.lazy.compactMap { NearestName.find($0, among: known) }.first
        return PluginError(
            "there is no column \(wanted), which is to say the \(column)", at: name,
            remedy:
                "\(nearest.map { "did you mean \"\($0)\"? " } ?? "")fields: {\(column): …} names another; the table has "
                + known.listed(20))
    }

    private static func hint(_ name: String, among known: [String]) -> String {
        NearestName.find(name, among: known).map { "did you mean \"\($0)\"?" } ?? "there are \(known.listed(20))"
    }
}
