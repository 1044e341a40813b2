import CompressedFiles
import ContextReading
import FlareKit
import LineFiles

/// Reads pieces of a scan's files and yields their records, until no piece is left.
///
/// `@unchecked`: only the engine's thread that drives the cursor touches it, which is the law of `Cursor`; what cursors
/// share is guarded by itself.
final class ZeekCursor: Cursor, @unchecked Sendable {
    struct Settings: Sendable {
        var kinds: [RecordKind: Set<ColumnName>] = [:]
        /// Whether a record may stand in two files: then ids are read too, where batches have room for them.
        var mayRepeat = false
        /// In bytes, the line feed not counted.
        var longestLine = Int.max / 4
        /// How much of a compressed file or a stream is held at a time.
        var streamSize = 1 << 20
    }

    /// So much content is scanned in one call, if the batch has room: often enough for a progress bar.
    private static let bytesAtOnce = 4 << 20

    private static let unfinishedRemark =
        "records of open_conn and conn_long passed over: while files are followed, a connection counts once it is over and in conn"

    private let files: SharedFiles
    private let settings: Settings
    private let lines: LineReader
    private var headers: HeaderReader
    private var plan: LogPlan?
    /// For the file at hand; `nil` before its first lines.
    private var scanner: LogScanner?
    private var origin = ""
    /// The lines that are left to scan.
    private var region = LineRegion.empty
    /// The counts of the files before the present one.
    private var closed = IngestCounts()
    private var failure: PluginError?
    /// Where lines go that will be asked for again; `nil` where they can be read again.
    private let kept: KeptLines?
    private var losses: LossLogs
    let mayRepeat: Bool

    /// - Parameter losses: what logs say that are not among the files.
    init(_ files: SharedFiles, _ settings: Settings, kept: KeptLines? = nil, losses: LossLogs = LossLogs()) {
        self.kept = kept
        self.losses = losses
        self.files = files
        self.settings = settings
        mayRepeat = settings.mayRepeat
        lines = LineReader(files.work, longestLine: settings.longestLine, streamSize: settings.streamSize)
        headers = HeaderReader(files, longestLine: settings.longestLine)
    }

    /// Follows files as they grow.
    init(following live: LiveFiles, _ files: SharedFiles, _ settings: Settings, kept: KeptLines? = nil) {
        self.kept = kept
        losses = LossLogs()
        self.files = files
        self.settings = settings
        mayRepeat = settings.mayRepeat
        lines = LineReader(following: live, longestLine: settings.longestLine)
        headers = HeaderReader(files, longestLine: settings.longestLine)
    }

    func checkpoint() -> Checkpoint { lines.checkpoint(unread: region) }

    func newestKept(before limit: Timestamp) -> Timestamp? { kept?.newest(before: limit) }

    var ingest: IngestCounts {
        var ingest = closed
        ingest.merge(lines.notes)
        if let scanner { ingest.merge(scanner.ingest(of: origin)) }
        ingest.bytes += lines.bytes
        ingest.sensor = losses.record
        if lines.isLive {
            for log in FlowLogs.unfinished {
                guard let passedOver = ingest.skipped["log " + log] else { continue }
                ingest.noted[Self.unfinishedRemark, default: IngestCounts.Tally()].merge(passedOver)
            }
        }
        return ingest
    }

    func next(into batch: inout RecordBatch) throws -> Bool {
        if let failure { throw failure }
        var rest = Self.bytesAtOnce
        while rest > 0 {
            do throws(InputFileError) {
                while region.bytes.isEmpty {
                    guard try takeRegion(batch) else { return lines.isLive || rest < Self.bytesAtOnce }
                }
            } catch {
                failure = PluginError(error)
                // What was read before comes first.
                if rest < Self.bytesAtOnce { return true }
                throw PluginError(error)
            }
            // A batch is of one file; the region waits for the next call.
            if rest < Self.bytesAtOnce, batch.origin != origin { return true }
            batch.origin = origin
            batch.content = lines.content
            let bytes = UnsafeRawBufferPointer(lines.buffer[region.bytes])
            let consumed = scanner?.read(bytes, at: region.position, into: &batch) ?? bytes.count
            if let scanner, losses.areIn(scanner) {
                losses.read(UnsafeRawBufferPointer(rebasing: bytes[..<consumed]), header: header)
            }
            if let unfinished = files.unfinished { scanner?.takeAside { unfinished.take($1, of: $0, origin) } }
            region.consume(consumed)
            rest -= consumed
            if !region.bytes.isEmpty { return true }
        }
        return true
    }

    /// Takes the next lines.
    ///
    /// - Returns: `false` when there are none any more, or none for now.
    private func takeRegion(_ batch: RecordBatch) throws(InputFileError) -> Bool {
        // The present file's bytes belong to it until the next one begins.
        let bytes = lines.bytes
        switch try lines.next(inOrder: enterHeader) {
        case .end, .idle:
            return false
        case .file:
            begin(lines.file?.path ?? "", afterBytes: bytes)
        case .lines(let next):
            region = next
            let bytes = UnsafeRawBufferPointer(lines.buffer[next.bytes])
            let scanner = scanner(for: batch, first: bytes)
            if lines.isLive { kept?.take(bytes) }
            if let line = next.longLine { scanner.rejectLongLine(at: line) }
            if let file = lines.file, !lines.isLive {
                do throws(InputFileError) {
                    try headers.prepare(scanner, for: lines.number, of: file, lines: bytes)
                } catch {
                    try lines.note(error)
                }
            }
        }
        return true
    }

    /// The header of the file at hand, where its lines at hand do not begin with it.
    private func header() -> [UInt8] {
        lines.file.map { HeaderReader.headerLines(atBeginOf: $0, before: region.position) } ?? []
    }

    /// Sees the lines of a stream in their order.
    private func enterHeader(_ lines: UnsafeRawBufferPointer, _ number: Int) {
        guard let file = self.lines.file else { return }
        _ = files.flows(seeing: lines)
        files.ledger(of: file).enter(HeaderReader.headerLines(lines), of: number)
        if file.isStream { kept?.take(lines, of: file.path) }
    }

    private func scanner(for batch: RecordBatch, first lines: UnsafeRawBufferPointer) -> LogScanner {
        if let scanner { return scanner }
        let plan =
            plan
            ?? LogPlan(
                kinds(for: batch), flows: files.flows(seeing: lines),
                aside: files.unfinished == nil ? [] : FlowLogs.unfinished)
        self.plan = plan
        let capacity = batch.tables.map(\.capacity).max() ?? 0
        let made = LogScanner(plan, longestLine: settings.longestLine, capacity: capacity)
        scanner = made
        if self.lines.isLive, let file = self.lines.file {
            // Its reading may begin in its midst, as that of a file that is taken up again.
            let header = HeaderReader.headerLines(atBeginOf: file, before: region.position)
            made.takeHeader(header)
            kept?.begin(file.path, header: header)
        }
        return made
    }

    /// What is read: what the scan asked for, and ids and source ports where they tell repeats.
    private func kinds(for batch: RecordBatch) -> [RecordKind: Set<ColumnName>] {
        var kinds = settings.kinds
        guard mayRepeat else { return kinds }
        for table in batch.tables where table.numbers[.id] != nil { kinds[table.kind]?.insert(.id) }
        for table in batch.tables where table.numbers[.sourcePort] != nil { kinds[table.kind]?.insert(.sourcePort) }
        return kinds
    }

    /// Closes the counts of the file before: positions mean nothing without the file's name.
    private func begin(_ path: String, afterBytes bytes: Int64) {
        if let scanner { closed.merge(scanner.ingest(of: origin)) }
        closed.bytes += bytes
        origin = path
        scanner = nil
        losses.begin()
    }
}
