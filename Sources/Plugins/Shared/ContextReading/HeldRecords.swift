import ContextWords
import Synchronization

/// The scanners of one reading, each of which holds records back until it is known whether they matter: that is when all
/// have read to their ends.
package final class HeldRecords: Sendable {
    private let scanners: [any WordScanner]
    /// How many still read.
    private let reading: Mutex<Int>

    /// - Parameter scanners: those of the reading; none has read yet.
    package init(_ scanners: [any WordScanner]) {
        self.scanners = scanners
        reading = Mutex(scanners.count)
        for scanner in scanners { ContextBookHoldBack(scanner.book) }
    }

    /// Takes note that a scanner has read to its end. The last one gets what matters of all as records.
    func finish(_ scanner: any WordScanner) {
        let isLast = reading.withLock { reading in
            reading -= 1
            return reading == 0
        }
        guard isLast else { return }
        let books = scanners.map(\.book)
        books.withUnsafeBufferPointer { ContextBookRelease(scanner.book, $0.baseAddress, $0.count) }
    }
}
