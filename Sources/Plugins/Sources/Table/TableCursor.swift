import CompressedFiles
import ContextReading
import RecordArenas
import FlareKit
import LineFiles
import Synchronization

/// The files of a reading, which its cursors take one after another.
final class TableWork: Sendable {
    struct File {
        let file: InputFile
        /// What is looked for in it in place of the file's own form.
        let form: ContentForm?
        /// Whether nfdump prints its records.
        var isNetFlow = false
    }

    private let files: Mutex<ArraySlice<File>>

    init(_ files: [File]) { self.files = Mutex(files[...]) }

    func next() -> File? { files.withLock { $0.popFirst() } }
}

/// Reads files of tables, each from its beginning to its end.
///
/// `@unchecked`: only the engine's thread that drives the cursor touches it, which is the law of `Cursor`.
final class TableCursor: Cursor, @unchecked Sendable {
    private static let usualBlockSize = 1 << 19
    /// Live input is read as it comes.
    private static let liveBlockSize = 1 << 12
    /// So much is read in one call, if the batch has room.
    private static let bytesAtOnce = 8 << 20

    let mayRepeat: Bool
    private let work: TableWork
    private let scanner: TableScanner
    private let buffer: UnsafeMutableRawBufferPointer
    private let isLive: Bool
    private var file: InputFile?
    private var content: ContentReader?
    private var dump: NetFlowDump?
    /// Whether all of the file at hand was given to the scanner.
    private var isGiven = false
    private var hasFinished = false
    /// The first record of the arena that waits to be moved.
    private var moved = 0
    /// The arena of the files before the present one.
    private var closed: IngestCounts
    private var failure: PluginError?

    private let kept: KeptRows?
    private let keptKinds: [RecordKind: Set<ColumnName>]
    /// Whether what may be asked for again was kept of the records in the arena.
    private var isKept = false

    /// - Parameters:
    ///   - kept: takes what may be asked for again.
    ///   - keptKinds: what that is.
    init(
        _ work: TableWork, _ scanner: TableScanner, kept: KeptRows?, keptKinds: [RecordKind: Set<ColumnName>],
        notes: IngestCounts, mayRepeat: Bool, isLive: Bool
    ) {
        self.kept = kept
        self.keptKinds = keptKinds
        self.work = work
        self.scanner = scanner
        self.mayRepeat = mayRepeat
        self.isLive = isLive
        closed = notes
        buffer = .allocate(byteCount: isLive ? Self.liveBlockSize : Self.usualBlockSize, alignment: 64)
    }

    deinit { buffer.deallocate() }

    var ingest: IngestCounts {
        var ingest = closed
        ingest.merge(scanner.ingest(of: file?.path ?? ""))
        ingest.bytes += content?.position ?? 0
        return ingest
    }

    func next(into batch: inout RecordBatch) throws -> Bool {
        var rest = Self.bytesAtOnce
        while true {
            keep()
            ArenaRows.move(scanner.arena, scanner.plan, from: &moved, into: &batch)
            if moved < RecordArenaCount(scanner.arena) || rest <= 0 { return true }
            RecordArenaForget(scanner.arena)
            moved = 0
            isKept = false
            if let failure { throw failure }
            guard let content else {
                // A batch is of one file.
                if batch.count > 0 { return true }
                if beginNext() { continue }
                if RecordArenaCount(scanner.arena) == 0 { return false }
                continue
            }
            batch.origin = file?.path ?? ""
            let most = batch.tables.map { $0.capacity - $0.count }.min() ?? 0
            if scanner.read(most: max(1, most), isLast: isGiven) { continue }
            if isGiven {
                self.content = nil
                failure = failure ?? dump?.finish()
                dump = nil
                closed.bytes += content.position
                for file in content.leftOut { closed.note(file) }
                continue
            }
            rest -= max(1, give(content))
            if isLive { rest = 0 }
        }
    }

    /// Keeps what may be asked for again of the records that the scanner has found.
    private func keep() {
        let count = RecordArenaCount(scanner.arena)
        guard let kept, !isKept, count > 0 else { return }
        isKept = true
        var batch = RecordBatch(keptKinds, capacity: count)
        var first = 0
        ArenaRows.move(scanner.arena, scanner.plan, from: &first, into: &batch)
        kept.take(batch)
    }

    /// Gives the scanner the next block.
    ///
    /// - Returns: how many bytes it has.
    private func give(_ content: ContentReader) -> Int {
        do throws(InputFileError) {
            let count = isLive ? try content.readSome(into: buffer) : try content.read(into: buffer)
            if count == 0 { isGiven = true }
            scanner.give(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            return count
        } catch {
            closed.note(error)
            if case .system = error.reason { failure = PluginError(error) }
            isGiven = true
            return 0
        }
    }

    /// - Returns: `false` where all files are read.
    private func beginNext() -> Bool {
        guard let next = work.next() else {
            if !hasFinished { scanner.finish() }
            hasFinished = true
            return false
        }
        if let file { closed.merge(scanner.ingest(of: file.path)) }
        file = next.file
        do {
            dump = next.isNetFlow ? try NetFlowDump(next.file.path) : nil
        } catch {
            failure = error as? PluginError ?? PluginError("\(error)", at: next.file.path)
        }
        content = dump?.content ?? ContentReader(next.file, as: next.form)
        isGiven = false
        scanner.begin(next.file.path, reference: TableRecognition.reference(of: next.file))
        return true
    }
}
