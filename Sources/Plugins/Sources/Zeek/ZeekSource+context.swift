import CompressedFiles
import ContextReading
import FlareKit
import LineFiles
import RecordSchemas

extension ZeekSource: ContextSource {
    public static var contextKinds: Set<RecordKind> { Set(RecordKind.known).subtracting([.flow]) }

    public var contextKinds: Set<RecordKind> { Set(schema.kinds.keys).subtracting([.flow]) }

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
    ) throws -> [(scanner: ZeekWordScanner, cursor: ContextCursor)] {
        let input = try ContextInput(kept, inputs, counts, scan)
        let shared = SharedFiles(input.files, flows: [])
        return (0..<input.readerCount(shared.work, scan)).map { number in
            let scanner = ZeekWordScanner(interest, shared, longestLine: longestLine)
            let cursor = ContextCursor(
                shared.work, scanner, kept: input.kept, longestLine: longestLine,
                remarks: number == 0 ? input.remarks : [])
            return (scanner, cursor)
        }
    }
}

/// Reads lines under the headers that stand before them.
///
/// `@unchecked`: one thread at a time uses it, which is the law of `WordScanner`.
final class ZeekWordScanner: WordScanner, HeaderTaking, @unchecked Sendable {
    let records: RecordScanner
    private let files: SharedFiles
    private var headers: HeaderReader

    init(_ interest: Interest, _ files: SharedFiles, longestLine: Int) {
        records = RecordScanner(interest)
        self.files = files
        headers = HeaderReader(files, longestLine: longestLine)
    }

    func see(_ lines: UnsafeRawBufferPointer, number: Int, of file: InputFile) {
        files.ledger(of: file).enter(HeaderReader.headerLines(lines), of: number)
    }

    func prepare(for lines: UnsafeRawBufferPointer, number: Int, of file: InputFile) throws(InputFileError) {
        try headers.prepare(self, for: number, of: file, lines: lines)
    }

    func takeHeader(_ lines: [UInt8]) { records.takeHeader(lines) }
}
