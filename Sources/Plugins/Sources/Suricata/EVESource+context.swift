import ContextReading
import FlareKit
import LineFiles
import RecordSchemas

extension EVESource: ContextSource {
    public static var contextKinds: Set<RecordKind> { Set(RecordKind.known).subtracting([.flow]) }

    /// Certificates stand in the records of the handshakes that showed them.
    public var contextKinds: Set<RecordKind> { Set(schema.kinds.keys).subtracting([.flow]).union([.certificate]) }

    public func records(about queries: [ContextQuery], _ scan: Scan) async throws -> [any Cursor] {
        let cursors = try contextCursors(Interest(queries, scan, schema), scan)
        counts.begin(cursors.map(\.scanner), scan)
        return cursors.map(\.cursor)
    }

    public func sources(sharing values: [SharedValue], in window: TimeWindow) async throws -> [SharedValue: Int] {
        // A count of what is left would make rare what is not.
        guard !kept.hasLeftOut else { return [:] }
        return try await counts.sources(sharing: values) { scan, values in
            let cursors = try contextCursors(Interest([], scan, schema, countingOnly: values), scan)
            try ContextCursor.drain(cursors.map(\.cursor), scan)
            return cursors.map(\.scanner)
        }
    }

    private func contextCursors(
        _ interest: Interest, _ scan: Scan
    ) throws -> [(scanner: RecordScanner, cursor: ContextCursor)] {
        let input = try ContextInput(kept, inputs, counts, scan)
        let work = WorkQueue(input.files)
        let scanners = (0..<input.readerCount(work, scan)).map { _ in RecordScanner(interest) }
        let held = HeldRecords(scanners)
        return scanners.enumerated().map { number, scanner in
            let cursor = ContextCursor(
                work, scanner, kept: input.kept, longestLine: longestLine,
                remarks: number == 0 ? input.remarks : [], held: held)
            return (scanner, cursor)
        }
    }
}
