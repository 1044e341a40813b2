import Dispatch
import FlareKit
import Foundation
import Synchronization

/// SIGINT and SIGTERM end a run cleanly; a second one ends it at once.
final class Interruption: Sendable {
    private let received = Atomic<Int32>(0)

    /// - Parameter meter: the run to cancel.
    init(cancelling meter: ReadMeter) {
        // A pipe without a reader and a file at its limit are errors of their writes, which are told.
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        for number in [SIGINT, SIGTERM] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { [self] in
                if received.exchange(number, ordering: .relaxed) != 0 { _exit(128 + number) }
                meter.cancel()
            }
            source.resume()
            // Signals are handled for the rest of the process's life.
            _ = Unmanaged.passRetained(source as AnyObject)
        }
    }

    /// The exit code of the signal that came; `nil` if none did.
    var exitCode: Int32? {
        let number = received.load(ordering: .relaxed)
        return number == 0 ? nil : 128 + number
    }
}
