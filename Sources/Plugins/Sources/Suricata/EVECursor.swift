import CompressedFiles
import ContextReading
import EVEScanner
import FlareKit
import LineFiles

/// Reads pieces of a scan's files and yields their flows, until no piece is left.
///
/// `@unchecked`: only the engine's thread that drives the cursor touches it, which is the law of `Cursor`; what cursors
/// share is the work queue, which is guarded by itself.
final class EVECursor: Cursor, @unchecked Sendable {
    struct Settings: Sendable {
        var time = EVESourceOptions.Time.start
        /// The columns of flows that are asked for beyond the head.
        var columns: Set<ColumnName> = []
        /// Whether names of `tls` and `http` records are asked for.
        var wantsNames = false
        /// What is read of lookups and of handshakes that name no host; `nil` where nobody asks for lookups.
        var left: Interest?
        /// Whether flows are.
        var wantsFlows = true
        /// What is asked for of lookups; `nil` for nothing.
        var lookups: Interest?
        /// Whether a flow may stand in two files: then its id is read too.
        var mayRepeat = false
        /// In bytes, the line feed not counted.
        var longestLine = Int.max / 4
        /// How much of a compressed file or a stream is held at a time.
        var streamSize = 1 << 20
    }

    /// So much content is scanned in one call, if the batch has room: often enough for a progress bar.
    private static let bytesAtOnce = 4 << 20

    private let settings: Settings
    private let lines: LineReader
    private var scanner: LineScanner
    private var origin = ""
    /// The lines that are left to scan.
    private var region = LineRegion.empty
    /// The counts of the files before the present one.
    private var closed = IngestCounts()
    private var failure: PluginError?
    /// Whether a batch had no room for all records.
    private var isFull = false
    /// Reads the lookups among the lines; `nil` where nobody asked for them.
    private let lookups: LineRecords?
    /// Where lines go that will be asked for again; `nil` where they can be read again.
    private let kept: KeptLines?
    /// What the sensor says of its own losses.
    private var sensor = SensorRecord()
    let mayRepeat: Bool

    init(_ work: WorkQueue, _ settings: Settings, kept: KeptLines? = nil) {
        self.settings = settings
        self.kept = kept
        lookups = settings.lookups.map { LineRecords($0) }
        mayRepeat = settings.mayRepeat
        lines = LineReader(work, longestLine: settings.longestLine, streamSize: settings.streamSize)
        scanner = LineScanner(settings)
    }

    /// Follows files as they grow.
    init(following live: LiveFiles, _ settings: Settings, kept: KeptLines? = nil) {
        self.settings = settings
        self.kept = kept
        lookups = settings.lookups.map { LineRecords($0) }
        mayRepeat = settings.mayRepeat
        lines = LineReader(following: live, longestLine: settings.longestLine)
        scanner = LineScanner(settings)
    }

    func checkpoint() -> Checkpoint { lines.checkpoint(unread: region) }

    func newestKept(before limit: Timestamp) -> Timestamp? { kept?.newest(before: limit) }

    var ingest: IngestCounts {
        var ingest = closed
        ingest.merge(lines.notes)
        ingest.merge(scanner.ingest(of: origin))
        ingest.bytes += lines.bytes
        settle(&ingest)
        ingest.sensor = sensor
        return ingest
    }

    /// Lookups that were read are no longer skipped; flows that nobody asked for are.
    private func settle(_ ingest: inout IngestCounts) {
        if !settings.wantsFlows {
            var flows = ingest.used.removeValue(forKey: RecordKind.flow.name) ?? IngestCounts.Tally()
            for reason in LineScanner.reasonsOfFlows {
                flows.count += ingest.rejected.removeValue(forKey: reason)?.count ?? 0
            }
            if flows.count > 0 { ingest.skipped["event type flow", default: IngestCounts.Tally()].merge(flows) }
        }
        if let lookups {
            let (used, rejected) = (lookups.used[.dns] ?? 0, lookups.rejected)
            if settings.left == nil {
                ingest.move(used + rejected, from: "event type dns")
            } else {
                // They were counted by who reads their answers.
                ingest.move(rejected, from: "event type dns")
                let others = (ingest.used[RecordKind.lookup.name]?.count ?? 0) - used
                ingest.used[RecordKind.lookup.name] = others > 0 ? IngestCounts.Tally(count: others) : nil
            }
            if used > 0 { ingest.used[RecordKind.dns.name] = IngestCounts.Tally(count: used) }
            if rejected > 0 { ingest.rejected["not readable"] = IngestCounts.Tally(count: rejected) }
        }
    }

    func next(into batch: inout RecordBatch) throws -> Bool {
        if let failure { throw failure }
        if isFull || lookups?.isWaiting == true {
            batch.origin = origin
            batch.content = lines.content
            isFull = !scanner.takeRecords(into: &batch)
            lookups?.move(into: &batch)
            return true
        }
        var rest = Self.bytesAtOnce
        while rest > 0 {
            while region.bytes.isEmpty {
                do throws(InputFileError) {
                    guard try takeRegion() else { return lines.isLive || rest < Self.bytesAtOnce }
                } catch {
                    failure = PluginError(error)
                    // What was read before comes first.
                    if rest < Self.bytesAtOnce { return true }
                    throw PluginError(error)
                }
            }
            // A batch is of one file; the region waits for the next call.
            if rest < Self.bytesAtOnce, batch.origin != origin { return true }
            batch.origin = origin
            batch.content = lines.content
            rest -= scan(into: &batch)
            if isFull || !region.bytes.isEmpty || lookups?.isWaiting == true { return true }
        }
        return true
    }

    /// Scans until the batch is full or the region is read.
    ///
    /// - Returns: how many bytes were consumed.
    private func scan(into batch: inout RecordBatch) -> Int {
        let bytes = UnsafeRawBufferPointer(lines.buffer[region.bytes])
        let wantsNames = settings.wantsNames || settings.left != nil
        let names = wantsNames ? roomForNames(in: batch) : 0
        let questions = lookups == nil ? 0 : roomForLookups(in: batch)
        let consumed: Int
        if let place = batch.index(of: .flow) {
            consumed = scanner.read(
                bytes, at: region.position, into: &batch.tables[place], names: names, lookups: questions)
        } else {
            // Nobody asked for flows: the lines are counted all the same.
            var unwanted = RecordTable(kind: .flow, columns: [], capacity: 1024)
            consumed = scanner.read(bytes, at: region.position, into: &unwanted, names: names, lookups: questions)
        }
        if settings.wantsNames { scanner.takeNames(into: &batch) }
        isFull = !scanner.takeRecords(into: &batch)
        if let lookups {
            scanner.takeLookups(by: lookups)
            lookups.move(into: &batch)
        }
        scanner.forEachCounters { StatsLine.read($0, of: origin, into: &sensor) }
        region.consume(consumed)
        return consumed
    }

    /// How many names fit, whichever of their kinds they are of.
    private func roomForNames(in batch: RecordBatch) -> Int {
        batch.tables.filter { [.tls, .http, .lookup].contains($0.kind) }.map { $0.capacity - $0.count }.min() ?? 0
    }

    /// How many lines of lookups fit. Hardly any asks for more than a few names; what does not fit waits.
    private func roomForLookups(in batch: RecordBatch) -> Int {
        batch.index(of: .dns).map { (batch.tables[$0].capacity - batch.tables[$0].count + 3) / 4 } ?? 1
    }

    /// Takes the next lines.
    ///
    /// - Returns: `false` when there are none any more, or none for now.
    private func takeRegion() throws(InputFileError) -> Bool {
        // The present file's bytes belong to it until the next one begins.
        let bytes = lines.bytes
        let next = try lines.next { bytes, _ in
            if let file = lines.file, file.isStream { kept?.take(bytes, of: file.path) }
        }
        switch next {
        case .end, .idle:
            return false
        case .file:
            begin(lines.file?.path ?? "", afterBytes: bytes)
        case .lines(let next):
            region = next
            if lines.isLive { kept?.take(UnsafeRawBufferPointer(lines.buffer[next.bytes])) }
            if let line = next.longLine { scanner.rejectLongLine(at: line) }
        }
        return true
    }

    /// Closes the counts of the file before: positions mean nothing without the file's name.
    private func begin(_ path: String, afterBytes bytes: Int64) {
        closed.merge(scanner.ingest(of: origin))
        closed.bytes += bytes
        origin = path
        if lines.isLive { kept?.begin(path) }
        scanner = LineScanner(settings)
        lookups?.begin(path)
    }
}

extension IngestCounts {
    /// Takes records off those that were skipped.
    fileprivate mutating func move(_ count: Int, from skipped: String) {
        guard count > 0, var tally = self.skipped[skipped] else { return }
        tally.count -= count
        self.skipped[skipped] = tally.count > 0 ? tally : nil
    }
}
