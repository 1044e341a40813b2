/// Some whole lines in a buffer, and where they stand in their input.
package struct LineRegion: Sendable {
    /// Bytes of the buffer; empty where there is nothing but a line that is too long.
    package var bytes: Range<Int>
    /// Where they begin in the input's content, in bytes.
    package var position: Int64
    /// Where a line begins that follows the region and is too long to be held; it is not in the region.
    package var longLine: Int64?

    package init(bytes: Range<Int>, position: Int64, longLine: Int64? = nil) {
        self.bytes = bytes
        self.position = position
        self.longLine = longLine
    }

    /// Nothing.
    package static let empty = LineRegion(bytes: 0..<0, position: 0)

    /// Takes bytes away that were read.
    package mutating func consume(_ count: Int) {
        bytes = bytes.lowerBound + count..<bytes.upperBound
        position += Int64(count)
    }
}
