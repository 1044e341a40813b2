import CompressedFiles
import EVEScanner
import FlareKit

/// Reads pieces of a scan's files and yields their flows, until no piece is left.
///
/// `@unchecked`: only the engine's thread that drives the cursor touches it, which is the law of `Cursor`; what cursors
/// share is the work queue, which is guarded by itself.
final class EVECursor: Cursor, @unchecked Sendable {
    struct Settings: Sendable {
        var time = EVESourceOptions.Time.start
        /// The columns of flows that are asked for beyond the head.
        var columns: Set<ColumnName> = []
        /// In bytes, the line feed not counted.
        var longestLine = Int.max / 4
        /// How much of a compressed file or a stream is held at a time.
        var streamSize = 4 << 20
    }

    private let work: WorkQueue
    private let settings: Settings
    private let buffer = LineBuffer(capacity: 0)
    private var scanner: LineScanner
    private var stream: LineStream?
    private var origin = ""
    /// The lines that are left to scan.
    private var region = LineRegion(bytes: 0..<0, position: 0)
    /// The book of the files before the present one.
    private var closed = Account()
    /// Bytes as stored that were read of the present file.
    private var bytes: Int64 = 0

    init(_ work: WorkQueue, _ settings: Settings) {
        self.work = work
        self.settings = settings
        scanner = LineScanner(settings)
    }

    var account: Account {
        var account = closed
        account.merge(scanner.account(of: origin))
        account.bytes += bytes
        return account
    }

    func next(into batch: inout RecordBatch) throws -> Bool {
        while region.bytes.isEmpty {
            do throws(InputFileError) {
                guard try takeRegion() else { return false }
            } catch {
                throw PluginError(error)
            }
        }
        batch.origin = origin
        if let place = batch.index(of: .flow) {
            scan(into: &batch.tables[place])
        } else {
            // Nobody asked for flows: the lines are counted all the same.
            var unwanted = RecordTable(kind: .flow, columns: [], capacity: 1024)
            scan(into: &unwanted)
        }
        return true
    }

    /// Scans until the table is full or the region is read.
    private func scan(into table: inout RecordTable) {
        let lines = UnsafeRawBufferPointer(buffer[region.bytes])
        let consumed = scanner.read(lines, at: region.position, into: &table)
        region.bytes = region.bytes.lowerBound + consumed..<region.bytes.upperBound
        region.position += Int64(consumed)
    }

    /// Takes the next lines of the present piece, or the next piece.
    ///
    /// - Returns: `false` when there is no piece any more.
    private func takeRegion() throws(InputFileError) -> Bool {
        if let stream {
            let before = stream.storedPosition
            defer { bytes += stream.storedPosition - before }
            if let next = try stream.next() {
                take(next)
            } else {
                self.stream = nil
            }
            return true
        }
        switch work.next() {
        case nil:
            return false
        case .whole(let file):
            begin(file)
            stream = LineStream(file, buffer, usualSize: settings.streamSize, longestLine: settings.longestLine)
        case .block(let file, let block):
            if file.path != origin { begin(file) }
            bytes += Int64(block.count)
            if let next = try BlockReader(buffer: buffer, longestLine: settings.longestLine).read(block, of: file) {
                take(next)
            }
        }
        return true
    }

    private func take(_ next: LineRegion) {
        region = next
        if let line = next.longLine { scanner.rejectLongLine(at: line) }
    }

    /// Closes the book of the file before: positions mean nothing without the file's name.
    private func begin(_ file: InputFile) {
        closed = account
        bytes = 0
        origin = file.path
        scanner = LineScanner(settings)
    }
}
