import CompressedFiles
import Synchronization

/// The work that the cursors of one scan share, in pieces taken in order.
package final class WorkQueue: Sendable {
    /// What one cursor reads without asking again.
    package enum Piece: Sendable {
        /// The lines of a plain file that begin in these bytes.
        case block(InputFile, Range<Int64>)
        /// A file that can only be read from its beginning to its end.
        case whole(InputFile)
    }

    /// Large enough that asking costs nothing, small enough to stay in a processor's second cache.
    package static let usualBlockSize: Int64 = 1 << 19

    private struct Place {
        var file = 0
        var offset: Int64 = 0
    }

    private let files: [InputFile]
    private let blockSize: Int64
    private let place = Mutex(Place())

    package init(_ files: [InputFile], blockSize: Int64 = usualBlockSize) {
        self.files = files
        self.blockSize = max(1, blockSize)
    }

    /// How many pieces there are at most.
    package var pieceCount: Int {
        files.reduce(0) { $0 + Int(((Self.blocks($1) ?? 0) + blockSize - 1) / blockSize) + (Self.isWhole($1) ? 1 : 0) }
    }

    /// The next piece; `nil` when all are taken.
    package func next() -> Piece? {
        place.withLock { place in
            while place.file < files.count {
                let file = files[place.file]
                guard let size = Self.blocks(file) else {
                    place = Place(file: place.file + 1)
                    return .whole(file)
                }
                if place.offset < size {
                    let block = place.offset..<min(place.offset + blockSize, size)
                    place.offset = block.upperBound
                    return .block(file, block)
                }
                place = Place(file: place.file + 1)
            }
            return nil
        }
    }

    /// The size of a file that can be read in blocks; `nil` for one that cannot.
    private static func blocks(_ file: InputFile) -> Int64? { file.format == .plain ? file.size : nil }

    private static func isWhole(_ file: InputFile) -> Bool { blocks(file) == nil }
}
