import ElasticsearchClient
import FlareKit

/// The records of an answer.
protocol AnswerPage: Sendable {
    /// How many there are, readable or not.
    var records: Int { get }
    /// Makes records until the table is full or the page ends.
    ///
    /// - Returns: whether the page is at its end.
    mutating func fill(_ table: inout RecordTable, _ ingest: inout IngestCounts, origin: String)
        throws(RowBinary.Damage) -> Bool
}

/// Why a record's ends make no channel.
enum UnreadableEnds {
    static func reason(_ source: IPAddress?, _ destination: IPAddress?, _ port: UInt16?) -> String? {
        if source == nil { return "no readable source address" }
        if destination == nil { return "no readable destination address" }
        return port == nil ? "no readable port" : nil
    }
}

/// A flow's id as other records name it.
enum FlowID {
    /// Digits as they are, anything else by its hash.
    static func number(_ text: String) -> Int64 {
        if text.isEmpty { return RecordTable.unknown }
        return Int64(text) ?? UInt64(text).map(Int64.init(bitPattern:)) ?? Int64(bitPattern: FNV.hash(text))
    }
}

/// The records of an answer of a row each: what a sensor said besides flows.
struct RowPage: AnswerPage {
    private var rows: RowBinary
    private let kind: RecordKind
    private let columns: [ColumnName]
    private(set) var records = 0

    /// - Throws: where the answer is not of the form that was asked for.
    init(_ rows: inout RowBinary, _ kind: RecordKind, _ columns: [ColumnName]) throws(RowBinary.Damage) {
        (self.rows, self.kind, self.columns) = (rows, kind, columns)
        while !rows.isAtEnd {
            _ = try rows.integer()
            for _ in 0..<2 { _ = try rows.range() }
            _ = try rows.integer()
            _ = try rows.range()
            for column in columns { if column.isSentAsText { _ = try rows.range() } else { _ = try rows.integer() } }
            records += 1
        }
    }

    static func statement(
        _ selection: RecordSelection, _ columns: [ColumnName], _ slice: RecordSlice, _ server: ClickHouseServer
    ) -> Statement {
        var statement = Statement(for: server)
        let cells = columns.map { column in
            column.form == .time
                ? selection.columns[column.name]?.time ?? "toInt64(-1)"
                : column.isSentAsText ? selection.text(column) : selection.number(column)
        }
        let rows = selection.rows(in: slice.window, &statement, further: slice.condition.map { [$0] } ?? [])
        statement.text = "SELECT \(([selection.time] + selection.ends + cells).joined(separator: ", ")) \(rows)"
        return statement
    }

    mutating func fill(_ table: inout RecordTable, _ ingest: inout IngestCounts, origin: String)
        throws(RowBinary.Damage) -> Bool
    {
        while !rows.isAtEnd {
            guard !table.isFull else { return false }
            let start = try rows.integer()
            let source = IPAddress(try rows.text())
            let destination = IPAddress(try rows.text())
            // Other records than flows need no port.
            let port = UInt16(exactly: try rows.integer()) ?? 0
            let proto = TransportProtocol.number(of: try rows.text())
            let row = table.count
            for column in columns {
                if column == .id {
                    table.numbers[.id]?[row] = FlowID.number(try rows.text())
                } else if column.isSentAsText {
                    table.texts[column]?[row] = RecordText.clean(try rows.text(), isHost: column.form == .host)
                } else {
                    let value = try rows.integer()
                    table.numbers[column]?[row] = value < 0 ? RecordTable.unknown : value
                }
            }
            let place = IngestCounts.Place(origin)
            if start < RecordSelection.firstTime {
                ingest.reject("no readable time", at: place)
            } else if let reason = UnreadableEnds.reason(source, destination, port) {
                ingest.reject(reason, at: place)
            } else if let source, let destination {
                table.start[row] = start
                (table.source[row], table.destination[row]) = (source, destination)
                (table.port[row], table.proto[row], table.position[row]) = (port, proto, -1)
                table.count += 1
                ingest.use(kind)
            }
        }
        return true
    }
}

extension ColumnName {
    /// Whether the server sends the column as a text: ids too, of which most are.
    var isSentAsText: Bool { isText || self == .id }
}
