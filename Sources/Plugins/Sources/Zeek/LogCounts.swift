import FlareKit
import ZeekScanner

/// The counts of a scanner's lines in the words of reports.
struct LogCounts {
    private(set) var ingest = IngestCounts()

    /// - Parameter origin: the file the lines stand in.
    init(_ scanner: OpaquePointer?, _ plan: LogPlan, _ origin: String) {
        ingest.read = Int(ZeekScannerLines(scanner))
        for (number, table) in plan.tables.enumerated() {
            var (first, last) = (Int64(0), Int64(0))
            ZeekScannerUsedSpan(scanner, number, &first, &last)
            let used = Int(ZeekScannerUsed(scanner, number))
            if used > 0, let log = table.aside {
                ingest.skipped["log " + log] = Self.tally(used, first, last)
            } else if used > 0 {
                ingest.used[table.kind.name] = Self.tally(used, first, last)
            }
            note("also read as \(table.kind.name)", ZeekScannerUsedAgain(scanner, number))
        }
        skip("header", ZeekScannerHeaderLines(scanner))
        skip("blank line", ZeekScannerBlank(scanner))
        for (name, log) in Self.skippedLogs(scanner) {
            ingest.skipped["log " + name, default: IngestCounts.Tally()].merge(
                Self.tally(Int(log.count), log.first, log.last))
        }
        for (reason, name) in Self.reasons {
            var rejected = ZeekScannerRejected(scanner, reason)
            guard rejected.count > 0 else { continue }
            let kept = Int(min(rejected.count, UInt64(ZEEK_POSITIONS_KEPT)))
            let places = withUnsafeBytes(of: &rejected.positions) {
                $0.assumingMemoryBound(to: UInt64.self).prefix(kept).map { IngestCounts.Place(origin, Int64($0)) }
            }
            ingest.rejected[name] = IngestCounts.Tally(count: Int(rejected.count), examples: places)
        }
        note("no header, read as conn's usual columns", ZeekScannerHeaderless(scanner))
        note("duration below 0, used without it", ZeekScannerNegativeDurations(scanner))
    }

    /// The logs of which lines were skipped.
    static func skippedLogs(_ scanner: OpaquePointer?) -> [(name: String, tally: ZeekSkipped)] {
        (0..<ZeekScannerSkippedLogs(scanner)).map { index in
            var log = ZeekScannerSkipped(scanner, index)
            let name = withUnsafeBytes(of: &log.log) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            return (name, log)
        }
    }

    /// What each reason is called in ingest counts.
    static let reasons: [(ZeekReason, String)] = [
        (ZeekNotJSON, IngestCounts.notJSON), (ZeekNoHeader, "no header before it"),
        (ZeekNoConnection, "no time or no addresses"), (ZeekOtherColumns, "not as many columns as its header"),
        (ZeekBadTime, "no readable time"), (ZeekBadSource, "no readable source address"),
        (ZeekBadDestination, "no readable destination address"), (ZeekBadPort, "no readable port"),
        (ZeekBadCount, "no readable count"), (ZeekBadDuration, "no readable duration"),
        (ZeekBadHeader, "no readable header"), (ZeekLineTooLong, "line too long"),
        (ZeekTruncated, IngestCounts.cutOff),
    ]

    private mutating func skip(_ reason: String, _ count: UInt64) {
        if count > 0 { ingest.skipped[reason] = IngestCounts.Tally(count: Int(count)) }
    }

    private mutating func note(_ remark: String, _ count: UInt64) {
        if count > 0 { ingest.noted[remark] = IngestCounts.Tally(count: Int(count)) }
    }

    private static func tally(_ count: Int, _ first: Int64, _ last: Int64) -> IngestCounts.Tally {
        guard first <= last else { return IngestCounts.Tally(count: count) }
        return IngestCounts.Tally(
            count: count, first: Timestamp(nanoseconds: first), last: Timestamp(nanoseconds: last))
    }
}
