import CompressedFiles
import FlareKit
import Synchronization

/// The work that the cursors of one scan share, in pieces taken in order.
package final class WorkQueue: Sendable {
    /// What one reader reads without asking again.
    package enum Piece: Sendable {
        case block(Block)
        /// A file that can only be read from its beginning to its end, perhaps together with other readers.
        case stream(SharedStream)
    }

    /// The lines of a plain file that begin in some bytes.
    package struct Block: Sendable {
        package let file: InputFile
        package let bytes: Range<Int64>
        /// How many blocks of the file stand before it.
        package let number: Int
    }

    /// Large enough that asking costs nothing, small enough to stay in a processor's second cache.
    package static let usualBlockSize: Int64 = 1 << 19

    private struct Place {
        var file = 0
        var block = 0
        /// The streams that were begun and have not ended, with how many readers each was given to.
        var streams: [(stream: SharedStream, readers: Int)] = []
    }

    private let files: [InputFile]
    private let blockSize: Int64
    private let place = Mutex(Place())
    private let notes: Mutex<IngestCounts>
    private let failed = Mutex<Set<ObjectIdentifier>>([])

    /// - Parameter notes: what there is to say of the files beside what their lines say.
    package init(_ files: [InputFile], notes: IngestCounts = IngestCounts(), blockSize: Int64 = usualBlockSize) {
        self.files = files
        self.notes = Mutex(notes)
        self.blockSize = max(1, blockSize)
    }

    /// Hands the notes to the first reader that asks.
    func takeNotes() -> IngestCounts {
        notes.withLock { notes in
            defer { notes = IngestCounts() }
            return notes
        }
    }

    /// Whether nobody has told of a file's failure yet.
    func isFirstFailure(of file: InputFile?) -> Bool {
        guard let file else { return true }
        return failed.withLock { $0.insert(ObjectIdentifier(file)).inserted }
    }

    /// How many readers find work: one a block, and two a stream, of which one decodes while the other scans.
    package var readerCount: Int { files.reduce(0) { $0 + (blockCount(of: $1) ?? 2) } }

    /// How many blocks a file is read in; `nil` for one that can only be read as a stream.
    package func blockCount(of file: InputFile) -> Int? {
        guard file.isAsStored, let size = file.size else { return nil }
        return Int((size + blockSize - 1) / blockSize)
    }

    /// A block of a file that is read in blocks.
    ///
    /// - Parameter number: below ``blockCount(of:)``.
    package func block(_ number: Int, of file: InputFile) -> Block {
        let begin = Int64(number) * blockSize
        return Block(file: file, bytes: begin..<min(begin + blockSize, file.size ?? begin), number: number)
    }

    /// The next piece; `nil` when all are taken. When nothing else is left, streams that others read are given out again.
    package func next() -> Piece? {
        place.withLock { place in
            while place.file < files.count {
                let file = files[place.file]
                guard let count = blockCount(of: file) else {
                    place.file += 1
                    let stream = SharedStream(file)
                    place.streams.append((stream, 1))
                    return .stream(stream)
                }
                if place.block < count {
                    place.block += 1
                    return .block(block(place.block - 1, of: file))
                }
                place.file += 1
                place.block = 0
            }
            place.streams.removeAll { $0.stream.hasEnded }
            guard let least = place.streams.indices.min(by: { place.streams[$0].readers < place.streams[$1].readers })
            else { return nil }
            place.streams[least].readers += 1
            return .stream(place.streams[least].stream)
        }
    }
}
