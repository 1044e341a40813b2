import Synchronization

/// Records that waited in a file, put in the order of their channels there: the records of a channel lie together.
///
/// As many as memory has room for are put in order at a time, by one pass over the chunks.
final class OrderedRecords: Sendable {
    /// Whole channels each, one after the other.
    private let parts: [Part]
    /// Records that were read since the system was given its memory back, and how many may be.
    private let read = Atomic(0)
    private let mostRead: Int

    /// The records of some channels.
    struct Part {
        /// The position of the first one in `rows`.
        let begin: Int
        let times: RecordColumn<Int64>
        let bytesToServer: RecordColumn<Int64>
        let bytesToClient: RecordColumn<Int64>
        /// In the order of `RecordLayout.numbers`.
        let numbers: [RecordColumn<Int64>]

        fileprivate func release() {
            for column in [times, bytesToServer, bytesToClient] + numbers { column.release() }
        }
    }

    /// - Parameters:
    ///   - rows: numbers of rows: the chunk's, shifted, and the row's.
    ///   - starts: where in `rows` each channel begins, and where the last one ends.
    init(_ chunks: [RecordChunk], _ rows: [UInt32], _ starts: [Int], _ memory: RecordMemory) {
        var parts: [Part] = []
        var begin = 0
        for (place, end) in starts.enumerated().dropFirst() {
            let isLast = place == starts.count - 1
            guard isLast || starts[place + 1] - begin > memory.mostSorted, end > begin else { continue }
            let columns = Self.columns(chunks, rows[begin..<end], memory)
            parts.append(
                Part(
                    begin: begin, times: columns[0], bytesToServer: columns[1], bytesToClient: columns[2],
                    numbers: Array(columns[3...])))
            begin = end
        }
        self.parts = parts
        mostRead = memory.mostSorted
    }

    /// Tells that some more records were read; of many, parts of the file are given back to the system.
    func didRead(_ count: Int) {
        guard read.add(count, ordering: .relaxed).newValue > mostRead else { return }
        read.store(0, ordering: .relaxed)
        for part in parts { part.release() }
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

    /// The part that holds a position of `rows`.
    func part(holding position: Int) -> Part {
        var (low, high) = (0, parts.count)
        while low < high {
            let middle = (low + high) / 2
            if parts[middle].begin <= position { low = middle + 1 } else { high = middle }
        }
        return parts[low - 1]
    }
}
