import CompressedFiles

/// Reads the lines that begin in a block of a plain file.
///
/// A line belongs to the block in which it begins, and is read to its end in the blocks behind. So any cursor can take
/// any block, and each line is read once.
package struct BlockReader {
    let buffer: LineBuffer
    let longestLine: Int

    /// What is read at first of a line that goes on behind its block.
    private static let step = 1 << 12

    /// - Parameter longestLine: in bytes, the line feed not counted.
    package init(buffer: LineBuffer, longestLine: Int) {
        self.buffer = buffer
        self.longestLine = longestLine
    }

    /// - Returns: `nil` where no line begins in the block.
    package func read(_ block: Range<Int64>, of file: InputFile) throws(InputFileError) -> LineRegion? {
        // The byte before tells whether a line begins at the block's very first byte.
        let first = max(0, block.lowerBound - 1)
        let count = Int(block.upperBound - first)
        buffer.resize(to: count + Self.step)
        try fill(0..<count, from: file, at: first)
        var begin = 0
        if block.lowerBound > 0 {
            guard let feed = buffer.lineFeed(in: 0..<count), feed + 1 < count else { return nil }
            begin = feed + 1
        }
        let position = first + Int64(begin)
        if buffer.bytes[count - 1] == 10 { return LineRegion(bytes: begin..<count, position: position) }
        let lastLine = (buffer.lastLineFeed(in: begin..<count) ?? begin - 1) + 1
        guard let end = try readEnd(lastLine, count, of: file, first) else {
            return LineRegion(bytes: begin..<lastLine, position: position, longLine: first + Int64(lastLine))
        }
        return LineRegion(bytes: begin..<end, position: position)
    }

    /// Reads a line to its end.
    ///
    /// - Parameters:
    ///   - line: where it begins in the buffer.
    ///   - count: how much the buffer holds.
    ///   - base: where in the file the buffer begins.
    /// - Returns: the buffer's place behind the line; `nil` where it is too long to be held.
    private func readEnd(_ line: Int, _ count: Int, of file: InputFile, _ base: Int64) throws(InputFileError) -> Int? {
        let size = file.size ?? 0
        var filled = count
        var step = Self.step
        while true {
            // A line of the longest length may be followed by a line feed.
            guard filled - line <= longestLine else { return nil }
            let next = Int(min(Int64(step), size - base - Int64(filled)))
            if next <= 0 { return filled }
            buffer.grow(to: filled + next, keeping: filled)
            let read = try file.read(into: buffer[filled..<filled + next], at: base + Int64(filled))
            if let feed = buffer.lineFeed(in: filled..<filled + read) { return feed + 1 }
            filled += read
            if read < next { throw becameShorter(file, at: base + Int64(filled)) }
            step = min(step * 4, max(Self.step, longestLine + 1 - (filled - line)))
        }
    }

    private func fill(_ range: Range<Int>, from file: InputFile, at offset: Int64) throws(InputFileError) {
        let count = try file.read(into: buffer[range], at: offset)
        if count < range.count { throw becameShorter(file, at: offset + Int64(count)) }
    }

    private func becameShorter(_ file: InputFile, at position: Int64) -> InputFileError {
        InputFileError(path: file.path, reason: .becameShorter, position: position)
    }
}
