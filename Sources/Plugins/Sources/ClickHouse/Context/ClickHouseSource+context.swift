import FlareKit

extension ClickHouseSource: ContextSource {
    public static var contextKinds: Set<RecordKind> { [.dns, .tls, .http] }

    public var contextKinds: Set<RecordKind> { choice.kinds.intersection(Self.contextKinds) }

    public func records(about queries: [ContextQuery], _ scan: Scan) async throws -> [any Cursor] {
        let server = try await session.cluster()
        let sources = Set(queries.compactMap(\.source)).sorted()
        let answers = Set(queries.compactMap { $0.source == nil ? $0.peer?.address : nil }).sorted()
        var readings: [TableReading] = []
        for selection in try await selections(scan.kinds.filter { $0.key != .flow }, server) {
            var parts = Self.chunks(sources).map { selection.isAtEitherEnd($0) }
            if selection.kind == .dns { parts += Self.chunks(answers).compactMap { selection.isAnswered(with: $0) } }
            guard !parts.isEmpty else { continue }
            let condition = "(\(parts.joined(separator: " OR ")))"
            readings.append(try await reading(selection, scan, server, condition: condition))
        }
        return readings.isEmpty ? [] : cursors(readings, scan)
    }

    public func sources(sharing values: [SharedValue], in window: TimeWindow) async throws -> [SharedValue: Int] {
        let server = try await session.cluster()
        var counts: [SharedValue: Int] = [:]
        let wanted = Dictionary(grouping: values, by: \.kind).mapValues { Set($0.map(\.column)) }
        for selection in try await selections(wanted, server) {
            for (column, shared) in Dictionary(grouping: values.filter({ $0.kind == selection.kind }), by: \.column)
            where selection.columns[column.name] != nil {
                for part in Self.chunks(shared, by: \.value.utf8.count) {
                    let found = try await selection.sources(
                        sharing: Set(part.map(\.value)), of: column, window, server)
                    for value in part { if let count = found[value.value] { counts[value] = count } }
                }
            }
        }
        return counts
    }

    /// Elements in parts: a query with 200 addresses stays far below the 262,144 characters of `max_query_size`, and a URL with
    /// parameters of 2,500 bytes, three characters each, below what servers and proxies on the way take.
    ///
    /// - Parameter size: the bytes of an element that is sent as a parameter.
    private static func chunks<Element>(_ elements: [Element], by size: (Element) -> Int = { _ in 0 })
        -> [ArraySlice<Element>]
    {
        var parts: [ArraySlice<Element>] = []
        var (begin, bytes) = (0, 0)
        for (place, element) in elements.enumerated() {
            bytes += size(element)
            if place > begin, place - begin == 200 || bytes > 2500 {
                parts.append(elements[begin..<place])
                (begin, bytes) = (place, size(element))
            }
        }
        if begin < elements.count { parts.append(elements[begin...]) }
        return parts
    }
}

extension RecordSelection {
    /// Records with one of some addresses at either end.
    func isAtEitherEnd(_ addresses: ArraySlice<IPAddress>) -> String {
        let list = Self.list(addresses)
        return "\(ends[0]) IN \(list) OR \(ends[1]) IN \(list)"
    }

    /// Lookups of which one of the answers is one of some addresses; `nil` where there is no column of answers.
    func isAnswered(with addresses: ArraySlice<IPAddress>) -> String? {
        columns[ColumnName.answers.name].map { column in
            column.isArray
                ? "arrayExists(flare_x -> toString(flare_x) IN \(Self.list(addresses)), \(column.quoted))"
                : "\(column.text) IN \(Self.list(addresses))"
        }
    }

    /// Addresses are written here, of digits alone: they need not be sent beside the query.
    private static func list(_ addresses: ArraySlice<IPAddress>) -> String {
        "(" + addresses.flatMap(\.spellings).map(Statement.literal).joined(separator: ", ") + ")"
    }

    /// How many sources share each of some values.
    func sources(
        sharing values: Set<String>, of column: ColumnName, _ window: TimeWindow, _ server: ClickHouseServer
    ) async throws -> [String: Int] {
        var statement = Statement(for: server)
        // Names are compared in any case, and without the dot at the end.
        let value = column.form == .host ? "replaceRegexpOne(lower(\(text(column))), '[.]$', '')" : text(column)
        let among = "\(value) IN \(statement.anyOf(values.sorted()))"
        let rows = rows(in: window, &statement, further: [among])
        statement.text = "SELECT \(value) AS flare_value, toInt64(uniqExact(\(ends[0]))) \(rows) GROUP BY flare_value"
        return try await server.rows(statement) { rows throws(RowBinary.Damage) in
            var counts: [String: Int] = [:]
            while !rows.isAtEnd { counts[try rows.text()] = try rows.count() }
            return counts
        }
    }
}

extension IPAddress {
    /// The ways in which tables hold an address: as here, as an IPv6 that holds an IPv4, and with all digits.
    fileprivate var spellings: [String] {
        guard !isV4 else { return [description, "::ffff:\(description)"] }
        let groups = [high >> 48, high >> 32, high >> 16, high, low >> 48, low >> 32, low >> 16, low]
        let whole = groups.map { group in
            let digits = String(group & 0xFFFF, radix: 16)
            return String(repeating: "0", count: 4 - digits.count) + digits
        }
        return [description, whole.joined(separator: ":")]
    }
}
