import CompressedFiles

/// Reads the lines of the files in a work queue, piece after piece, into one buffer: what a cursor reads with.
///
/// One thread at a time uses it; the queue is what readers share.
package final class LineReader {
    /// What comes next.
    package enum Step {
        /// Lines in the buffer, perhaps none; they stand in `file`.
        case lines(LineRegion)
        /// Lines of another file will come, or of the same one after another: `file` says which.
        case file
        case end
    }

    /// The file at hand; `nil` before the first one.
    package private(set) var file: InputFile?
    /// Bytes as stored that were read of it by this reader.
    package private(set) var bytes: Int64 = 0
    /// The block of the file that the last lines were read from; `nil` where it is read as a stream.
    package private(set) var block: Range<Int64>?
    package let buffer = LineBuffer(capacity: 0)

    private let work: WorkQueue
    private let longestLine: Int
    private let streamSize: Int
    private var stream: LineStream?
    /// A block that waits until its file was announced.
    private var waiting: Range<Int64>?

    /// - Parameters:
    ///   - longestLine: in bytes, the line feed not counted.
    ///   - streamSize: how much of a compressed file or a stream is held at a time, in bytes.
    package init(_ work: WorkQueue, longestLine: Int, streamSize: Int = 4 << 20) {
        self.work = work
        self.longestLine = longestLine
        self.streamSize = streamSize
    }

    /// Takes the next lines of the present piece, or the next piece.
    package func next() throws(InputFileError) -> Step {
        if let stream {
            let before = stream.storedPosition
            defer { bytes += stream.storedPosition - before }
            if let lines = try stream.next() { return .lines(lines) }
            self.stream = nil
            return .lines(.empty)
        }
        if let file, let block = waiting {
            waiting = nil
            return .lines(try read(block, of: file))
        }
        switch work.next() {
        case nil:
            return .end
        case .whole(let next):
            begin(next)
            stream = LineStream(next, buffer, usualSize: streamSize, longestLine: longestLine)
            return .file
        case .block(let next, let block):
            if next === file { return .lines(try read(block, of: next)) }
            begin(next)
            waiting = block
            return .file
        }
    }

    private func read(_ block: Range<Int64>, of file: InputFile) throws(InputFileError) -> LineRegion {
        self.block = block
        bytes += Int64(block.count)
        return try BlockReader(buffer: buffer, longestLine: longestLine).read(block, of: file) ?? .empty
    }

    private func begin(_ next: InputFile) {
        file = next
        bytes = 0
        block = nil
    }
}
