import CompressedFiles
import ContextReading
import ContextWords
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
        // A count of what is left would make rare what is not.
        guard !kept.hasLeftOut else { return [:] }
        return try await counts.sources(sharing: values) { scan, values in
            let cursors = try contextCursors(Interest([], scan, countingOnly: values), scan)
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
    func begin(_ file: InputFile) { begin(file.path, header: []) }

    func begin(_ path: String, header: [UInt8]) {
        ZeekContextScannerBegin(scanner, Self.log(of: path))
        if !header.isEmpty { takeHeader(header) }
    }

    static func log(of path: String) -> String {
        let name = path.split(separator: "/").last ?? ""
        return name.split(separator: ".").first.map(String.init) ?? ""
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

/// Picks lines by the logs that their headers or they themselves name.
///
/// `@unchecked`: one thread at a time uses it, which is the law of `LinePicker`.
final class ZeekLinePicker: LinePicker, @unchecked Sendable {
    private let interest: Interest
    private let scanner: OpaquePointer?

    init(_ kinds: Set<RecordKind>) {
        interest = Interest(kinds)
        scanner = ZeekContextScannerCreate(interest.pointer, "")
    }

    deinit { ZeekContextScannerDestroy(scanner) }

    func begin(_ path: String) { ZeekContextScannerBegin(scanner, ZeekWordScanner.log(of: path)) }

    func takeHeader(_ lines: [UInt8]) {
        lines.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return }
            ZeekContextScannerTakeHeader(scanner, start.assumingMemoryBound(to: CChar.self), bytes.count)
        }
    }

    var header: [UInt8] {
        var length = 0
        let start = ZeekContextScannerHeader(scanner, &length)
        return Array(UnsafeRawBufferPointer(start: start, count: length))
    }

    func pick(
        _ lines: UnsafeRawBufferPointer, from begin: inout Int, into picked: UnsafeMutableBufferPointer<ContextLine>
    ) -> Int {
        guard let start = lines.baseAddress else { return 0 }
        return ZeekContextScannerPick(
            scanner, start.assumingMemoryBound(to: CChar.self), lines.count, &begin, picked.baseAddress, picked.count)
    }
}
