/// Records of one kind as columns, in memory that is used again and again.
///
/// Every column always has `capacity` elements, of which the first `count` are meant: a source writes at
/// `count`, by array subscripts or straight into the memory, and then raises `count`.
public struct RecordTable: Sendable {
    /// The number that stands for "the sensor did not say".
    public static let unknown = Int64.min

    public let kind: RecordKind
    public let capacity: Int
    /// How many rows are filled, 0...capacity.
    public var count = 0

    /// Nanoseconds since 1970, UTC, of the record's start.
    public var start: [Int64]
    public var source: [IPAddress]
    public var destination: [IPAddress]
    /// The destination port; 0 where there is none.
    public var port: [UInt16]
    /// The IP protocol's number; 255 where it is not known.
    public var proto: [UInt8]
    /// Where the record stands in its input, in bytes from the beginning; -1 where that has no meaning.
    public var position: [Int64]
    /// The other columns of numbers that the scan asked for; `unknown` where the sensor did not say.
    public var numbers: [ColumnName: [Int64]]
    /// The other columns of texts that the scan asked for; empty where the sensor did not say.
    public var texts: [ColumnName: [String]]

    public init(kind: RecordKind, columns: Set<ColumnName>, capacity: Int) {
        self.kind = kind
        self.capacity = capacity
        start = Array(repeating: 0, count: capacity)
        source = Array(repeating: IPAddress(high: 0, low: 0), count: capacity)
        destination = source
        port = Array(repeating: 0, count: capacity)
        proto = Array(repeating: 255, count: capacity)
        position = Array(repeating: -1, count: capacity)
        numbers = [:]
        texts = [:]
        for column in columns where column.isText { texts[column] = Array(repeating: "", count: capacity) }
        for column in columns where !column.isText {
            numbers[column] = Array(repeating: Self.unknown, count: capacity)
        }
    }

    public var isFull: Bool { count == capacity }

    /// Appends one record, for sources that are not in a hurry. Columns that the scan did not ask for are ignored.
    ///
    /// - Precondition: the table is not full.
    public mutating func append(
        start: Timestamp, source: IPAddress, destination: IPAddress, port: UInt16 = 0, proto: UInt8 = 255,
        position: Int64 = -1, numbers: [ColumnName: Int64] = [:], texts: [ColumnName: String] = [:]
    ) {
        precondition(!isFull, "the table has room for \(capacity) records")
        self.start[count] = start.nanoseconds
        self.source[count] = source
        self.destination[count] = destination
        self.port[count] = port
        self.proto[count] = proto
        self.position[count] = position
        Self.set(&self.numbers, count, numbers, else: Self.unknown)
        Self.set(&self.texts, count, texts, else: "")
        count += 1
    }

    /// Sets a row in place: a loop over the keys would hold the columns, and each would be copied.
    private static func set<Value>(
        _ columns: inout [ColumnName: [Value]], _ row: Int, _ values: [ColumnName: Value], else unknown: Value
    ) {
        var place = columns.startIndex
        while place != columns.endIndex {
            columns.values[place][row] = values[columns[place].key] ?? unknown
            columns.formIndex(after: &place)
        }
    }
}

/// What a cursor fills at a time: a table for each kind that the scan asked for.
public struct RecordBatch: Sendable {
    /// The tables, in the order of the kinds' names.
    public var tables: [RecordTable]
    /// What the positions in the tables refer to: a file's name, an index.
    public var origin: String = ""
    /// What tells the input from others where `origin` does not, since names change hands as files rotate; empty where
    /// `origin` does.
    public var content: String = ""
    /// A promise that no later record of this cursor starts before this moment; `nil` while nothing is promised.
    public var lowWatermark: Timestamp?

    /// Room for `capacity` records of each kind.
    public init(_ kinds: [RecordKind: Set<ColumnName>], capacity: Int = 16_384) {
        tables = kinds.sorted { $0.key.name < $1.key.name }
            .map { RecordTable(kind: $0.key, columns: $0.value, capacity: capacity) }
    }

    /// The place of a kind's table in `tables`; `nil` if the scan did not ask for it.
    public func index(of kind: RecordKind) -> Int? { tables.firstIndex { $0.kind == kind } }

    /// Appends to a kind's table in place, or does nothing if the scan did not ask for that kind.
    public mutating func update(_ kind: RecordKind, _ change: (inout RecordTable) -> Void) {
        guard let index = index(of: kind) else { return }
        change(&tables[index])
    }

    /// Forgets the rows, keeps the memory.
    public mutating func removeAll() {
        for index in tables.indices { tables[index].count = 0 }
    }

    /// The rows of all tables.
    public var count: Int { tables.reduce(0) { $0 + $1.count } }
}
