import Synchronization

/// What a plugin waits for in the world, and a way to end all of it at once: when a run is cancelled, nobody waits for a
/// server that does not answer.
package final class PendingCalls: Sendable {
    private struct State {
        var isCancelled = false
        var last = 0
        var cancellations: [Int: @Sendable () -> Void] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    package var isCancelled: Bool { state.withLock { $0.isCancelled } }

    /// Waits for `body`.
    ///
    /// - Throws: what `body` throws; `CancellationError` where everything was cancelled, or the caller's task.
    package func run<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) async throws -> Result {
        let task = Task { try await body() }
        let number = state.withLock { state -> Int? in
            guard !state.isCancelled else { return nil }
            state.last += 1
            state.cancellations[state.last] = { task.cancel() }
            return state.last
        }
        guard let number else {
            task.cancel()
            throw CancellationError()
        }
        defer { state.withLock { $0.cancellations[number] = nil } }
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }

    /// Ends what is waited for now, and whatever begins later.
    package func cancel() {
        let cancellations = state.withLock { state in
            state.isCancelled = true
            return state.cancellations.values.map { $0 }
        }
        for cancel in cancellations { cancel() }
    }
}
