import ContextReading
import CompressedFiles
import ContextWords
import EVEContextScanner
import FlareKit
import LineFiles

extension EVESource: ContextSource {
    /// Certificates stand in the records of the handshakes that showed them.
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
    ) throws -> [(scanner: EVEWordScanner, cursor: ContextCursor)] {
        let input = try ContextInput(kept, inputs, counts, scan)
        let work = WorkQueue(input.files)
        let scanners = (0..<input.readerCount(work, scan)).map { _ in EVEWordScanner(interest) }
        let held = HeldRecords(scanners)
        return scanners.enumerated().map { number, scanner in
            let cursor = ContextCursor(
                work, scanner, kept: input.kept, longestLine: longestLine,
                remarks: number == 0 ? input.remarks : [], held: held)
            return (scanner, cursor)
        }
    }
}

/// `@unchecked`: one thread at a time uses it, which is the law of `WordScanner`.
final class EVEWordScanner: WordScanner, @unchecked Sendable {
    private let interest: Interest
    private let scanner: OpaquePointer?

    init(_ interest: Interest) {
        self.interest = interest
        scanner = EVEContextScannerCreate(interest.pointer)
    }

    deinit { EVEContextScannerDestroy(scanner) }

    var book: OpaquePointer? { EVEContextScannerBook(scanner) }

    func read(_ lines: UnsafeRawBufferPointer, at position: Int64, most: Int) -> Int {
        guard let start = lines.baseAddress else { return 0 }
        return EVEContextScannerRead(
            scanner, start.assumingMemoryBound(to: CChar.self), lines.count, UInt64(position), most)
    }
}

/// Picks lines by their event types.
///
/// `@unchecked`: one thread at a time uses it, which is the law of `LinePicker`.
final class EVELinePicker: LinePicker, @unchecked Sendable {
    private let interest: Interest
    private let scanner: OpaquePointer?

    init(_ kinds: Set<RecordKind>) {
        interest = Interest(kinds)
        scanner = EVEContextScannerCreate(interest.pointer)
    }

    deinit { EVEContextScannerDestroy(scanner) }

    func pick(
        _ lines: UnsafeRawBufferPointer, from begin: inout Int, into picked: UnsafeMutableBufferPointer<ContextLine>
    ) -> Int {
        guard let start = lines.baseAddress else { return 0 }
        return EVEContextScannerPick(
            scanner, start.assumingMemoryBound(to: CChar.self), lines.count, &begin, picked.baseAddress, picked.count)
    }
}
