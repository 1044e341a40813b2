import CompressedFiles
import ContextReading
import FlareKit
import LineFiles
import RecordSchemas

extension ZeekSource: ContextSource {
    public static var contextKinds: Set<RecordKind> { Set(RecordKind.known).subtracting([.flow]) }

    public var contextKinds: Set<RecordKind> { Set(again.schema.kinds.keys).subtracting([.flow]) }

    public func records(about queries: [ContextQuery], _ scan: Scan) async throws -> [any Cursor] {
        try again.records(about: queries, scan, contextCursors)
    }

    public func sources(sharing values: [SharedValue], in window: TimeWindow) async throws -> [SharedValue: Int] {
        try await again.sources(sharing: values, contextCursors)
    }

    private func contextCursors(_ interest: Interest, _ scan: Scan) throws -> SecondReading.Cursors {
        let input = try again.input(scan)
        let shared = SharedFiles(input.files, flows: [])
        return (0..<input.readerCount(shared.work, scan)).map { number in
            let scanner = ZeekContextScanner(interest, shared, longestLine: again.longestLine)
            let cursor = ContextCursor(
                shared.work, scanner, kept: input.kept, longestLine: again.longestLine,
                remarks: number == 0 ? input.remarks : [])
            return (scanner, cursor)
        }
    }
}

/// Reads lines under the headers that stand before them.
///
/// `@unchecked`: one thread at a time uses it, which is the law of `ContextScanner`.
final class ZeekContextScanner: ContextScanner, HeaderTaking, @unchecked Sendable {
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
