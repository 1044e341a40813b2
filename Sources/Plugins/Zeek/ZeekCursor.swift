import CompressedFiles
import FlareKit
import LineFiles

/// Reads pieces of a scan's files and yields their records, until no piece is left.
///
/// `@unchecked`: only the engine's thread that drives the cursor touches it, which is the law of `Cursor`; what cursors
/// share is guarded by itself.
final class ZeekCursor: Cursor, @unchecked Sendable {
    struct Settings: Sendable {
        var kinds: [RecordKind: Set<ColumnName>] = [:]
        /// The logs whose records are flows; `nil` if the first lines are to tell.
        var flows: [String]?
        /// In bytes, the line feed not counted.
        var longestLine = Int.max / 4
        /// How much of a compressed file or a stream is held at a time.
        var streamSize = 4 << 20
    }

    private let settings: Settings
    private let lines: LineReader
    private var headers: HeaderReader
    private var plan: LogPlan?
    /// For the file at hand; `nil` before its first lines.
    private var scanner: LogScanner?
    private var origin = ""
    /// The lines that are left to scan.
    private var region = LineRegion.empty
    /// The book of the files before the present one.
    private var closed = Account()

    init(_ files: SharedFiles, _ settings: Settings) {
        self.settings = settings
        lines = LineReader(files.work, longestLine: settings.longestLine, streamSize: settings.streamSize)
        headers = HeaderReader(files, longestLine: settings.longestLine)
        plan = settings.flows.map { LogPlan(settings.kinds, flows: $0) }
    }

    var account: Account {
        var account = closed
        if let scanner { account.merge(scanner.account(of: origin)) }
        account.bytes += lines.bytes
        return account
    }

    func next(into batch: inout RecordBatch) throws -> Bool {
        while region.bytes.isEmpty {
            do throws(InputFileError) {
                guard try takeRegion(batch) else { return false }
            } catch {
                throw PluginError(error)
            }
        }
        batch.origin = origin
        let bytes = UnsafeRawBufferPointer(lines.buffer[region.bytes])
        region.consume(scanner?.read(bytes, at: region.position, into: &batch) ?? bytes.count)
        return true
    }

    /// Takes the next lines.
    ///
    /// - Returns: `false` when there are none any more.
    private func takeRegion(_ batch: RecordBatch) throws(InputFileError) -> Bool {
        // The present file's bytes belong to it until the next one begins.
        let bytes = lines.bytes
        switch try lines.next() {
        case .end:
            return false
        case .file:
            begin(lines.file?.path ?? "", afterBytes: bytes)
        case .lines(let next):
            region = next
            let bytes = UnsafeRawBufferPointer(lines.buffer[next.bytes])
            let scanner = scanner(for: batch, first: bytes)
            if let line = next.longLine { scanner.rejectLongLine(at: line) }
            if let file = lines.file, let block = lines.block {
                try headers.prepare(scanner, for: block, of: file, lines: bytes)
            }
        }
        return true
    }

    private func scanner(for batch: RecordBatch, first lines: UnsafeRawBufferPointer) -> LogScanner {
        if let scanner { return scanner }
        let plan = plan ?? LogPlan(settings.kinds, flows: FlowLogs.choose(seeing: FlowLogs.logs(in: lines)))
        self.plan = plan
        let capacity = batch.tables.map(\.capacity).max() ?? 0
        let made = LogScanner(plan, longestLine: settings.longestLine, capacity: capacity)
        scanner = made
        return made
    }

    /// Closes the book of the file before: positions mean nothing without the file's name.
    private func begin(_ path: String, afterBytes bytes: Int64) {
        if let scanner { closed.merge(scanner.account(of: origin)) }
        closed.bytes += bytes
        origin = path
        scanner = nil
    }
}
