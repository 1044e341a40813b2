import FlareKit
import Synchronization

/// A sink that remembers what was done to it.
public final class MemorySink: Sink {
    public enum Event: Sendable, Equatable {
        case begin(columns: [String], mark: Int?)
        case write(ids: [String])
        case commit
        case abort
    }

    private struct State: Sendable {
        var events: [Event] = []
        var findings: [Finding] = []
        var committed: [Finding] = []
        var columns: [Column] = []
    }

    public let mode: SinkMode
    private let failsAt: Event?
    private let state = Mutex(State())

    /// - Parameter failsAt: `.commit`, or any `.begin` or `.write`, where the sink is to throw.
    public init(_ mode: SinkMode = .whole, failsAt: Event? = nil) {
        self.mode = mode
        self.failsAt = failsAt
    }

    public var events: [Event] { state.withLock { $0.events } }
    public var findings: [Finding] { state.withLock { $0.findings } }

    /// All findings as rows of texts, as a file of columns would hold them.
    public var rows: [[String]] {
        state.withLock { state in
            state.findings.map { finding in state.columns.map { $0.value(of: finding)?.description ?? "" } }
        }
    }

    public func begin(_ run: RunHeader, _ columns: [Column], resume: SinkMark?) async throws {
        state.withLock { $0.columns = columns }
        try note(.begin(columns: columns.map(\.name), mark: resume?.state["count"].flatMap(Int.init)))
    }

    public func mark() async throws -> SinkMark? { SinkMark(["count": String(state.withLock(\.committed.count))]) }

    public func write(_ findings: [Finding]) async throws {
        state.withLock { state in
            if mode == .whole { state.findings = [] }
            state.findings += findings
        }
        try note(.write(ids: findings.map(\.id)))
    }

    public func commit(_ run: Run) async throws -> SinkMark? {
        try note(.commit)
        state.withLock { $0.committed = $0.findings }
        return SinkMark(["count": String(findings.count)])
    }

    public func abort() async {
        state.withLock {
            $0.events.append(.abort)
            $0.findings = $0.committed
        }
    }

    private func note(_ event: Event) throws {
        if event == failsAt { throw PluginError("the disk is full", at: "memory") }
        state.withLock { $0.events.append(event) }
    }
}
