import CompressedFiles
import ContextReading
import FlareKit
import LineFiles

extension EVESource {
    /// Cursors that yield lookups too: those of a scan that asks for nothing else, or after the flows.
    func withLookups(_ flows: [EVECursor], _ files: [InputFile], _ scan: Scan) throws -> [any Cursor] {
        var lookups = scan
        lookups.kinds = scan.kinds.filter { $0.key == .dns }
        // The exact cut is the engine's, as for flows.
        lookups.window = .all
        let interest = try Interest(all: lookups, again.schema)
        let isAlone = scan.kinds.count == 1
        let work = WorkQueue(isAlone ? files : try inputs.open().files)
        return flows.map { cursor in
            let questions = ContextCursor(
                work, RecordScanner(interest), longestLine: again.longestLine, mayRepeat: cursor.mayRepeat)
            return isAlone ? questions : ChainedCursor(cursor, questions)
        }
    }
}

extension EVESource {
    /// Lookups are read after the flows, of the same files.
    ///
    /// - Throws: where the input cannot be read twice.
    func requireSecondReading(_ scan: Scan) throws {
        guard !scan.isLive, isRereadable else {
            throw PluginError(
                "lookups of EVE can be grouped where the files are read twice, not of standard input, a pipe or live",
                remedy: "group by address or host there")
        }
    }
}

/// Yields what one cursor reads, then what another reads of the same files.
///
/// `@unchecked`: only the engine's thread that drives the cursor touches it, which is the law of `Cursor`.
final class ChainedCursor: Cursor, @unchecked Sendable {
    private let first: EVECursor
    private let second: ContextCursor
    private var isSecond = false
    var mayRepeat: Bool { first.mayRepeat }

    init(_ first: EVECursor, _ second: ContextCursor) {
        self.first = first
        self.second = second
    }

    func next(into batch: inout RecordBatch) throws -> Bool {
        if isSecond { return try second.next(into: &batch) }
        isSecond = try !first.next(into: &batch)
        return true
    }

    /// The first reading's counts, in which the second one's lookups are used as such, and no longer skipped or used for their
    /// answers.
    ///
    /// Cursors share both readings, so that one may use more lookups than it skipped; of all cursors the counts are right.
    var ingest: IngestCounts {
        var ingest = first.ingest
        for (kind, tally) in second.ingest.used {
            ingest.used[kind, default: IngestCounts.Tally()].count += tally.count
            if ingest.used[RecordKind.lookup.name] != nil {
                ingest.used[RecordKind.lookup.name]?.count -= tally.count
            } else {
                ingest.skipped["event type \(kind)", default: IngestCounts.Tally()].count -= tally.count
            }
        }
        return ingest
    }
}
