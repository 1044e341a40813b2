import CompressedFiles
import LineFiles

/// What the cursors of one scan share: the work, and for each plain file its ledger of header lines.
final class SharedFiles: Sendable {
    let work: WorkQueue
    let blockSize: Int64
    private let ledgers: [String: HeaderLedger]

    init(_ files: [InputFile], blockSize: Int64 = WorkQueue.usualBlockSize) {
        work = WorkQueue(files, blockSize: blockSize)
        self.blockSize = max(1, blockSize)
        var ledgers: [String: HeaderLedger] = [:]
        for file in files {
            guard file.format == .plain, let size = file.size else { continue }
            ledgers[file.path] = HeaderLedger(blocks: Int((size + self.blockSize - 1) / self.blockSize))
        }
        self.ledgers = ledgers
    }

    /// The ledger of a file; `nil` for one that is read as a stream by one cursor.
    func ledger(of file: InputFile) -> HeaderLedger? { ledgers[file.path] }

    /// The bytes of a block; cut at the file's end as the work is.
    func range(ofBlock block: Int, in file: InputFile) -> Range<Int64> {
        let begin = Int64(block) * blockSize
        return begin..<min(begin + blockSize, file.size ?? begin)
    }
}
