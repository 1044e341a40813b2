import Logging
import Synchronization

extension RunEngine {
    /// Runs a pipeline over sources that go on, until they end or the meter is cancelled.
    ///
    /// Evaluates the sliding window each `pipeline.every` of the records' own time, and once more at the end.
    /// Sinks that append or upsert get a finding when it appears, crosses a step of severity, or its interval moves;
    /// whole sinks get all findings anew.
    ///
    /// - Parameter evaluated: called after each evaluation, with its outcome and the state to go on from.
    /// - Throws: the error of a source. Being cancelled is no error: it is how such a run ends.
    public func follow(
        _ pipeline: Pipeline, resume: LiveState = LiveState(),
        evaluated: @Sendable (RunOutcome, LiveState) async throws -> Void
    ) async throws {
        try await PluginLifetimes(pipeline).around(meter) {
            try await start(pipeline, resume: resume, evaluated: evaluated)
        }
    }

    private func start(
        _ pipeline: Pipeline, resume: LiveState, evaluated: @Sendable (RunOutcome, LiveState) async throws -> Void
    ) async throws {
        let evaluator = try await evaluator(for: pipeline)
        let columns = Column.all(with: pipeline.evidence)
        let sinks = SinkSet(pipeline.sinks)
        await sinks.begin(evaluator.header, columns, resume: resume.marks)
        do {
            let live = try await LiveReading(pipeline, evaluator, resume, now: now, meter: meter, logger: logger)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await live.read() }
                var state = resume
                for await moment in live.evaluationTimes where !meter.isCancelled {
                    do {
                        let outcome = try await evaluate(
                            live.snapshot(before: moment), evaluator, columns, sinks, &state)
                        try await evaluated(outcome, state)
                    } catch is CancellationError where meter.isCancelled {
                        // The evaluation under way is given up; what was committed stands.
                        await sinks.abort()
                    }
                }
                try await group.waitForAll()
            }
        } catch {
            await sinks.abort()
            throw error
        }
    }

    private func evaluate(
        _ snapshot: LiveReading.Snapshot, _ evaluator: Evaluator, _ columns: [Column], _ sinks: SinkSet,
        _ state: inout LiveState
    ) async throws -> RunOutcome {
        var groups: [Grouping: Evaluator.Grouped] = [:]
        for grouping in evaluator.groupings {
            groups[grouping] = await evaluator.group(snapshot.result.stores, by: grouping, in: snapshot.window)
        }
        let contexts = evaluator.pipeline.sources.compactMap { $0.plugin as? any ContextSource }
        let outcome = try await evaluator.evaluate(groups, in: snapshot.window, contexts)
        var run = Run(
            header: evaluator.header, window: snapshot.window, account: snapshot.result.total(snapshot.window),
            accounts: snapshot.result.accounts)
        run.channels = outcome.channels
        run.dropped = outcome.dropped
        run.detectors = outcome.detectors
        run.findings = outcome.findings.count
        run.warnings = evaluator.remarks + outcome.remarks
        run.seconds = outcome.seconds
        run.failures = PluginLifetimes(evaluator.pipeline).failures
        let changed = outcome.findings.filter { state.takeNote(of: $0) }
        await sinks.write(all: outcome.findings, changed: changed)
        await sinks.commit(&run)
        state.marks = await sinks.marks
        state.checkpoints = snapshot.checkpoints
        return RunOutcome(run: run, findings: changed, columns: columns, conditions: [])
    }
}

/// What a live run has to know to go on after a restart.
public struct LiveState: Sendable, Codable {
    /// What was last sent of a finding.
    public struct Sent: Sendable, Codable, Hashable {
        public var severity: Severity
        public var interval: Double?
    }

    /// By the finding's id.
    public var sent: [String: Sent] = [:]
    /// By the sink's name.
    public var marks: [String: SinkMark] = [:]
    /// By the source's name, one for each of its cursors.
    public var checkpoints: [String: [Checkpoint]] = [:]

    public init() {}

    /// How far an interval must move to be news, as a share.
    private static let movedInterval = 0.1

    /// Whether a finding is news: it appeared, crossed a step of severity, or its interval moved.
    mutating func takeNote(of finding: Finding) -> Bool {
        let now = Sent(severity: finding.severity, interval: finding.interval)
        guard let before = sent[finding.id] else {
            sent[finding.id] = now
            return true
        }
        let hasMoved =
            switch (before.interval, now.interval) {
            case (let old?, let new?): abs(new - old) > Self.movedInterval * max(abs(old), 1e-9)
            case (nil, nil): false
            default: true
            }
        guard hasMoved || before.severity != now.severity else { return false }
        sent[finding.id] = now
        return true
    }
}
