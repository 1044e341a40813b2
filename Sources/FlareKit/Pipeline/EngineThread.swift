#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Threads of the engine's own: blocking reads and parsing never run on Swift's cooperative pool.
enum EngineThread {
    /// Runs `body` on a new thread and waits for it without blocking the caller's.
    static func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            let work = Work {
                continuation.resume(with: Swift.Result(catching: body))
            }
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
                continuation.resume(throwing: PluginError("no thread could be started (error \(code))"))
                return
            }
            pthread_detach(thread)
        }
    }

    private final class Work: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
}
