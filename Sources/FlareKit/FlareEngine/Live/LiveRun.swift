import FlareModel
import FlarePlugins

extension RunEngine {
    /// Runs a pipeline over sources that go on, until they end or the meter is cancelled.
    ///
    /// Evaluates the sliding window each `pipeline.every` of the records' own time, and once more at the end.
    /// Sinks that append or tell get what ``ToldFindings`` calls news, those that upsert what has changed, whole sinks all
    /// findings anew. A sink that fails is begun again with the next evaluation; until then the
    /// state stays as it was, so that a restart loses nothing.
    ///
    /// - Parameters:
    ///   - pipeline: its sources are asked to go on after what they hold now.
    ///   - resume: what an earlier run of the same pipeline left, to go on from.
    ///   - evaluated: called once before anything is read, without an outcome, and after each evaluation with its own;
    ///     each time with the state to go on from, which is to outlive the process.
    /// - Throws: the error of a source. Being cancelled is no error: it is how such a run ends.
    public func follow(
        _ pipeline: Pipeline, resume: LiveState = LiveState(),
        evaluated: @Sendable (RunOutcome?, LiveState) async throws -> Void
    ) async throws {
        try await PluginLifetimes(pipeline).around(meter) {
            try await start(pipeline, resume: resume, evaluated: evaluated)
        }
    }

    private func start(
        _ pipeline: Pipeline, resume: LiveState, evaluated: @Sendable (RunOutcome?, LiveState) async throws -> Void
    ) async throws {
        let evaluator = try await evaluator(for: pipeline)
        let columns = Column.all(with: pipeline.evidence, of: evaluator.header)
        let sinks = SinkSet(pipeline.sinks)
        await sinks.begin(evaluator.header, columns, resume: resume.marks)
        do {
            if await sinks.isDead { throw await deadSinks(sinks) }
            let live = try await LiveReading(pipeline, evaluator, resume, now: now, meter: meter, logger: logger)
            var loop = LiveLoop(
                engine: self, evaluator: evaluator, live: live, sinks: sinks, columns: columns, state: resume)
            try await loop.run(evaluated)
        } catch is CancellationError where meter.isCancelled {
            // What was committed stands, and the state says so: the rest is read again.
            await sinks.abort()
        } catch {
            await sinks.abort()
            throw error
        }
    }
}

/// What a live run has to know to go on after a restart.
public struct LiveState: Sendable, Codable {
    public var told = ToldFindings()
    /// By the sink's name.
    public var marks: [String: SinkMark] = [:]
    /// By the source's name, one for each of its cursors.
    public var checkpoints: [String: [Checkpoint]] = [:]
    /// The moment of the last evaluation; `nil` before the first.
    public var evaluated: Timestamp?

    public init() {}

    private enum CodingKeys: String, CodingKey {
        case told = "sent"
        case marks, checkpoints, evaluated
    }
}
