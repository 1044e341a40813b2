import Synchronization

/// The header lines of the parts of one file, entered by whichever cursor reads a part.
///
/// How a row is read follows from all header lines before it, most of which stand at the file's beginning and a few in its
/// midst. So each cursor enters those of its part before it reads the rows, and asks for those of all parts before.
final class HeaderLedger: Sendable {
    private let lines = Mutex<[[UInt8]?]>([])

    /// Enters the header lines that begin in a part.
    func enter(_ lines: [UInt8], of part: Int) {
        self.lines.withLock { all in
            while all.count <= part { all.append(nil) }
            all[part] = lines
        }
    }

    /// The header lines of some parts.
    ///
    /// - Returns: the lines up to the first part that nobody has entered, and that part; `nil` where all are there.
    func lines(of parts: Range<Int>) -> (lines: [UInt8], missing: Int?) {
        lines.withLock { all in
            var found: [UInt8] = []
            for part in parts {
                guard part < all.count, let lines = all[part] else { return (found, part) }
                found += lines
            }
            return (found, nil)
        }
    }
}
