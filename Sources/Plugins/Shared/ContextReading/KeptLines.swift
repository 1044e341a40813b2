import RecordArenas
import FlareKit
import Synchronization

/// The lines of an input that cannot be read twice which a source may be asked for again, within a bound: the oldest
/// go first.
///
/// What is kept depends on the input alone, not on the pieces in which it comes.
package final class KeptLines: Sendable {
    /// Some lines that stand one after another under the same header.
    struct Chunk: Sendable {
        let path: String
        let header: [UInt8]
        var bytes: [UInt8] = []
        /// Of each line: where it ends, its line feed included, and the record's time in nanoseconds since 1970.
        var ends: [Int] = []
        var times: [Int64] = []
        var newest = Int64.min
        /// How many of the lines, the first ones, were left out since.
        var gone = 0

        private var begin: Int { gone == 0 ? 0 : ends[gone - 1] }
        /// Those that are left.
        var lines: ArraySlice<UInt8> { bytes[begin...] }
        var count: Int { ends.count - gone }

        mutating func append(_ line: Slice<UnsafeRawBufferPointer>, at time: Int64) {
            bytes += line
            bytes.append(10)
            ends.append(bytes.count)
            times.append(time)
            newest = max(newest, time)
        }

        /// Gives back the memory that it had to grow in.
        mutating func trim() {
            bytes = bytes.withUnsafeBytes { Array($0) }
            ends = ends.withUnsafeBufferPointer { Array($0) }
            times = times.withUnsafeBufferPointer { Array($0) }
        }

        /// - Returns: how large the line was that is left out, in bytes, and its record's time.
        mutating func dropFirst() -> (size: Int, time: Int64) {
            defer { gone += 1 }
            return (ends[gone] - begin, times[gone])
        }
    }

    private struct State {
        /// What is asked for again; `nil` where nobody will ask.
        var interest: Interest?
        /// Picks the lines of the input at hand.
        var picker: RecordScanner?
        /// Pick those of the inputs whose lines come in turn with it.
        var others: [String: RecordScanner] = [:]
        var path = ""
        var chunks: [Chunk] = []
        /// Bytes of all lines, with what is remembered of each.
        var size = 0
        var leftOut = LeftOutCounts()
    }

    /// What is remembered of a line and of a chunk beside their bytes, in bytes.
    private static let lineOverhead = MemoryLayout<Int>.size + MemoryLayout<Int64>.size
    private static let chunkOverhead = 256

    private let bound: Int
    private let chunkSize: Int
    private let state = Mutex(State())

    /// - Parameter bound: in bytes.
    package init(bound: Int) {
        self.bound = max(0, bound)
        chunkSize = max(1, min(1 << 18, bound / 16))
    }

    /// Whether anything is kept.
    package var isKeeping: Bool { state.withLock { $0.picker != nil } }

    /// Whether not all is there that may be asked for.
    package var hasLeftOut: Bool { state.withLock { !$0.leftOut.isEmpty } }

    /// Begins anew.
    ///
    /// - Parameter interest: in the lines that will be asked for again; `nil` where nobody will ask.
    package func begin(_ interest: Interest?) {
        state.withLock { state in
            state = State()
            state.interest = interest
            state.picker = interest.map { RecordScanner($0) }
        }
    }

    /// The lines that follow are of this file.
    ///
    /// - Parameter header: header lines of it that will not be shown.
    package func begin(_ path: String, header: [UInt8] = []) {
        state.withLock { state in
            state.path = path
            state.picker?.begin(path)
            if !header.isEmpty { state.picker?.takeHeader(header) }
        }
    }

    /// Keeps those of some lines that were asked for, and leaves the oldest out where there is no room.
    ///
    /// - Parameters:
    ///   - lines: whole lines, with the scanner's padding behind them, in the order of their file.
    ///   - path: of one of several inputs that are read in turn; `nil` for the one that was begun last.
    package func take(_ lines: UnsafeRawBufferPointer, of path: String? = nil) {
        state.withLock { state in
            if let path { Self.turn(to: path, &state) }
            guard let picker = state.picker else { return }
            var begin = 0
            while begin < lines.count {
                withUnsafeTemporaryAllocation(of: ContextLine.self, capacity: 256) { picked in
                    let count = picker.pick(lines, from: &begin, into: picked)
                    guard count > 0 else { return }
                    let header = picker.header
                    if let last = state.chunks.last, last.path != state.path || last.header != header {
                        beginChunk(header, &state)
                    }
                    for line in picked.prefix(count) { keep(line, of: lines, header, &state) }
                    makeRoom(&state)
                }
            }
        }
    }

    private static func turn(to path: String, _ state: inout State) {
        guard path != state.path, let interest = state.interest else { return }
        if !state.path.isEmpty { state.others[state.path] = state.picker }
        state.path = path
        if let known = state.others.removeValue(forKey: path) {
            state.picker = known
        } else {
            state.picker = RecordScanner(interest)
            state.picker?.begin(path)
        }
    }

    /// The newest time before a moment among what is kept.
    package func newest(before limit: Timestamp) -> Timestamp? {
        let limit = limit.nanoseconds
        return state.withLock { state in
            state.chunks.compactMap { chunk in
                chunk.newest < limit ? chunk.newest : chunk.times.filter { $0 < limit }.max()
            }.max()
        }.map(Timestamp.init(nanoseconds:))
    }

    private func beginChunk(_ header: [UInt8], _ state: inout State) {
        if !state.chunks.isEmpty { state.chunks[state.chunks.count - 1].trim() }
        state.chunks.append(Chunk(path: state.path, header: header))
        state.size += Self.chunkOverhead
    }

    private func keep(_ line: ContextLine, of lines: UnsafeRawBufferPointer, _ header: [UInt8], _ state: inout State) {
        if state.chunks.last.map({ $0.bytes.count >= chunkSize }) ?? true { beginChunk(header, &state) }
        let place = state.chunks.count - 1
        state.chunks[place].append(lines[line.begin..<line.begin + line.length], at: line.time)
        state.size += line.length + 1 + Self.lineOverhead
    }

    /// Leaves out the oldest lines.
    private func makeRoom(_ state: inout State) {
        var empty = 0
        while state.size > bound {
            if state.chunks[empty].count > 0 {
                let (size, time) = state.chunks[empty].dropFirst()
                state.size -= size + Self.lineOverhead
                state.leftOut.add(at: time)
            } else if empty + 1 < state.chunks.count {
                empty += 1
                state.size -= Self.chunkOverhead
            } else {
                break
            }
        }
        state.chunks.removeFirst(empty)
    }
}

extension KeptLines {
    /// What is kept of a window, for several readers to share.
    package final class Reading: Sendable {
        private let rest: Mutex<ArraySlice<Chunk>>
        /// What has to be said of it: how much was left out.
        package let remarks: [String]

        init(_ chunks: [Chunk], remarks: [String]) {
            rest = Mutex(chunks[...])
            self.remarks = remarks
        }

        /// How many readers find work.
        package var readerCount: Int { rest.withLock { $0.count } }

        func next() -> Chunk? { rest.withLock { $0.popFirst() } }
    }

    /// Hands out what is kept of a window, and forgets what lies before it.
    ///
    /// - Throws: `PluginError` where nothing was kept since nobody was known to ask.
    package func reading(_ window: TimeWindow) throws -> Reading {
        try state.withLock { state in
            guard state.picker != nil else {
                throw PluginError(
                    "nothing was kept of an input that cannot be read twice", remedy: "read files instead")
            }
            if let since = window.since?.nanoseconds {
                for chunk in state.chunks where chunk.newest < since {
                    state.size -= chunk.lines.count + chunk.count * Self.lineOverhead + Self.chunkOverhead
                }
                state.chunks.removeAll { $0.newest < since }
                state.leftOut.forget(before: since)
            }
            return Reading(state.chunks, remarks: remarks(state))
        }
    }

    private func remarks(_ state: State) -> [String] {
        let leftOut = state.leftOut.total
        guard leftOut > 0 else { return [] }
        let kept = state.chunks.reduce(0) { $0 + $1.count }
        let until = state.leftOut.newest.map(Timestamp.init(nanoseconds:))
        let newest = until.map { $0.nanoseconds > 0 ? ", up to \($0)" : "" } ?? ""
        return [
            "\(leftOut) of \(leftOut + kept) records besides flows were left out, the oldest\(newest): "
                + "context_memory has room for \(ByteSize(bytes: Int64(bound))); "
                + "how many hosts share a value is not known"
        ]
    }
}
