import Synchronization

/// Records that waited in a file, put in the order of their channels there: the records of a channel lie together.
///
/// As many as memory has room for are put in order at a time, by one pass over the chunks.
final class OrderedRecords: Sendable {
    /// Whole channels each: from which position on, and their columns.
    private let parts: [(begin: Int, columns: [RecordColumn<Int64>])]
    /// Records that were read since the system was given its memory back, and how many may be.
    private let read = Atomic(0)
    private let mostRead: Int

    /// Which column is meant.
    enum Part {
        case time, up, down
        /// One of `RecordLayout.numbers`.
        case number(Int)

        fileprivate var place: Int {
            switch self {
            case .time: 0
            case .up: 1
            case .down: 2
            case .number(let column): 3 + column
            }
        }
    }

    /// A record.
    struct Row {
        fileprivate let columns: [RecordColumn<Int64>]
        fileprivate let place: Int

        subscript(part: Part) -> Int64 { columns[part.place][place] }
    }

    /// - Parameters:
    ///   - rows: numbers of rows: the chunk's, shifted, and the row's.
    ///   - starts: where in `rows` each channel begins, and where the last one ends.
    init(_ chunks: [RecordChunk], _ rows: [UInt32], _ starts: [Int], _ memory: RecordMemory) {
        var parts: [(begin: Int, columns: [RecordColumn<Int64>])] = []
        var begin = 0
        for (place, end) in starts.enumerated().dropFirst() {
            let isLast = place == starts.count - 1
            guard isLast || starts[place + 1] - begin > memory.mostSorted, end > begin else { continue }
            parts.append((begin, Self.columns(chunks, rows[begin..<end], memory)))
            begin = end
        }
        self.parts = parts
        mostRead = memory.mostSorted
    }

    /// Tells that some more records were read; of many, parts of the file are given back to the system.
    func didRead(_ count: Int) {
        guard read.add(count, ordering: .relaxed).newValue > mostRead else { return }
        read.store(0, ordering: .relaxed)
        for part in parts {
            for column in part.columns { column.release() }
        }
    }

    private static func columns(_ chunks: [RecordChunk], _ rows: ArraySlice<UInt32>, _ memory: RecordMemory)
        -> [RecordColumn<
            Int64
        >]
    {
        let order = rows.enumerated().map { UInt64($1) << 32 | UInt64($0) }.sorted()
        let further = chunks.first?.numbers.count ?? 0
        var columns = [ContiguousArray<Int64>](
            repeating: ContiguousArray(repeating: 0, count: rows.count), count: 3 + further)
        var last = -1
        for entry in order {
            let (number, place) = (Int(entry >> 32), Int(entry & 0xFFFF_FFFF))
            let (chunk, row) = (number >> RecordChunk.rowBits, number & (RecordChunk.capacity - 1))
            if chunk != last, last >= 0 { chunks[last].release() }
            last = chunk
            columns[0][place] = chunks[chunk].times[row]
            columns[1][place] = chunks[chunk].bytesToServer[row]
            columns[2][place] = chunks[chunk].bytesToClient[row]
            for column in 0..<further { columns[3 + column][place] = chunks[chunk].numbers[column][row] }
        }
        if last >= 0 { chunks[last].release() }
        return columns.map { numbers in
            var column = RecordColumn(numbers)
            memory.follow(&column)
            return column
        }
    }

    /// The record at a position of `rows`.
    func row(at position: Int) -> Row {
        var (low, high) = (0, parts.count)
        while low < high {
            let middle = (low + high) / 2
            if parts[middle].begin <= position { low = middle + 1 } else { high = middle }
        }
        let part = parts[low - 1]
        return Row(columns: part.columns, place: position - part.begin)
    }
}
