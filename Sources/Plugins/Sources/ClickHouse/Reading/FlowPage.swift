import ElasticsearchClient
import FlareKit

/// A part of the records that one query brings.
struct RecordSlice: Sendable {
    var window: TimeWindow
    /// How many records it has by the server's count.
    var records: Int
    /// What the rows have to meet beside the time, in SQL.
    var condition: String?
}

/// The flows of an answer: a row for each channel, with arrays of what its flows say.
struct FlowPage: AnswerPage {
    private var rows: RowBinary
    private let columns: [ColumnName]
    private var channel: Channel?
    private(set) var records = 0

    private struct Channel {
        var source: IPAddress?
        var destination: IPAddress?
        var port: UInt16?
        var proto: UInt8
        var count: Int
        /// The next flow.
        var next = 0
        /// Where the array of starts begins.
        var times: Int
        /// Where arrays of numbers begin, and arrays of texts themselves, by the place of the column.
        var numbers: [Int] = []
        var ids: [Int64] = []
        var texts: [[String]] = []
    }

    /// - Throws: where the answer is not of the form that was asked for.
    init(_ rows: inout RowBinary, _ columns: [ColumnName]) throws(RowBinary.Damage) {
        (self.columns, self.rows) = (columns, rows)
        while !rows.isAtEnd {
            for _ in 0..<2 { _ = try rows.range() }
            _ = try rows.integer()
            _ = try rows.range()
            let count = try rows.length()
            records.addClamped(count)
            _ = try rows.skip(count.multipliedClamped(by: 8))
            for column in columns {
                if column.isSentAsText {
                    guard try rows.length() == count else { throw RowBinary.Damage() }
                    for _ in 0..<count { _ = try rows.range() }
                } else {
                    _ = try rows.integers(count)
                }
            }
        }
    }

    static func statement(
        _ selection: RecordSelection, _ columns: [ColumnName], _ slice: RecordSlice, _ server: ClickHouseServer
    ) -> Statement {
        var statement = Statement(for: server)
        let cells = [selection.time] + columns.map { $0.isSentAsText ? selection.text($0) : selection.number($0) }
        let rows = selection.rows(in: slice.window, &statement, further: slice.condition.map { [$0] } ?? [])
        statement.text = """
            SELECT \((selection.ends + cells.map { "groupArray(\($0))" }).joined(separator: ", ")) \
            \(rows) GROUP BY \(selection.keys().map(\.quoted).joined(separator: ", "))
            """
        return statement
    }

    mutating func fill(_ table: inout RecordTable, _ ingest: inout IngestCounts, origin: String)
        throws(RowBinary.Damage) -> Bool
    {
        while true {
            guard let channel, channel.next < channel.count else {
                guard !rows.isAtEnd else { return true }
                channel = try nextChannel()
                reject(&ingest, origin)
                continue
            }
            guard !table.isFull else { return false }
            let count = min(channel.count - channel.next, table.capacity - table.count)
            append(channel, count, to: &table, &ingest, origin)
            self.channel?.next += count
        }
    }

    private mutating func nextChannel() throws(RowBinary.Damage) -> Channel {
        let source = IPAddress(try rows.text())
        let destination = IPAddress(try rows.text())
        let port = UInt16(exactly: try rows.integer())
        let proto = TransportProtocol.number(of: try rows.text())
        let count = try rows.length()
        var channel = Channel(
            source: source, destination: destination, port: port, proto: proto, count: count,
            times: try rows.skip(count.multipliedClamped(by: 8)))
        for column in columns {
            var texts: [String] = []
            if column.isSentAsText {
                _ = try rows.length()
                for _ in 0..<count {
                    let text = try rows.text()
                    if column == .id { channel.ids.append(FlowID.number(text)) } else { texts.append(text) }
                }
            }
            channel.texts.append(texts)
            channel.numbers.append(column.isSentAsText ? 0 : try rows.integers(count))
        }
        return channel
    }

    /// Counts the flows of a channel whose ends cannot be read.
    private mutating func reject(_ ingest: inout IngestCounts, _ origin: String) {
        guard let channel, let reason = UnreadableEnds.reason(channel.source, channel.destination, channel.port) else {
            return
        }
        ingest.reject(reason, channel.count, of: origin)
        self.channel = nil
    }

    private func append(
        _ channel: Channel, _ count: Int, to table: inout RecordTable, _ ingest: inout IngestCounts, _ origin: String
    ) {
        guard let source = channel.source, let destination = channel.destination, let port = channel.port else {
            return
        }
        for place in channel.next..<channel.next + count {
            let start = RowBinary.integer(rows.bytes, at: channel.times + 8 * place)
            guard start >= RecordSelection.firstTime else {
                ingest.reject("no readable time", 1, of: origin)
                continue
            }
            let row = table.count
            table.start[row] = start
            (table.source[row], table.destination[row]) = (source, destination)
            (table.port[row], table.proto[row], table.position[row]) = (port, channel.proto, -1)
            for (number, column) in columns.enumerated() {
                if column == .id {
                    table.numbers[.id]?[row] = channel.ids[place]
                } else if column.isSentAsText {
                    table.texts[column]?[row] = channel.texts[number][place]
                } else {
                    let value = RowBinary.integer(rows.bytes, at: channel.numbers[number] + 8 * place)
                    table.numbers[column]?[row] = value < 0 ? RecordTable.unknown : value
                }
            }
            table.count += 1
            ingest.use(.flow)
        }
    }
}

extension IngestCounts {
    /// Counts records of one table that could not be used.
    mutating func reject(_ reason: String, _ count: Int, of origin: String) {
        read.addClamped(count)
        rejected[reason, default: Tally()].merge(Tally(count: count, examples: [Place(origin)]))
    }
}
