import CompressedFiles
import Synchronization

/// Content that can only be read from its beginning to its end, by several readers in turn: while one decodes the next
/// lines, the others scan theirs.
///
/// `@unchecked`: what changes is touched inside the lock alone.
package final class SharedStream: @unchecked Sendable {
    /// What one reader took.
    struct Share {
        /// How many shares were taken before.
        var number: Int
        /// `nil` at the end, and where reading failed.
        var lines: LineRegion?
        /// Bytes as stored that were read for it.
        var bytes: Int64
        var failure: InputFileError?
        /// Files of an archive that were left out meanwhile.
        var leftOut: ArraySlice<InputFileError> = []
    }

    package let file: InputFile
    private let lock = Mutex(())
    private let ended = Atomic(false)
    private var stream: LineStream?
    private var taken = 0

    init(_ file: InputFile) { self.file = file }

    /// Whether there is nothing more to take.
    var hasEnded: Bool { ended.load(ordering: .acquiring) }

    /// Takes the next lines, waiting for readers that are at it.
    ///
    /// - Parameters:
    ///   - buffer: holds the lines afterwards.
    ///   - size: how much is held at a time, in bytes; the same for all readers, as is `longestLine`.
    ///   - inOrder: sees the lines before anybody can take the next ones.
    func next(
        into buffer: LineBuffer, size: Int, longestLine: Int, inOrder: (UnsafeRawBufferPointer, Int) -> Void
    ) -> Share {
        lock.withLock { _ in
            var share = Share(number: taken, bytes: 0)
            if hasEnded { return share }
            let stream = stream ?? LineStream(file, usualSize: size, longestLine: longestLine)
            self.stream = stream
            let (before, known) = (stream.storedPosition, stream.leftOut.count)
            do throws(InputFileError) {
                share.lines = try stream.next(into: buffer)
            } catch {
                share.failure = error
            }
            share.bytes = stream.storedPosition - before
            share.leftOut = stream.leftOut.dropFirst(known)
            if let lines = share.lines {
                taken += 1
                inOrder(UnsafeRawBufferPointer(buffer[lines.bytes]), share.number)
            } else {
                ended.store(true, ordering: .releasing)
                self.stream = nil
            }
            return share
        }
    }
}
