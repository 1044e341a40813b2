/// Some kept records as columns: 20 bytes a record for a beacon detector, each further column 8 more.
struct RecordChunk: Sendable {
    /// Rows of a full chunk; a row's number is its chunk's number times this, plus its place.
    static let capacity = 1 << rowBits
    static let rowBits = 16

    /// Nanoseconds since 1970.
    var times: ContiguousArray<Int64> = []
    /// The record's key in the shard's table.
    var keys: ContiguousArray<UInt32> = []
    var bytesToServer = SizeColumn()
    var bytesToClient = SizeColumn()
    /// Further columns, in the order of `RecordLayout.numbers`.
    var numbers: [ContiguousArray<Int64>] = []
    /// The number of the record's own name in the shard's names; empty where names are not asked for.
    var names: ContiguousArray<UInt32> = []
    private(set) var earliest = Int64.max
    private(set) var latest = Int64.min

    init(layout: RecordLayout) {
        times.reserveCapacity(Self.capacity)
        keys.reserveCapacity(Self.capacity)
        if layout.hasBytes {
            bytesToServer.values.reserveCapacity(Self.capacity)
            bytesToClient.values.reserveCapacity(Self.capacity)
        }
        numbers = layout.numbers.map { _ in
            var column: ContiguousArray<Int64> = []
            column.reserveCapacity(Self.capacity)
            return column
        }
    }

    var count: Int { times.count }
    var isFull: Bool { times.count == Self.capacity }

    /// Appends the times of some records; their other columns have to follow.
    mutating func append(times new: ArraySlice<Int64>) {
        times.append(contentsOf: new)
        for time in new {
            if time < earliest { earliest = time }
            if time > latest { latest = time }
        }
    }
}

/// Which columns are kept of each record.
struct RecordLayout: Sendable {
    let kind: RecordKind
    let hasBytes: Bool
    /// Further columns of numbers that detectors asked for, sorted by name.
    let numbers: [ColumnName]
    /// Whether records carry names, or ids by which other records name them.
    let hasNames: Bool

    /// - Parameter columns: all columns that detectors of this kind asked for.
    init(kind: RecordKind, columns: Set<ColumnName>, hasNames: Bool) {
        self.kind = kind
        self.hasNames = hasNames
        hasBytes = columns.contains(.bytesToServer) || columns.contains(.bytesToClient)
        var further = columns.filter { !$0.isText }.subtracting([.bytesToServer, .bytesToClient])
        if hasNames, kind == .flow { further.insert(.id) }
        numbers = further.sorted { $0.name < $1.name }
    }
}

/// Sizes in 4 bytes each: nearly all are below 4 GB, the others stand aside.
struct SizeColumn: Sendable {
    private static let unknown = UInt32.max
    private static let large = UInt32.max - 1

    var values: ContiguousArray<UInt32> = []
    private var aside: [Int: Int64] = [:]

    @inline(__always)
    mutating func append(_ size: Int64) {
        if size >= 0, size < Int64(Self.large) {
            values.append(UInt32(truncatingIfNeeded: size))
        } else {
            appendAside(size)
        }
    }

    /// Appends some sizes; all unknown where there is no column of them.
    mutating func append(_ sizes: ArraySlice<Int64>?, count: Int) {
        if let sizes {
            for size in sizes { append(size) }
        } else {
            values.append(contentsOf: repeatElement(Self.unknown, count: count))
        }
    }

    private mutating func appendAside(_ size: Int64) {
        if size == RecordTable.unknown {
            values.append(Self.unknown)
        } else {
            aside[values.count] = size
            values.append(Self.large)
        }
    }

    /// The size of a row; `RecordTable.unknown` where it is not known or the column was not asked for.
    @inline(__always)
    subscript(row: Int) -> Int64 {
        guard row < values.count else { return RecordTable.unknown }
        let value = values[row]
        if value < Self.large { return Int64(value) }
        return value == Self.unknown ? RecordTable.unknown : aside[row] ?? RecordTable.unknown
    }
}
