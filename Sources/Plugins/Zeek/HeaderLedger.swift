import Synchronization

/// The header lines of the blocks of one plain file, entered by whichever cursor reads a block.
///
/// How a row is read follows from all header lines before it, most of which stand at the file's beginning and a few in its
/// midst. So each cursor enters those of its block before it reads the rows, and asks for those of all blocks before.
final class HeaderLedger: Sendable {
    private let lines: Mutex<[[UInt8]?]>

    /// - Parameter blocks: how many blocks the file has.
    init(blocks: Int) { lines = Mutex(Array(repeating: nil, count: blocks)) }

    /// Enters the header lines that begin in a block.
    func enter(_ lines: [UInt8], of block: Int) { self.lines.withLock { $0[block] = lines } }

    /// The header lines of some blocks.
    ///
    /// - Returns: the lines up to the first block that nobody has entered, and that block; `nil` where all are there.
    func lines(of blocks: Range<Int>) -> (lines: [UInt8], missing: Int?) {
        lines.withLock { all in
            var found: [UInt8] = []
            for block in blocks {
                guard let lines = all[block] else { return (found, block) }
                found += lines
            }
            return (found, nil)
        }
    }
}
