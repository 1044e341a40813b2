import ElasticsearchClient
import FlareKit

/// Makes records of what a sensor said besides flows.
///
/// A value that cannot be read is one that the sensor did not give: such records speak of flows that are counted
/// elsewhere.
struct ProtocolRecordReader: DocumentReader {
    let fields: [String]
    private let kind: RecordKind
    private let window: TimeWindow
    private let tree: FieldTree
    private let columns: [Column]
    private let count: Int
    private let times: Range<Int>
    private let head: Head

    private struct Head: Sendable {
        var source = 0..<0
        var destination = 0..<0
        var port = 0..<0
        var proto = 0..<0
    }

    private struct Column: Sendable {
        let name: ColumnName
        /// Those of one object are together.
        let groups: [Range<Int>]

        var slots: Range<Int> { (groups.first?.lowerBound ?? 0)..<(groups.last?.upperBound ?? 0) }
        /// The columns of which a record may have several values.
        var isList: Bool { name.form == .lines || name == .query }
    }

    /// - Parameters:
    ///   - query: which documents come.
    ///   - asked: the columns beyond the head that are wanted.
    ///   - window: what lies outside is left alone.
    init(_ query: RecordQuery, columns asked: Set<ColumnName>, window: TimeWindow) {
        var paths: [(path: String, slot: Int)] = []
        func take(_ names: [String]) -> Range<Int> {
            let first = paths.count
            for name in names { paths.append((name, paths.count)) }
            return first..<paths.count
        }
        /// Fields that stand in one object, and are read together where a column holds lines.
        func groups(_ names: [String]) -> [[String]] {
            func object(_ name: String) -> Substring? { name.lastIndex(of: ".").map { name[..<$0] } }
            return names.reduce(into: []) { groups, name in
                if let last = groups.last?.last, let own = object(name), own == object(last) {
                    groups[groups.count - 1].append(name)
                } else {
                    groups.append([name])
                }
            }
        }
        times = take(query.time == query.logged ? [query.logged] : [query.time, query.logged])
        head = Head(
            source: take(query.map["source"]), destination: take(query.map["destination"]),
            port: take(query.map["port"]), proto: take(query.map["proto"]))
        columns = asked.sorted { $0.name < $1.name }.map { name in
            // Members of an object cannot be fetched without knowing their names.
            Column(name: name, groups: name.form == .entries ? [] : groups(query.map[name.name]).map(take))
        }
        count = paths.count
        kind = query.kind
        self.window = window
        tree = FieldTree(paths, lists: Set(columns.filter(\.isList).flatMap(\.slots)))
        fields = Set(paths.map(\.path)).sorted()
    }

    func read(_ scanner: inout JSONScanner, into table: inout RecordTable) throws(JSONError) -> DocumentOutcome {
        var values = [[FieldTree.Raw]](repeating: [], count: count)
        try tree.read(&scanner) { slot, raw in values[slot].append(raw) }
        let document = Document(values: values)
        guard let start = document.first(times)?.time else { return .rejected("no readable time") }
        guard window.contains(start) else { return .skipped("outside of the window") }
        let source = document.first(head.source)?.address
        let destination = document.first(head.destination)?.address
        guard kind == .certificate || source != nil else { return .rejected("no readable source address") }
        guard kind == .certificate || destination != nil else { return .rejected("no readable destination address") }
        // A message may ask for several names.
        let names = columns.first { $0.name == .query }.map { document.names($0.slots) } ?? []
        let rows = max(1, names.count)
        guard table.count + rows <= table.capacity || table.count == 0 else { return .full }
        let nowhere = IPAddress(high: 0, low: 0)
        for number in 0..<min(rows, table.capacity) {
            let row = table.count
            table.start[row] = start.nanoseconds
            table.source[row] = source ?? nowhere
            table.destination[row] = destination ?? nowhere
            table.port[row] = document.first(head.port)?.count.flatMap(UInt16.init(exactly:)) ?? 0
            table.proto[row] = document.first(head.proto)?.proto ?? TransportProtocol.unknown
            table.position[row] = -1
            for column in columns { fill(column, of: document, name: number, &table, row) }
            table.count += 1
        }
        return .used(fellBack: false)
    }

    private func fill(
        _ column: Column, of document: Document, name: Int, _ table: inout RecordTable, _ row: Int
    ) {
        let slots = column.slots
        switch column.name.form {
        case _ where column.name == .id: table.numbers[.id]?[row] = document.first(slots)?.id ?? RecordTable.unknown
        case .text, .entries: table.texts[column.name]?[row] = RecordText.clean(document.texts(slots).first ?? "")
        case .lines:
            let texts = column.groups.lazy.map(document.texts).first { !$0.isEmpty } ?? []
            let lines = texts.map { $0.replacing("\n", with: " ").replacing("\r", with: " ") }
            table.texts[column.name]?[row] = RecordText.clean(lines.joined(separator: "\n"))
        case .host:
            let texts = document.names(slots)
            let place = column.name == .query ? name : 0
            table.texts[column.name]?[row] = place < texts.count ? RecordText.clean(texts[place], isHost: true) : ""
        case .time: table.numbers[column.name]?[row] = document.moment(slots)?.nanoseconds ?? RecordTable.unknown
        case .number: table.numbers[column.name]?[row] = document.first(slots)?.count ?? RecordTable.unknown
        }
    }
}

/// The wanted values of a document.
private struct Document {
    let values: [[FieldTree.Raw]]

    func first(_ slots: Range<Int>) -> FieldTree.Raw? { values[slots].lazy.compactMap(\.first).first }

    /// The values as texts, without empty ones.
    func texts(_ slots: Range<Int>) -> [String] { values[slots].joined().map(\.text).filter { !$0.isEmpty } }

    /// The texts of the first field that has some.
    func names(_ slots: Range<Int>) -> [String] {
        for slot in slots {
            let texts = texts(slot..<slot + 1)
            if !texts.isEmpty { return texts }
        }
        return []
    }

    /// A date of a certificate: UTC where it names no zone, and a number may count seconds, as Zeek does.
    func moment(_ slots: Range<Int>) -> Timestamp? {
        guard let raw = first(slots) else { return nil }
        if case .scalar = raw, let number = raw.number, abs(number) < Self.milliseconds {
            return Timestamp(seconds: number)
        }
        return raw.time ?? Timestamp(raw.text + "Z")
    }

    /// Smaller numbers count seconds: as milliseconds they would end in 1973.
    private static let milliseconds = 1e11
}
