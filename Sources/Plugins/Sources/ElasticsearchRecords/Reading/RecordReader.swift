import ElasticsearchClient
import FlareKit

/// Makes records of documents.
protocol DocumentReader: Sendable {
    /// The fields that have to be fetched.
    var fields: [String] { get }
    /// Reads the source of a document into a table that is not full.
    func read(_ scanner: inout JSONScanner, into table: inout RecordTable) throws(JSONError) -> DocumentOutcome
}

/// What became of a document.
enum DocumentOutcome {
    case used(fellBack: Bool)
    case skipped(String)
    case rejected(String)
    /// Its records do not fit into what is left of the table; it is read again into an empty one.
    case full
}

/// Makes records of the kind that channels are made of.
struct RecordReader: DocumentReader {
    let fields: [String]
    private let kind: RecordKind
    private let tree: FieldTree
    private let columns: [Column]
    private let unit: Double
    private let slots: Slots

    /// Where among the values of a document the parts of a record stand: each a range, of which the first that is there
    /// counts.
    private struct Slots: Sendable {
        var start = 0..<0
        var logged = 0..<0
        var source = 0..<0
        var destination = 0..<0
        var port = 0..<0
        var proto = 0..<0
        var end = 0..<0
        var count = 0
    }

    private struct Column: Sendable {
        let name: ColumnName
        let slots: Range<Int>
        let form: Form
    }

    private enum Form { case count, duration, id, text }

    /// - Parameters:
    ///   - query: which documents come.
    ///   - asked: the columns beyond the head that are wanted.
    init(_ query: RecordQuery, columns asked: Set<ColumnName>) {
        var paths: [(path: String, slot: Int)] = []
        func take(_ names: [String]) -> Range<Int> {
            let first = paths.count
            for name in names { paths.append((name, paths.count)) }
            return first..<paths.count
        }
        var slots = Slots()
        slots.start = take([query.time])
        slots.logged = query.time == query.logged ? 0..<0 : take([query.logged])
        slots.source = take(query.map["source"])
        slots.destination = take(query.map["destination"])
        slots.port = take(query.map["port"])
        slots.proto = take(query.map["proto"])
        if asked.contains(.duration) { slots.end = take(query.map["end"]) }
        columns = asked.sorted { $0.name < $1.name }.map { name in
            // A column without a field is there all the same, for the table's memory was used before.
            let form: Form = name == .duration ? .duration : name == .id ? .id : name.isText ? .text : .count
            return Column(name: name, slots: take(query.map[name.name]), form: form)
        }
        slots.count = paths.count
        self.slots = slots
        kind = query.kind
        unit = query.map.durationUnit.nanoseconds
        tree = FieldTree(paths)
        fields = Set(paths.map(\.path)).sorted()
    }

    func read(_ scanner: inout JSONScanner, into table: inout RecordTable) throws(JSONError) -> DocumentOutcome {
        var values = [FieldTree.Raw?](repeating: nil, count: slots.count)
        try tree.read(&scanner) { slot, raw in values[slot] = raw }
        return append(values, to: &table)
    }

    private func append(_ values: [FieldTree.Raw?], to table: inout RecordTable) -> DocumentOutcome {
        func first(_ range: Range<Int>) -> FieldTree.Raw? { values[range].lazy.compactMap { $0 }.first }
        let ownTime = first(slots.start)
        guard let start = (ownTime ?? first(slots.logged))?.time else { return .rejected("no readable time") }
        guard let source = first(slots.source)?.address else { return .rejected("no readable source address") }
        guard let destination = first(slots.destination)?.address else {
            return .rejected("no readable destination address")
        }
        var port: UInt16 = 0
        if let raw = first(slots.port) {
            guard let number = raw.count, let fitting = UInt16(exactly: number) else {
                return .rejected("no readable port")
            }
            port = fitting
        }
        let row = table.count
        for column in columns {
            let raw = first(column.slots)
            switch column.form {
            case .text: table.texts[column.name]?[row] = raw?.text ?? ""
            case .id: table.numbers[column.name]?[row] = raw?.id ?? RecordTable.unknown
            case .duration: table.numbers[column.name]?[row] = duration(raw, start, end: first(slots.end)?.time)
            case .count:
                var count = RecordTable.unknown
                if let raw {
                    guard let number = raw.count else { return .rejected(Self.reason(column.name)) }
                    count = number
                }
                table.numbers[column.name]?[row] = count
            }
        }
        table.start[row] = start.nanoseconds
        table.source[row] = source
        table.destination[row] = destination
        table.port[row] = port
        table.proto[row] = first(slots.proto)?.proto ?? TransportProtocol.unknown
        table.position[row] = -1
        table.count += 1
        return .used(fellBack: ownTime == nil)
    }

    private static func reason(_ column: ColumnName) -> String {
        switch column {
        case .bytesToServer, .bytesToClient: "no readable byte count"
        case .packetsToServer, .packetsToClient: "no readable packet count"
        default: "no readable \(column)"
        }
    }

    /// From start to end, or as the sensor says it, in nanoseconds.
    private func duration(_ raw: FieldTree.Raw?, _ start: Timestamp, end: Timestamp?) -> Int64 {
        if let end, end >= start { return end.nanoseconds(since: start) }
        guard let number = raw?.number, number >= 0, number * unit < 9.2e18 else { return RecordTable.unknown }
        return Int64(clamping: number * unit)
    }
}
