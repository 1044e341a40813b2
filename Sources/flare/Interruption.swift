import Dispatch
import FlareKit
import Foundation
import Synchronization

/// SIGINT, SIGTERM and SIGHUP end a run cleanly, and in any case soon: one that is blocked (a full pipe, a server that
/// stalls) is ended after a moment, and what it had begun is taken back. A second signal ends it at once.
final class Interruption: Sendable {
    private let received = Atomic<Int32>(0)
    /// A queue of its own always gets a thread; the global ones do not while their threads are blocked.
    private let queue = DispatchQueue(label: "flare.signals")

    /// How long a run may take to end by itself.
    private static let patience = DispatchTimeInterval.milliseconds(1600)

    /// - Parameter meter: the run to cancel.
    init(cancelling meter: ReadMeter) {
        // A pipe without a reader and a file at its limit are errors of their writes, which are told.
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        for number in [SIGINT, SIGTERM, SIGHUP] {
            let before = signal(number, SIG_IGN)
            // nohup asks to stay.
            if number == SIGHUP, unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) {
                continue
            }
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { [self] in
                if received.exchange(number, ordering: .relaxed) != 0 { Self.end(number) }
                queue.asyncAfter(deadline: .now() + Self.patience) { Self.end(number) }
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

    private static func end(_ number: Int32) {
        SuddenEnd.takeBack()
        _exit(128 + number)
    }
}
