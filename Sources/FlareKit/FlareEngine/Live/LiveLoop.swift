import FlareModel
import FlarePlugins

/// The course of a live run: read up to the next moment, evaluate, write, and so on.
struct LiveLoop {
    let engine: RunEngine
    let evaluator: Evaluator
    let live: LiveReading
    let sinks: SinkSet
    let columns: [Column]
    /// What was sent.
    private var state: LiveState
    /// The last state that all sinks have reached, from which a restart misses nothing.
    private var whole: LiveState

    /// How long nobody looks for more after nothing came.
    private static let pause = Duration.milliseconds(200)
    /// The sensor's silence was remarked on.
    private var saidSilent = false
    /// What sources remarked on and was passed on.
    private var saidNotes: Set<String> = []

    private var pipeline: Pipeline { evaluator.pipeline }
    private var every: Int64 { max(1, pipeline.every) }

    init(
        engine: RunEngine, evaluator: Evaluator, live: LiveReading, sinks: SinkSet, columns: [Column], state: LiveState
    ) {
        self.engine = engine
        self.evaluator = evaluator
        self.live = live
        self.sinks = sinks
        self.columns = columns
        self.state = state
        whole = state
    }

    /// Goes on until all cursors have ended or the run is cancelled.
    mutating func run(_ evaluated: @Sendable (RunOutcome?, LiveState) async throws -> Void) async throws {
        state.marks.merge(await sinks.standing()) { $1 }
        whole = state
        // From here on a killed run leaves no output that the next one does not know of.
        try await evaluated(nil, whole)
        // The first record tells where the steps begin.
        var boundary = state.evaluated.map { $0.advanced(by: every).nanoseconds } ?? .min
        while true {
            engine.meter.begin("read")
            switch try await live.read(until: boundary, now: engine.clock()) {
            case .reached(let time):
                let step = Timestamp.split(time.nanoseconds, by: every).quotient.multipliedClamped(by: every)
                if boundary > .min { try await evaluate(at: Timestamp(nanoseconds: step), evaluated) }
                boundary = step.addingClamped(every)
            case .idle:
                remarkOnSilence()
                try await Task.sleep(for: Self.pause)
            case .ended:
                guard let newest = live.newest else { return }
                return try await evaluate(at: newest.advanced(by: 1), isLast: true, evaluated)
            }
            if engine.meter.isCancelled { throw CancellationError() }
        }
    }

    private mutating func evaluate(
        at moment: Timestamp, isLast: Bool = false,
        _ evaluated: @Sendable (RunOutcome?, LiveState) async throws -> Void
    ) async throws {
        let snapshot = live.snapshot(before: moment)
        var taken = await evaluator.take(snapshot.result, in: snapshot.window, newest: live.newest)
        taken.remarks += live.memory.remarks
        let outcome = try await evaluator.evaluate(taken)
        if engine.meter.isCancelled { throw CancellationError() }
        var run = await evaluator.report(of: outcome, taken, isLast: isLast)
        let pause = state.evaluated.map { moment.nanoseconds.subtractingClamped($0.nanoseconds) - every } ?? 0
        let subjects = evaluator.subjects
        let isEmpty = run.hasNothingToWrite(pipeline, subjects)
        let change =
            isEmpty
            ? ToldFindings.Change()
            : state.told.take(outcome.findings, hidden: outcome.hidden, at: moment, steps: true, pause: pause)
        await sinks.retry(evaluator.header, columns, resume: state.marks)
        await sinks.write(
            all: outcome.findings, changed: change.changed, appended: change.news, news: change.news, of: run)
        await sinks.commit(&run, keepsWhole: isEmpty)
        state.checkpoints = snapshot.checkpoints
        state.evaluated = moment
        state.marks.merge(await sinks.marks) { $1 }
        let failures = await sinks.failureTexts
        if await sinks.isWhole { whole = state }
        for failure in failures { engine.logger.error("an output failed, and is tried again: \(failure)") }
        for note in run.ingest.noted.keys.sorted() where saidNotes.insert(note).inserted {
            engine.logger.notice("\(run.ingest.noted[note]?.count.grouped ?? "") \(note)")
        }
        var conditions = run.conditions(pipeline, subjects: subjects, newest: taken.newest)
        // Whether the sensor is silent shows when nothing comes, not while old records are read; and in the first
        // windows no channel has enough records yet.
        if !isLast {
            conditions.removeAll {
                switch $0 {
                case .stale, .nothingJudged: true
                case .notWhole, .noRecords: false
                }
            }
        }
        try await evaluated(
            RunOutcome(run: run, findings: change.news, columns: columns, told: state.told, conditions: conditions),
            whole)
    }

    /// Says once that the sensor has been silent for longer than `max_age` allows, and once that it is back.
    private mutating func remarkOnSilence() {
        guard let maxAge = pipeline.maxAge else { return }
        let newest = live.newest
        let isSilent = newest.map { engine.clock().nanoseconds - $0.nanoseconds > maxAge } ?? true
        if isSilent, !saidSilent {
            let last = newest.map { "the newest record is of \($0)" } ?? "no record has come"
            engine.logger.error(
                "\(last), older than max_age (\(maxAge / 1_000_000_000) s) allows; is the sensor alive?")
        } else if !isSilent, saidSilent {
            engine.logger.notice("records come again")
        }
        saidSilent = isSilent
    }
}
