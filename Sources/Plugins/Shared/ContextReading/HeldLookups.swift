import ContextWords
import Synchronization

/// The scanners of one reading, of which each may have held look-ups back until it is known whether they matter: that is
/// when all have read to their ends.
package final class HeldLookups: Sendable {
    private struct State {
        /// How many still read.
        var reading: Int
        var done: [any WordScanner] = []
    }

    private let state: Mutex<State>

    /// - Parameter readers: the scanners of the reading.
    package init(readers: Int) {
        state = Mutex(State(reading: readers))
    }

    /// Takes note that a scanner has read to its end. The last one gets the look-ups of all that matter as records.
    func finish(_ scanner: any WordScanner) {
        let all = state.withLock { state -> [any WordScanner]? in
            state.reading -= 1
            state.done.append(scanner)
            return state.reading == 0 ? state.done : nil
        }
        guard let all else { return }
        let books = all.map(\.book)
        books.withUnsafeBufferPointer { ContextBookRelease(scanner.book, $0.baseAddress, $0.count) }
    }
}
