import RecordArenas
import Synchronization

/// The scanners of one reading, each of which holds records back until it is known whether they matter: that is when all
/// have read to their ends.
package final class HeldRecords: Sendable {
    private let scanners: [any ContextScanner]
    /// How many still read.
    private let reading: Mutex<Int>

    /// - Parameter scanners: those of the reading; none has read yet.
    package init(_ scanners: [any ContextScanner]) {
        self.scanners = scanners
        reading = Mutex(scanners.count)
        for scanner in scanners { RecordArenaHoldBack(scanner.arena) }
    }

    /// Takes note that a scanner has read to its end. The last one gets what matters of all as records.
    func finish(_ scanner: any ContextScanner) {
        let isLast = reading.withLock { reading in
            reading -= 1
            return reading == 0
        }
        guard isLast else { return }
        let arenas = scanners.map(\.arena)
        arenas.withUnsafeBufferPointer { RecordArenaRelease(scanner.arena, $0.baseAddress, $0.count) }
    }
}
