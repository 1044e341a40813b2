import Dispatch
import FlareModel
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Threads of the engine's own: blocking reads and parsing never run on Swift's cooperative pool.
package enum EngineThread {
    /// How long a thread may take to notice that the run is to end, before nobody waits for it any more.
    private static let patience = DispatchTimeInterval.milliseconds(1000)

    /// Runs `body` on a new thread and waits for it without blocking the caller's.
    ///
    /// A read that never returns (a pipe nobody writes to, a dead network drive) does not keep a cancelled run alive:
    /// such a thread is left behind.
    ///
    /// - Throws: the error of `body`; `CancellationError` where the meter was cancelled and the thread did not notice.
    package static func run<Result: Sendable>(
        until meter: ReadMeter, _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            let answer = Answer { result in continuation.resume(with: result) }
            meter.whenCancelled {
                DispatchQueue.global().asyncAfter(deadline: .now() + patience) {
                    answer.give(.failure(CancellationError()))
                }
            }
            let work = Work { answer.give(Swift.Result(catching: body)) }
            var thread = pthread_t()
            let argument = Unmanaged.passRetained(work)
            let code = pthread_create(
                &thread, nil,
                { argument in
                    if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body() }
                    return nil
                }, argument.toOpaque())
            guard code == 0 else {
                argument.release()
                answer.give(
                    .failure(
                        PluginError(
                            "no thread could be started: \(String(cString: strerror(code)))",
                            remedy: "see whether ulimit -u and ulimit -v leave room for threads")))
                return
            }
            pthread_detach(thread)
        }
    }

    /// An answer of which only the first counts.
    private final class Answer<Value: Sendable>: Sendable {
        private let isGiven = Atomic(false)
        private let receive: @Sendable (Result<Value, any Error>) -> Void

        init(_ receive: @escaping @Sendable (Result<Value, any Error>) -> Void) { self.receive = receive }

        func give(_ result: Result<Value, any Error>) {
            if !isGiven.exchange(true, ordering: .relaxed) { receive(result) }
        }
    }

    private final class Work: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
}
