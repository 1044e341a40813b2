import CompressedFiles
import FlareKit

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
        /// Nothing for now, where files are followed.
        case idle
        case end
    }

    /// The file at hand; `nil` before the first one.
    package private(set) var file: InputFile?
    /// Bytes as stored that were read of it by this reader.
    package private(set) var bytes: Int64 = 0
    /// Where the last lines stand among those of the file: the number of their block, or of their share of a stream.
    package private(set) var number = 0
    package let buffer = LineBuffer(capacity: 0)

    private var ownNotes: IngestCounts
    private let work: WorkQueue
    private let live: LiveFiles?
    private let longestLine: Int
    private let streamSize: Int
    private var stream: SharedStream?
    /// A block that waits until its file was announced.
    private var waiting: WorkQueue.Block?

    /// - Parameters:
    ///   - longestLine: in bytes, the line feed not counted.
    ///   - streamSize: how much of a compressed file or a stream is held at a time, in bytes.
    package init(_ work: WorkQueue, longestLine: Int, streamSize: Int = 1 << 20) {
        self.work = work
        ownNotes = work.takeNotes()
        live = nil
        self.longestLine = longestLine
        self.streamSize = streamSize
    }

    /// Reads followed files, as their only reader.
    package init(following live: LiveFiles, longestLine: Int) {
        work = WorkQueue([])
        ownNotes = IngestCounts()
        self.live = live
        self.longestLine = longestLine
        streamSize = 1 << 20
    }

    /// What tells the file at hand from others where its name does not; empty where that does.
    package var content: String { live?.content ?? "" }

    /// Whether the files are followed as they grow.
    package var isLive: Bool { live != nil }

    /// What there is to say of the files beside what their lines say.
    package var notes: IngestCounts { live?.notes ?? ownNotes }

    /// Where a later run would go on with followed files.
    ///
    /// - Parameter unread: lines that were handed out and not read.
    package func checkpoint(unread: LineRegion) -> Checkpoint {
        live?.checkpoint(unread: unread.bytes.isEmpty ? nil : unread.position) ?? Checkpoint()
    }

    /// Takes the next lines of the present piece, or the next piece.
    ///
    /// - Parameter inOrder: sees the lines of a stream, and their number, before any reader can take the next ones.
    /// - Throws: where the system cannot read on. A file that is damaged is put down, and the others are read.
    package func next(inOrder: (UnsafeRawBufferPointer, Int) -> Void = { _, _ in }) throws(InputFileError) -> Step {
        if let live { return next(of: live) }
        do throws(InputFileError) {
            return try takeNext(inOrder: inOrder)
        } catch {
            try note(error)
            return .lines(.empty)
        }
    }

    /// Puts down that the file at hand could not be read to its end.
    ///
    /// - Throws: the error where it is the system's.
    package func note(_ error: InputFileError) throws(InputFileError) {
        if case .system = error.reason { throw error }
        if work.isFirstFailure(of: file) { ownNotes.note(error) }
    }

    private func takeNext(inOrder: (UnsafeRawBufferPointer, Int) -> Void) throws(InputFileError) -> Step {
        if let stream {
            let share = stream.next(into: buffer, size: streamSize, longestLine: longestLine, inOrder: inOrder)
            bytes += share.bytes
            number = share.number
            for file in share.leftOut { ownNotes.note(file) }
            if let failure = share.failure { throw failure }
            if share.lines == nil { self.stream = nil }
            return .lines(share.lines ?? .empty)
        }
        if let block = waiting {
            waiting = nil
            return .lines(try read(block))
        }
        switch work.next() {
        case nil:
            return .end
        case .stream(let next):
            stream = next
            begin(next.file)
            return .file
        case .block(let next):
            if next.file === file { return .lines(try read(next)) }
            begin(next.file)
            waiting = next
            return .file
        }
    }

    private func next(of live: LiveFiles) -> Step {
        switch live.next(into: buffer) {
        case .lines(let lines):
            bytes += Int64(lines.bytes.count)
            return .lines(lines)
        case .file:
            if let file = live.file { begin(file) }
            return .file
        case .idle:
            return .idle
        }
    }

    private func read(_ block: WorkQueue.Block) throws(InputFileError) -> LineRegion {
        number = block.number
        bytes += Int64(block.bytes.count)
        let reader = BlockReader(buffer: buffer, longestLine: longestLine)
        return try reader.read(block.bytes, of: block.file) ?? .empty
    }

    private func begin(_ next: InputFile) {
        file = next
        bytes = 0
    }
}
