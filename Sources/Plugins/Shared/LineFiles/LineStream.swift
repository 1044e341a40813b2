import CompressedFiles

/// Reads the lines of content that can only be read from its beginning to its end.
package final class LineStream {
    private let content: ContentReader
    private let file: InputFile
    private let buffer: LineBuffer
    private let longestLine: Int
    private let usualSize: Int

    /// What of the buffer is read and not handed out: the begin of a line.
    private var rest = 0..<0
    /// Where in the content the rest begins.
    private var position: Int64 = 0
    /// The rest of a line that is too long is being passed over.
    private var isInLongLine = false
    private var failure: InputFileError?
    private var hasEnded = false

    package init(_ file: InputFile, _ buffer: LineBuffer, usualSize: Int, longestLine: Int) {
        self.file = file
        content = ContentReader(file)
        self.buffer = buffer
        self.usualSize = usualSize
        self.longestLine = longestLine
        buffer.resize(to: usualSize)
    }

    /// Bytes as stored that were read so far.
    package var storedPosition: Int64 { content.position }

    /// The next lines; what could be read comes before an error.
    ///
    /// - Returns: `nil` at the end.
    package func next() throws(InputFileError) -> LineRegion? {
        while true {
            if isInLongLine { passLongLine() }
            if !isInLongLine {
                if let feed = buffer.lastLineFeed(in: rest) { return handOut(feed + 1) }
                if rest.count > longestLine {
                    isInLongLine = true
                    return LineRegion(bytes: 0..<0, position: position, longLine: position)
                }
                if hasEnded, !rest.isEmpty { return handOut(rest.upperBound) }
            }
            if hasEnded {
                if let failure { throw failure }
                return nil
            }
            moveRestToFront()
            if fill() == 0 { hasEnded = true }
        }
    }

    private func handOut(_ end: Int) -> LineRegion {
        let region = LineRegion(bytes: rest.lowerBound..<end, position: position)
        position += Int64(region.bytes.count)
        rest = end..<rest.upperBound
        return region
    }

    private func moveRestToFront() {
        guard rest.lowerBound > 0 else { return }
        let count = rest.count
        buffer.bytes.copyMemory(from: UnsafeRawBufferPointer(buffer[rest]))
        rest = 0..<count
    }

    /// Reads behind the rest, making room for a line that fills the buffer.
    ///
    /// - Returns: how many bytes were read; 0 at the end and at an error, which comes last.
    private func fill() -> Int {
        if rest.count == buffer.capacity {
            buffer.grow(to: min(buffer.capacity * 2, max(longestLine + 1, usualSize)), keeping: rest.count)
        }
        do throws(InputFileError) {
            let count = try content.read(into: buffer[rest.upperBound..<buffer.capacity])
            rest = rest.lowerBound..<rest.upperBound + count
            return count
        } catch {
            failure = error
            return 0
        }
    }

    /// Forgets what the buffer holds of a line that is too long.
    private func passLongLine() {
        let end = buffer.lineFeed(in: rest).map { $0 + 1 }
        let passed = (end ?? rest.upperBound) - rest.lowerBound
        position += Int64(passed)
        rest = rest.lowerBound + passed..<rest.upperBound
        if end != nil { isInLongLine = false }
    }
}
