import ContextReading
import FlareKit
import LineFiles
import RecordSchemas

extension EVESource: ContextSource {
    public static var contextKinds: Set<RecordKind> { Set(RecordKind.known).subtracting([.flow]) }

    /// Certificates stand in the records of the handshakes that showed them.
    public var contextKinds: Set<RecordKind> { Set(again.schema.kinds.keys).subtracting([.flow]).union([.certificate]) }

    public func records(about queries: [ContextQuery], _ scan: Scan) async throws -> [any Cursor] {
        try again.records(about: queries, scan, contextCursors)
    }

    public func sources(sharing values: [SharedValue], in window: TimeWindow) async throws -> [SharedValue: Int] {
        try await again.sources(sharing: values, contextCursors)
    }

    private func contextCursors(_ interest: Interest, _ scan: Scan) throws -> SecondReading.Cursors {
        let input = try again.input(scan)
        let work = WorkQueue(input.files)
        let scanners = (0..<input.readerCount(work, scan)).map { _ in RecordScanner(interest) }
        let held = HeldRecords(scanners)
        return scanners.enumerated().map { number, scanner in
            let cursor = ContextCursor(
                work, scanner, kept: input.kept, longestLine: again.longestLine,
                remarks: number == 0 ? input.remarks : [], held: held)
            return (scanner, cursor)
        }
    }
}
