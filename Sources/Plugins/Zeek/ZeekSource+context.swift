import CompressedFiles
import ContextReading
import FlareKit
import LineFiles
import ZeekScanner

extension ZeekSource: ContextSource {
    public static var contextKinds: Set<RecordKind> {
        [.dns, .tls, .certificate, .http, .file, .ssh, .alert, .notice]
    }

    public func records(about queries: [ContextQuery], _ scan: Scan) async throws -> [any Cursor] {
        let cursors = try contextCursors(Interest(queries, scan), scan)
        counts.begin(cursors.map(\.scanner), scan)
        return cursors.map(\.cursor)
    }

    public func sources(sharing values: [SharedValue], in window: TimeWindow) async throws -> [SharedValue: Int] {
        try await counts.sources(sharing: values) { scan, values in
            let cursors = try contextCursors(Interest([], scan, countingOnly: values), scan)
            try ContextCursor.drain(cursors.map(\.cursor), scan)
            return cursors.map(\.scanner)
        }
    }

    private func contextCursors(
        _ interest: Interest, _ scan: Scan
    ) throws -> [(scanner: ZeekWordScanner, cursor: ContextCursor)] {
        let files = try inputs.open()
        let remarks = counts.changes(in: files)
        let shared = SharedFiles(files, flows: [])
        return (0..<max(1, min(scan.parallelism, shared.work.readerCount))).map { number in
            let scanner = ZeekWordScanner(interest, shared, longestLine: longestLine)
            let cursor = ContextCursor(
                shared.work, scanner, longestLine: longestLine, remarks: number == 0 ? remarks : [])
            return (scanner, cursor)
        }
    }
}

/// `@unchecked`: one thread at a time uses it, which is the law of `WordScanner`.
final class ZeekWordScanner: WordScanner, HeaderTaking, @unchecked Sendable {
    private let interest: Interest
    private let files: SharedFiles
    private var headers: HeaderReader
    private let scanner: OpaquePointer?

    init(_ interest: Interest, _ files: SharedFiles, longestLine: Int) {
        self.interest = interest
        self.files = files
        headers = HeaderReader(files, longestLine: longestLine)
        scanner = ZeekContextScannerCreate(interest.pointer, "")
    }

    deinit { ZeekContextScannerDestroy(scanner) }

    var book: OpaquePointer? { ZeekContextScannerBook(scanner) }

    /// A log that does not name itself has its file's name up to the first dot.
    func begin(_ file: InputFile) {
        let name = file.path.split(separator: "/").last.map(String.init) ?? ""
        ZeekContextScannerBegin(scanner, name.split(separator: ".").first.map(String.init) ?? "")
    }

    func see(_ lines: UnsafeRawBufferPointer, number: Int, of file: InputFile) {
        files.ledger(of: file).enter(HeaderReader.headerLines(lines), of: number)
    }

    func prepare(for lines: UnsafeRawBufferPointer, number: Int, of file: InputFile) throws(InputFileError) {
        try headers.prepare(self, for: number, of: file, lines: lines)
    }

    func takeHeader(_ lines: [UInt8]) {
        lines.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return }
            ZeekContextScannerTakeHeader(scanner, start.assumingMemoryBound(to: CChar.self), bytes.count)
        }
    }

    func read(_ lines: UnsafeRawBufferPointer, at position: Int64, most: Int) -> Int {
        guard let start = lines.baseAddress else { return 0 }
        return ZeekContextScannerRead(
            scanner, start.assumingMemoryBound(to: CChar.self), lines.count, UInt64(position), most)
    }
}
