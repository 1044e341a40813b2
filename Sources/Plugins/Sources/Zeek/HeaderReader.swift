import CompressedFiles
import LineFiles
import ZeekScanner

/// Learns the header lines that stand before what it reads.
protocol HeaderTaking: AnyObject {
    func takeHeader(_ lines: [UInt8])
}

/// Finds header lines, and brings a scanner up to what stands before a block.
///
/// Belongs to one cursor.
struct HeaderReader {
    private let files: SharedFiles
    private let longestLine: Int
    /// The file whose header lines the cursor's scanner knows, up to this part.
    private var file: InputFile?
    private var known = 0
    /// For blocks that another cursor has taken and not yet entered.
    private let spare = LineBuffer(capacity: 0)

    init(_ files: SharedFiles, longestLine: Int) {
        self.files = files
        self.longestLine = longestLine
    }

    /// Tells a scanner of the header lines before a part of a file that it does not know yet.
    ///
    /// The parts are given in the order of the file. The scanner reads the part's own header lines itself.
    ///
    /// - Parameters:
    ///   - part: the number of a block, or of a share of a stream.
    ///   - lines: the lines that begin in it.
    mutating func prepare(
        _ scanner: some HeaderTaking, for part: Int, of file: InputFile, lines: UnsafeRawBufferPointer
    ) throws(InputFileError) {
        if self.file !== file { (self.file, known) = (file, 0) }
        let ledger = files.ledger(of: file)
        ledger.enter(Self.headerLines(lines), of: part)
        while known < part {
            let (lines, missing) = ledger.lines(of: known..<part)
            scanner.takeHeader(lines)
            known = missing ?? part
            guard let missing else { break }
            // Whoever took the block is about to enter it; looking oneself is quicker than waiting for a thread. Of a
            // stream none is missing: they are entered in order.
            ledger.enter(try look(at: missing, of: file), of: missing)
        }
        known = part + 1
    }

    private func look(at block: Int, of file: InputFile) throws(InputFileError) -> [UInt8] {
        let reader = BlockReader(buffer: spare, longestLine: longestLine)
        guard let region = try reader.read(files.work.block(block, of: file).bytes, of: file) else { return [] }
        return Self.headerLines(UnsafeRawBufferPointer(spare[region.bytes]))
    }

    /// How much of a file's content is looked at for its header, in bytes.
    private static let beginSize = 1 << 16

    /// The header lines at the beginning of a file that stand before a place.
    static func headerLines(atBeginOf file: InputFile, before position: Int64) -> [UInt8] {
        let size = min(beginSize, Int(clamping: position))
        guard size > 0 else { return [] }
        let buffer = LineBuffer(capacity: size)
        // A file that cannot be read says so elsewhere.
        let read = try? { () throws(InputFileError) in
            if file.isAsStored { return try file.read(into: buffer[0..<size], at: 0) }
            return try ContentReader(file).read(into: buffer[0..<size])
        }()
        let end = read.flatMap { buffer.lastLineFeed(in: 0..<$0) }.map { $0 + 1 } ?? 0
        return headerLines(UnsafeRawBufferPointer(buffer[0..<end]))
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
