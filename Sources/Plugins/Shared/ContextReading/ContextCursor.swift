import CompressedFiles
import RecordArenas
import FlareKit
import LineFiles

/// Reads pieces of files for what the sensor said besides flows, until no piece is left.
///
/// `@unchecked`: only the engine's thread that drives the cursor touches it, which is the law of `Cursor`; what cursors
/// share is the work queue, which is guarded by itself.
package final class ContextCursor: Cursor, @unchecked Sendable {
    /// So much content is scanned in one call, if the batch has room.
    private static let bytesAtOnce = 16 << 20

    private let lines: LineReader
    /// Comes before the files.
    private let kept: KeptLines.Reading?
    private let scanner: any ContextScanner
    private var region = LineRegion.empty
    /// The first record of the arena that waits to be moved.
    private var moved = 0
    private var origin = ""
    private let remarks: [String]
    private let held: HeldRecords?
    private var isFinished = false
    package let mayRepeat: Bool

    /// - Parameters:
    ///   - remarks: what is to be said of the files, noted in the ingest counts.
    ///   - mayRepeat: whether a record may stand in two of the files.
    ///   - held: what is shared with the other cursors of the reading, where scanners hold records back.
    package init(
        _ work: WorkQueue, _ scanner: any ContextScanner, kept: KeptLines.Reading? = nil, longestLine: Int,
        remarks: [String] = [], mayRepeat: Bool = false, held: HeldRecords? = nil
    ) {
        lines = LineReader(work, longestLine: longestLine)
        self.kept = kept
        self.scanner = scanner
        self.remarks = remarks
        self.mayRepeat = mayRepeat
        self.held = held
    }

    package var ingest: IngestCounts {
        var ingest = IngestCounts()
        ingest.read = Int(RecordArenaLines(scanner.arena))
        for (number, kind) in scanner.records.plan.kinds.enumerated() {
            let used = Int(RecordArenaUsed(scanner.arena, ContextKind(number)))
            if used > 0 { ingest.used[kind.name] = IngestCounts.Tally(count: used) }
        }
        let rejected = Int(RecordArenaRejected(scanner.arena))
        if rejected > 0 { ingest.rejected["not readable"] = IngestCounts.Tally(count: rejected) }
        let rest = ingest.read - ingest.usedCount - rejected
        if rest > 0 { ingest.skipped["not asked for"] = IngestCounts.Tally(count: rest) }
        for remark in remarks { ingest.noted[remark] = IngestCounts.Tally(count: 1) }
        ingest.bytes = lines.bytes
        return ingest
    }

    package func next(into batch: inout RecordBatch) throws -> Bool {
        var rest = Self.bytesAtOnce
        while rest > 0 {
            ArenaRows.move(scanner.arena, scanner.records.plan, from: &moved, into: &batch)
            if moved < RecordArenaCount(scanner.arena) { return true }
            RecordArenaForget(scanner.arena)
            moved = 0
            do throws(InputFileError) {
                while region.bytes.isEmpty { guard try takeRegion() else { return finish() || batch.count > 0 } }
            } catch {
                throw PluginError(error)
            }
            if batch.count > 0, batch.origin != origin { return true }
            batch.origin = origin
            let most = batch.tables.map { $0.capacity - $0.count }.min() ?? 0
            let bytes = UnsafeRawBufferPointer(lines.buffer[region.bytes])
            let consumed = scanner.records.read(bytes, at: region.position, most: most)
            region.consume(consumed)
            rest -= consumed
            if consumed == 0 { return true }
        }
        ArenaRows.move(scanner.arena, scanner.records.plan, from: &moved, into: &batch)
        return true
    }

    /// - Returns: whether there are records now that were held back.
    private func finish() -> Bool {
        guard !isFinished else { return false }
        isFinished = true
        held?.finish(scanner)
        return RecordArenaCount(scanner.arena) > 0
    }

    /// - Returns: `false` when there are no lines any more.
    private func takeRegion() throws(InputFileError) -> Bool {
        if takeKept() { return true }
        switch try lines.next(inOrder: { bytes, number in
            if let file = lines.file { scanner.see(bytes, number: number, of: file) }
        }) {
        // Files are read here as they are, never followed.
        case .end, .idle: return false
        case .file:
            origin = lines.file?.path ?? ""
            if let file = lines.file { scanner.records.begin(file.path) }
        case .lines(let next):
            region = next
            if let file = lines.file {
                try scanner.prepare(
                    for: UnsafeRawBufferPointer(lines.buffer[next.bytes]), number: lines.number, of: file)
            }
        }
        return true
    }

    /// - Returns: `false` when there are no kept lines any more.
    private func takeKept() -> Bool {
        guard let chunk = kept?.next() else { return false }
        let bytes = chunk.lines
        lines.buffer.resize(to: bytes.count)
        bytes.withUnsafeBytes { lines.buffer[0..<$0.count].copyMemory(from: $0) }
        region = LineRegion(bytes: 0..<bytes.count, position: 0)
        origin = chunk.path
        scanner.records.begin(chunk.path, header: chunk.header)
        return true
    }
}
