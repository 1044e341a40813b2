import Foundation
import Glibc

/// Waits for what blocks, on a thread of its own. Writing to who has gone is an error there, not a signal.
enum BlockingCall {
    static func run(_ body: @escaping @Sendable () throws -> Void) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            Thread.detachNewThread {
                var signals = sigset_t()
                sigfillset(&signals)
                pthread_sigmask(SIG_SETMASK, &signals, nil)
                continuation.resume(with: Result(catching: body))
            }
        }
    }
}
