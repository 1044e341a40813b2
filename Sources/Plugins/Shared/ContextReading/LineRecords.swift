import RecordArenas
import FlareKit

/// Reads records of further kinds out of lines that a scanner came across, without a second reading of the file.
///
/// `@unchecked`: one thread at a time uses it, which is the law of `Cursor`.
package final class LineRecords: @unchecked Sendable {
    private let scanner: RecordScanner
    private var moved = 0

    package init(_ interest: Interest) { scanner = RecordScanner(interest) }

    /// The lines that follow are of this file.
    package func begin(_ path: String) { scanner.begin(path) }

    /// Reads some lines; their records wait for `move`.
    ///
    /// - Parameter lines: whole lines, with the scanner's padding behind them.
    package func read(_ lines: UnsafeRawBufferPointer, at position: Int64) {
        _ = scanner.read(lines, at: position, most: .max)
    }

    /// Whether there are records that no batch has taken.
    package var isWaiting: Bool { moved < RecordArenaCount(scanner.arena) }

    /// Moves the records into the tables of their kinds, as far as there is room.
    package func move(into batch: inout RecordBatch) {
        ArenaRows.move(scanner.arena, scanner.plan, from: &moved, into: &batch)
        guard !isWaiting else { return }
        RecordArenaForget(scanner.arena)
        moved = 0
    }

    /// How many lines became records, by kind.
    package var used: [RecordKind: Int] {
        Dictionary(
            uniqueKeysWithValues: scanner.plan.kinds.enumerated().map {
                ($1, Int(RecordArenaUsed(scanner.arena, ContextKind($0))))
            })
    }

    /// How many lines could not be read.
    package var rejected: Int { Int(RecordArenaRejected(scanner.arena)) }
}
