import CompressedFiles

/// Reads the lines of content that can only be read from its beginning to its end.
final class LineStream {
    private let content: ContentReader
    private let longestLine: Int
    private let usualSize: Int

    /// What was read and not handed out: the begin of a line.
    private var carried: [UInt8] = []
    /// Where in the content what was carried begins.
    private var position: Int64 = 0
    /// The rest of a line that is too long is being passed over.
    private var isInLongLine = false
    private var failure: InputFileError?
    private var hasEnded = false

    /// - Parameter keepsLength: whether records are as long as what they stood in.
    init(_ file: InputFile, usualSize: Int, longestLine: Int, keepsLength: Bool = false) {
        content = ContentReader(file, keepsLength: keepsLength)
        self.usualSize = max(1, usualSize)
        self.longestLine = longestLine
    }

    /// Files of an archive that were left out so far.
    var leftOut: [InputFileError] { content.leftOut }

    /// Bytes as stored that were read so far.
    var storedPosition: Int64 { content.position }

    /// The next lines; what could be read comes before an error.
    ///
    /// - Parameter buffer: holds the lines afterwards; its content is lost.
    /// - Returns: `nil` at the end.
    func next(into buffer: LineBuffer) throws(InputFileError) -> LineRegion? {
        buffer.resize(to: max(usualSize, carried.count))
        var rest = 0..<carried.count
        buffer[rest].copyBytes(from: carried)
        defer { carried = Array(buffer[rest]) }
        while true {
            if isInLongLine { passLongLine(buffer, &rest) }
            if !isInLongLine {
                if let feed = buffer.lastLineFeed(in: rest) { return handOut(feed + 1, &rest) }
                if rest.count > longestLine {
                    isInLongLine = true
                    return LineRegion(bytes: 0..<0, position: position, longLine: position)
                }
                if hasEnded, !rest.isEmpty { return handOut(rest.upperBound, &rest) }
            }
            if hasEnded {
                if let failure { throw failure }
                return nil
            }
            moveToFront(buffer, &rest)
            if fill(buffer, &rest) == 0 { hasEnded = true }
        }
    }

    private func handOut(_ end: Int, _ rest: inout Range<Int>) -> LineRegion {
        let region = LineRegion(bytes: rest.lowerBound..<end, position: position)
        position += Int64(region.bytes.count)
        rest = end..<rest.upperBound
        return region
    }

    private func moveToFront(_ buffer: LineBuffer, _ rest: inout Range<Int>) {
        guard rest.lowerBound > 0 else { return }
        buffer.bytes.copyMemory(from: UnsafeRawBufferPointer(buffer[rest]))
        rest = 0..<rest.count
    }

    /// Reads behind the rest, making room for a line that fills the buffer.
    ///
    /// - Returns: how many bytes were read; 0 at the end and at an error, which comes last.
    private func fill(_ buffer: LineBuffer, _ rest: inout Range<Int>) -> Int {
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
    private func passLongLine(_ buffer: LineBuffer, _ rest: inout Range<Int>) {
        let end = buffer.lineFeed(in: rest).map { $0 + 1 }
        let passed = (end ?? rest.upperBound) - rest.lowerBound
        position += Int64(passed)
        rest = rest.lowerBound + passed..<rest.upperBound
        if end != nil { isInLongLine = false }
    }
}
