import CompressedFiles
import LineFiles
import ZeekScanner

/// Finds header lines, and brings a scanner up to what stands before a block.
///
/// Belongs to one cursor.
struct HeaderReader {
    private let files: SharedFiles
    private let longestLine: Int
    /// The file whose header lines the cursor's scanner knows, up to this block.
    private var file: InputFile?
    private var known = 0
    /// For blocks that another cursor has taken and not yet entered.
    private let spare = LineBuffer(capacity: 0)

    init(_ files: SharedFiles, longestLine: Int) {
        self.files = files
        self.longestLine = longestLine
    }

    /// Enters a block's header lines and tells the scanner those of the blocks before that it does not know yet.
    ///
    /// The blocks are given in the order of the file. The scanner reads the block's own header lines itself.
    ///
    /// - Parameters:
    ///   - block: its bytes in the file.
    ///   - lines: the lines that begin in it.
    mutating func prepare(
        _ scanner: LogScanner, for block: Range<Int64>, of file: InputFile, lines: UnsafeRawBufferPointer
    ) throws(InputFileError) {
        guard let ledger = files.ledger(of: file) else { return }
        if self.file !== file { (self.file, known) = (file, 0) }
        let number = Int(block.lowerBound / files.blockSize)
        ledger.enter(Self.headerLines(lines), of: number)
        while known < number {
            let (lines, missing) = ledger.lines(of: known..<number)
            scanner.takeHeader(lines)
            known = missing ?? number
            guard let missing else { break }
            // Whoever took the block is about to enter it; looking oneself is quicker than waiting for a thread.
            ledger.enter(try look(at: missing, of: file), of: missing)
        }
        known = number + 1
    }

    private func look(at block: Int, of file: InputFile) throws(InputFileError) -> [UInt8] {
        let reader = BlockReader(buffer: spare, longestLine: longestLine)
        guard let region = try reader.read(files.range(ofBlock: block, in: file), of: file) else { return [] }
        return Self.headerLines(UnsafeRawBufferPointer(spare[region.bytes]))
    }

    /// The header lines among some lines.
    ///
    /// - Parameter lines: with the scanner's padding behind them.
    static func headerLines(_ lines: UnsafeRawBufferPointer) -> [UInt8] {
        guard let start = lines.baseAddress else { return [] }
        let text = start.assumingMemoryBound(to: CChar.self)
        var found: [UInt8] = []
        var place = ZeekNextHeaderLine(text, lines.count, 0)
        while place < lines.count {
            let end = lines[place...].firstIndex(of: 10).map { $0 + 1 } ?? lines.count
            found += lines[place..<end]
            if end == lines.count, found.last != 10 { found.append(10) }
            place = ZeekNextHeaderLine(text, lines.count, end)
        }
        return found
    }
}
