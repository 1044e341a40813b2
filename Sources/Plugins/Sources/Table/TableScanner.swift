import ContextReading
import RecordArenas
import FlareKit
import RecordReaders

/// Reads the records of tables by a plan.
///
/// `@unchecked`: one thread at a time uses it, which is the law of `ArenaScanner`.
final class TableScanner: ArenaScanner, @unchecked Sendable {
    private let interest: Interest
    private let pointer: OpaquePointer?

    /// - Parameter longest: of a record, in bytes.
    init(_ interest: Interest, longest: Int) {
        self.interest = interest
        pointer = TableScannerCreate(interest.plan.pointer, interest.pointer, longest)
    }

    deinit { TableScannerDestroy(pointer) }

    var plan: ReadingPlan { interest.plan }
    var arena: OpaquePointer? { TableScannerArena(pointer) }

    /// - Parameters:
    ///   - path: of the file that follows.
    ///   - reference: before this moment its records were written.
    func begin(_ path: String, reference: Timestamp) {
        // The same in every run, so that records keep their ids.
        TableScannerBegin(pointer, FNV.hash(path), 0, reference.nanoseconds)
    }

    func give(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        TableScannerGive(pointer, start.assumingMemoryBound(to: CChar.self), bytes.count)
    }

    /// - Parameter isLast: nothing more comes of the file.
    /// - Returns: whether there is more to read in what was given.
    func read(most: Int, isLast: Bool) -> Bool { TableScannerRead(pointer, most, isLast) }

    /// All files were read.
    func finish() { TableScannerFinish(pointer) }

    /// What became of the records of the file at hand.
    func ingest(of path: String) -> IngestCounts {
        var ingest = IngestCounts()
        for number in 0..<TableScannerTallies(pointer) {
            let tally = TableScannerTally(pointer, number)
            let count = Int(clamping: tally.count)
            let reason = String(
                decoding: UnsafeRawBufferPointer(start: tally.reason, count: tally.length), as: UTF8.self)
            switch tally.fate {
            case RecordUsed:
                ingest.read += count
                ingest.used[plan.kinds[Int(tally.kind)].name, default: IngestCounts.Tally()].count += count
            case RecordSkipped:
                ingest.read += count
                ingest.skipped[reason, default: IngestCounts.Tally()].merge(IngestCounts.Tally(count: count))
            case RecordRejected:
                ingest.read += count
                ingest.rejected[reason, default: IngestCounts.Tally()].merge(
                    IngestCounts.Tally(count: count, examples: places(tally, path)))
            default:
                ingest.noted[reason, default: IngestCounts.Tally()].merge(IngestCounts.Tally(count: count))
            }
        }
        return ingest
    }

    private func places(_ tally: RecordTally, _ path: String) -> [IngestCounts.Place] {
        withUnsafeBytes(of: tally.places) { places in
            withUnsafeBytes(of: tally.lines) { lines in
                zip(places.bindMemory(to: UInt64.self), lines.bindMemory(to: UInt64.self)).prefix(tally.placeCount)
                    .map { IngestCounts.Place(path, Int64(clamping: $0), "line \($1)") }
            }
        }
    }
}
