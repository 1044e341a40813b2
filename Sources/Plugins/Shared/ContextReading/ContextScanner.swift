import CompressedFiles
import RecordArenas
import FlareKit
import RecordReaders

/// A scanner that fills a `RecordArena`.
///
/// One thread at a time uses it: the one that drives its cursor, and after that one ended whoever asks for counts.
package protocol ArenaScanner: AnyObject, Sendable {
    var arena: OpaquePointer? { get }
    var plan: ReadingPlan { get }
}

/// One that reads lines.
package protocol ContextScanner: ArenaScanner {
    var records: RecordScanner { get }
    /// Sees the lines of a stream, and their number, before another reader can take the next ones.
    func see(_ lines: UnsafeRawBufferPointer, number: Int, of file: InputFile)
    /// Brings itself up to what stands before some lines.
    ///
    /// - Parameter number: of the lines' block, or share of a stream.
    func prepare(for lines: UnsafeRawBufferPointer, number: Int, of file: InputFile) throws(InputFileError)
}

extension ContextScanner {
    package var arena: OpaquePointer? { records.arena }
    package var plan: ReadingPlan { records.plan }
    package func see(_ lines: UnsafeRawBufferPointer, number: Int, of file: InputFile) {}
    package func prepare(for lines: UnsafeRawBufferPointer, number: Int, of file: InputFile) throws(InputFileError) {}
}

/// Reads lines of JSON and rows of separated text by a plan.
///
/// `@unchecked`: one thread at a time uses it, which is the law of `ContextScanner`.
package final class RecordScanner: @unchecked Sendable {
    private let interest: Interest
    private let pointer: OpaquePointer?
    /// The first record that waits to be moved.
    private var first = 0

    package init(_ interest: Interest) {
        self.interest = interest
        pointer = RecordScannerCreate(interest.plan.pointer, interest.pointer)
    }

    deinit { RecordScannerDestroy(pointer) }

    package var plan: ReadingPlan { interest.plan }
    package var arena: OpaquePointer? { RecordScannerArena(pointer) }

    /// The lines that follow are of this file, and stand under these header lines. A log that does not name itself has its
    /// file's name up to the first dot.
    package func begin(_ path: String, header: [UInt8] = []) {
        let name = path.split(separator: "/").last ?? ""
        RecordScannerBegin(pointer, name.split(separator: ".").first.map(String.init) ?? "")
        if !header.isEmpty { takeHeader(header) }
    }

    package func takeHeader(_ lines: [UInt8]) {
        lines.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return }
            RecordScannerTakeHeader(pointer, start.assumingMemoryBound(to: CChar.self), bytes.count)
        }
    }

    /// Reads lines until they end or the arena holds `most` records.
    ///
    /// - Parameter lines: whole lines, with the scanner's padding behind them.
    /// - Returns: how many bytes were consumed.
    package func read(_ lines: UnsafeRawBufferPointer, at position: Int64, most: Int) -> Int {
        guard let start = lines.baseAddress else { return 0 }
        return RecordScannerRead(
            pointer, start.assumingMemoryBound(to: CChar.self), lines.count, UInt64(position), most)
    }

    /// Moves records into a batch, as far as there is room.
    ///
    /// - Returns: whether there was for all.
    package func moveRecords(into batch: inout RecordBatch) -> Bool {
        ArenaRows.move(arena, plan, from: &first, into: &batch)
        guard first == RecordArenaCount(arena) else { return false }
        RecordArenaForget(arena)
        first = 0
        return true
    }

    /// How many lines of kinds asked for could not be read.
    package var unreadable: Int { Int(RecordArenaRejected(arena)) }
}

extension RecordScanner: ContextScanner {
    package var records: RecordScanner { self }
}

extension RecordScanner {
    /// The header lines that stand before the lines of the last call of `pick`; empty for JSON.
    var header: [UInt8] {
        var length = 0
        let start = RecordScannerHeader(pointer, &length)
        return Array(UnsafeRawBufferPointer(start: start, count: length))
    }

    /// Picks the lines that may be asked for again; all of them stand under the same header.
    ///
    /// - Parameters:
    ///   - lines: whole lines, with the scanner's padding behind them.
    ///   - begin: where to begin among them; raised to where to go on.
    ///   - picked: filled from its beginning.
    /// - Returns: how many were picked.
    func pick(
        _ lines: UnsafeRawBufferPointer, from begin: inout Int, into picked: UnsafeMutableBufferPointer<ContextLine>
    ) -> Int {
        guard let start = lines.baseAddress else { return 0 }
        return RecordScannerPick(
            pointer, start.assumingMemoryBound(to: CChar.self), lines.count, &begin, picked.baseAddress, picked.count)
    }
}
