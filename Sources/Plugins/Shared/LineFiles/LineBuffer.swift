#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Memory for lines, with the bytes past its end that scanners may read.
package final class LineBuffer {
    /// How many bytes past the capacity can be read; their content does not matter.
    package static let padding = 64

    package private(set) var bytes: UnsafeMutableRawBufferPointer

    package init(capacity: Int) { bytes = Self.allocate(capacity) }

    deinit { bytes.deallocate() }

    /// How many bytes it holds, the padding not counted.
    package var capacity: Int { bytes.count - Self.padding }

    /// Makes room, keeping the first bytes.
    package func grow(to capacity: Int, keeping count: Int) {
        guard capacity > self.capacity else { return }
        replace(capacity, keeping: count)
    }

    /// Brings the capacity to what is usual, where a long line has left it much larger or it is smaller. The content
    /// is lost.
    package func resize(to capacity: Int) {
        guard self.capacity < capacity || self.capacity > 2 * capacity else { return }
        replace(capacity, keeping: 0)
    }

    /// A part of the memory to be written.
    ///
    /// - Precondition: the range lies within the capacity.
    package subscript(range: Range<Int>) -> UnsafeMutableRawBufferPointer {
        precondition(range.upperBound <= capacity)
        return UnsafeMutableRawBufferPointer(rebasing: bytes[range])
    }

    /// Where a line feed stands in a range.
    package func lineFeed(in range: Range<Int>) -> Int? {
        guard !range.isEmpty, let start = self[range].baseAddress,
            let found = memchr(start, Self.lineFeed, range.count)
        else { return nil }
        return range.lowerBound + (UnsafeRawPointer(found) - UnsafeRawPointer(start))
    }

    /// Whether a word stands in a range.
    package func holds(_ word: String, in range: Range<Int>) -> Bool {
        let word = Array(word.utf8)
        guard let first = word.first else { return true }
        var rest = range
        while rest.count >= word.count {
            guard let start = self[rest].baseAddress, let found = memchr(start, Int32(first), rest.count) else {
                return false
            }
            rest = rest.lowerBound + (UnsafeRawPointer(found) - UnsafeRawPointer(start))..<rest.upperBound
            if self[rest].starts(with: word) { return true }
            rest = rest.lowerBound + 1..<rest.upperBound
        }
        return false
    }

    /// How many line feeds stand in a range.
    package func lineFeeds(in range: Range<Int>) -> Int {
        var count = 0
        var rest = range
        while let feed = lineFeed(in: rest) {
            count += 1
            rest = feed + 1..<range.upperBound
        }
        return count
    }

    /// Whether both hold the same bytes in a range.
    package func isEqual(to other: LineBuffer, in range: Range<Int>) -> Bool {
        guard !range.isEmpty, let mine = self[range].baseAddress, let its = other[range].baseAddress else {
            return true
        }
        return memcmp(mine, its, range.count) == 0
    }

    /// Where the last line feed stands in a range.
    package func lastLineFeed(in range: Range<Int>) -> Int? {
        self[range].lastIndex(of: UInt8(Self.lineFeed)).map { range.lowerBound + $0 }
    }

    private static let lineFeed: Int32 = 10

    private func replace(_ capacity: Int, keeping count: Int) {
        let larger = Self.allocate(capacity)
        larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
        bytes.deallocate()
        bytes = larger
    }

    private static func allocate(_ capacity: Int) -> UnsafeMutableRawBufferPointer {
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity + padding, alignment: 64)
        // The padding's content does not matter, but it has to be some.
        UnsafeMutableRawBufferPointer(rebasing: bytes[capacity...]).initializeMemory(as: UInt8.self, repeating: 0)
        return bytes
    }
}
