import Synchronization

/// How far a run has come with reading: written by the engine's threads, read by whoever draws a progress bar.
public final class ReadMeter: Sendable {
    public struct Reading: Sendable {
        /// Bytes of input read, as stored.
        public var bytes: Int64 = 0
        /// Records read, of whatever kind.
        public var records = 0
        /// Bytes there are in all, where that is known.
        public var extent: Int64?
        /// What the run does now: `read`, `judge`, `enrich`, `write`.
        public var step = "read"
    }

    private let reading = Mutex(Reading())
    private let isStopped = Atomic(false)
    private let handlers = Mutex<[@Sendable () -> Void]>([])

    public init() {}

    public var current: Reading { reading.withLock { $0 } }

    /// Whether the run is to end as soon as it can.
    public var isCancelled: Bool { isStopped.load(ordering: .relaxed) }

    /// Asks the run to end.
    public func cancel() {
        isStopped.store(true, ordering: .sequentiallyConsistent)
        let waiting = handlers.withLock { handlers in
            defer { handlers = [] }
            return handlers
        }
        for handler in waiting { handler() }
    }

    /// Calls `handler` once the run is asked to end; at once where that was before.
    package func whenCancelled(_ handler: @escaping @Sendable () -> Void) {
        handlers.withLock { $0.append(handler) }
        if isStopped.load(ordering: .sequentiallyConsistent) { cancel() }
    }

    package func advance(bytes: Int64, records: Int) {
        reading.withLock {
            $0.bytes.addClamped(bytes)
            $0.records.addClamped(records)
        }
    }

    package func begin(_ step: String) { reading.withLock { $0.step = step } }

    package func expect(_ extent: Int64?) { reading.withLock { $0.extent = extent } }
}
