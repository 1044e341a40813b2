import FlareModel

/// Some kept records as columns: 20 bytes a record with its sizes, each further column 8 more.
struct RecordChunk: Sendable {
    /// Rows of a full chunk; a row's number is its chunk's number times this, plus its place.
    static let capacity = 1 << rowBits
    static let rowBits = 16

    /// Nanoseconds since 1970.
    var times = RecordColumn<Int64>()
    /// The record's key in the shard's table.
    var keys = RecordColumn<UInt32>()
    var bytesToServer = SizeColumn()
    var bytesToClient = SizeColumn()
    /// Further columns, in the order of `RecordLayout.numbers`.
    var numbers: [RecordColumn<Int64>] = []
    /// The number of the record's own name in the shard's names; empty where names are not asked for.
    var names = RecordColumn<UInt32>()
    /// The number of what the record's server shows in the shard's servers; empty where that is not asked for.
    var servers = RecordColumn<UInt32>()
    /// Source ports, 0 where there is none; empty where no two sensors can have seen the same.
    var ports = RecordColumn<UInt16>()
    /// From which row on the records are of which of the shard's inputs; empty where records do not repeat.
    private(set) var inputs: [(row: Int, input: Int)] = []
    /// Bytes that the run's memory was told to hold.
    private(set) var admitted = 0
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
            var column = RecordColumn<Int64>()
            column.reserveCapacity(Self.capacity)
            return column
        }
    }

    var count: Int { times.count }
    var isFull: Bool { times.count == Self.capacity }

    /// Appends the times of some records; their other columns have to follow.
    mutating func append(times new: some Collection<Int64>) {
        times.append(contentsOf: new)
        for time in new {
            if time < earliest { earliest = time }
            if time > latest { latest = time }
        }
    }

    /// Appends the source ports of some records; none where there is no column of them.
    mutating func append(ports new: ArraySlice<Int64>?, count: Int) {
        if let new {
            for port in new { ports.append(UInt16(exactly: port) ?? 0) }
        } else {
            ports.append(contentsOf: repeatElement(0, count: count))
        }
    }

    /// Moves the columns of a chunk that is complete out of memory, if there are too many.
    mutating func settle(in memory: RecordMemory) {
        guard let file = memory.admit(bytes) else {
            admitted = bytes
            return
        }
        times.spill(to: file)
        keys.spill(to: file)
        bytesToServer.values.spill(to: file)
        bytesToClient.values.spill(to: file)
        for place in numbers.indices { numbers[place].spill(to: file) }
        names.spill(to: file)
        servers.spill(to: file)
        ports.spill(to: file)
    }

    /// Bytes of its columns that are in memory.
    var bytes: Int {
        times.bytes + keys.bytes + bytesToServer.values.bytes + bytesToClient.values.bytes + names.bytes + servers.bytes
            + ports.bytes
            + numbers.reduce(0) { $0 + $1.bytes }
    }

    /// Gives the memory back in which the system keeps parts of columns in a file.
    func release() {
        times.release()
        keys.release()
        bytesToServer.values.release()
        bytesToClient.values.release()
        for column in numbers { column.release() }
        names.release()
        servers.release()
        ports.release()
    }

    /// The records that follow are of this input.
    mutating func begin(input: Int) {
        if inputs.last?.input != input { inputs.append((count, input)) }
    }
}

extension RecordChunk {
    /// Takes some rows out.
    ///
    /// - Parameter isRemoved: of each row.
    mutating func remove(_ isRemoved: [Bool], _ layout: RecordLayout) {
        var rest = RecordChunk(layout: layout)
        var begin = 0
        while begin < count {
            let end = isRemoved[begin...].firstIndex(of: true) ?? count
            rest.append(begin..<end, of: self)
            begin = isRemoved[end...].firstIndex(of: false) ?? count
        }
        self = rest
    }

    private mutating func append(_ range: Range<Int>, of other: RecordChunk) {
        guard !range.isEmpty else { return }
        for (place, run) in other.inputs.enumerated() {
            let end = place + 1 < other.inputs.count ? other.inputs[place + 1].row : other.count
            let begin = max(run.row, range.lowerBound)
            if begin < min(end, range.upperBound), inputs.last?.input != run.input {
                inputs.append((count + begin - range.lowerBound, run.input))
            }
        }
        append(times: other.times[range])
        keys += other.keys[range]
        bytesToServer.append(other.bytesToServer, range)
        bytesToClient.append(other.bytesToClient, range)
        for column in numbers.indices { numbers[column] += other.numbers[column][range] }
        if !other.names.isEmpty { names += other.names[range] }
        if !other.servers.isEmpty { servers += other.servers[range] }
        if !other.ports.isEmpty { ports += other.ports[range] }
    }

    /// Forgets by what repeats were told.
    ///
    /// - Parameter column: of ids that nobody needs any more.
    mutating func endTelling(column: Int?, _ memory: RecordMemory) {
        let before = bytes
        inputs = []
        ports = RecordColumn()
        if let column { numbers.remove(at: column) }
        guard admitted > 0 else { return }
        memory.giveBack(before - bytes)
        admitted -= before - bytes
    }
}

/// Which columns are kept of each record.
struct RecordLayout: Sendable {
    let kind: RecordKind
    let hasBytes: Bool
    /// Further columns of numbers that detectors asked for, sorted by name.
    private(set) var numbers: [ColumnName]
    /// Those of them that are worked out of other columns.
    let derived: [ColumnName: DerivedColumn]
    /// Whether of names that were looked up the registered domains are kept alone.
    let keepsDomainsAlone: Bool
    /// Whether records carry names, or ids by which other records name them.
    let hasNames: Bool
    /// Whether records carry what a server shows: handshakes without a name, and certificates.
    var hasServers: Bool { hasNames && (kind == .tls || kind == .certificate) }
    /// Whether records may stand in two inputs: then their ids are kept, and of which input they are.
    private(set) var tellsRepeats = false
    /// Whether source ports are kept, by which connections and lookups are told that two sensors saw.
    var hasPorts: Bool { tellsRepeats && (kind == .flow || kind == .dns) }
    /// Whether ids are kept for that alone.
    private var dropsIDs = false

    /// - Parameters:
    ///   - columns: all columns that detectors of this kind asked for.
    ///   - tellsRepeats: whether records may stand in two inputs.
    init(
        kind: RecordKind, columns: Set<ColumnName>, derived: Set<DerivedColumn> = [], hasNames: Bool,
        keepsDomainsAlone: Bool = false, tellsRepeats: Bool = false
    ) {
        self.kind = kind
        self.derived = Dictionary(derived.map { ($0.column, $0) }) { first, _ in first }
        self.keepsDomainsAlone = keepsDomainsAlone
        self.hasNames = hasNames
        hasBytes = columns.contains(.bytesToServer) || columns.contains(.bytesToClient)
        var further = columns.filter { !$0.isText }.subtracting([.bytesToServer, .bytesToClient])
        further.formUnion(derived.map(\.column))
        if hasNames, kind == .flow { further.insert(.id) }
        if tellsRepeats {
            self.tellsRepeats = true
            dropsIDs = further.insert(.id).inserted
        }
        numbers = further.sorted { $0.name < $1.name }
    }

    /// Ends the telling of repeats.
    ///
    /// - Returns: the place of the column of ids if nobody needs it any more.
    mutating func endTelling() -> Int? {
        tellsRepeats = false
        guard dropsIDs, let place = numbers.firstIndex(of: .id) else { return nil }
        numbers.remove(at: place)
        return place
    }
}

/// Sizes in 4 bytes each: nearly all are below 4 GB, the others stand aside.
struct SizeColumn: Sendable {
    private static let unknown = UInt32.max
    private static let large = UInt32.max - 1

    var values = RecordColumn<UInt32>()
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

    /// Appends some of another column's sizes.
    mutating func append(_ other: SizeColumn, _ range: Range<Int>) {
        guard !other.values.isEmpty else { return }
        for row in range { append(other[row]) }
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
