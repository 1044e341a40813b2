import Dispatch
import Synchronization

/// Something that is being fetched while its reader does other things: the bridge from a thread that may block to
/// connections that may not.
package final class Fetch<Content: Sendable>: Sendable {
    /// What came, once it is there.
    private final class Arrival: Sendable {
        let result = Mutex<Result<Content, any Error>?>(nil)
        let signal = DispatchSemaphore(value: 0)
    }

    private let arrival: Arrival
    private let task: Task<Void, Never>

    package init(_ body: @escaping @Sendable () async throws -> Content) {
        let arrival = Arrival()
        self.arrival = arrival
        task = Task {
            let result: Result<Content, any Error>
            do {
                result = .success(try await body())
            } catch {
                result = .failure(error)
            }
            arrival.result.withLock { $0 = result }
            arrival.signal.signal()
        }
    }

    deinit { task.cancel() }

    /// Waits on the engine's own thread.
    ///
    /// - Returns: what came; `nil` where nothing came within the seconds.
    /// - Throws: why nothing will come.
    package func wait(seconds: Double) throws -> Content? {
        guard arrival.signal.wait(timeout: .now() + seconds) == .success else { return nil }
        // For whoever waits again.
        arrival.signal.signal()
        return try arrival.result.withLock { $0 }?.get()
    }
}
