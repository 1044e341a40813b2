import FlareModel
import FlarePlugins
import Logging

/// Runs pipelines: opens the sources, drives their cursors, groups, judges, enriches and writes.
public struct RunEngine: Sendable {
    public let version: String
    /// When the run began.
    public let now: Timestamp
    /// The clock of a live run, against which records from the future and silent sensors are told.
    public let clock: @Sendable () -> Timestamp
    public let meter: ReadMeter
    public let logger: Logger

    public init(
        version: String, now: Timestamp, clock: (@Sendable () -> Timestamp)? = nil, meter: ReadMeter = ReadMeter(),
        logger: Logger = Logger(label: "flare")
    ) {
        self.version = version
        self.now = now
        self.clock = clock ?? { now }
        self.meter = meter
        self.logger = logger
    }

    /// Runs a pipeline once, from the first record to the committed outputs.
    ///
    /// - Parameter told: what earlier runs told, by which sinks that tell get what is news; the outcome has it as it is then.
    /// - Throws: where it cannot be done at all; then no sink has left anything half-written. `CancellationError`
    ///   where the meter was cancelled.
    public func run(_ pipeline: Pipeline, told: ToldFindings = ToldFindings()) async throws -> RunOutcome {
        try await PluginLifetimes(pipeline).around(meter) { try await start(pipeline, told) }
    }

    private func start(_ pipeline: Pipeline, _ told: ToldFindings) async throws -> RunOutcome {
        let evaluator = try await evaluator(for: pipeline)
        let columns = Column.all(with: pipeline.evidence, of: evaluator.header)
        let sinks = SinkSet(pipeline.sinks)
        await sinks.begin(evaluator.header, columns)
        do {
            if await sinks.isDead { throw await deadSinks(sinks) }
            return try await run(pipeline, evaluator, columns, sinks, told)
        } catch {
            await sinks.abort()
            throw meter.isCancelled && !(error is PluginError) ? CancellationError() : error
        }
    }

    private func run(
        _ pipeline: Pipeline, _ evaluator: Evaluator, _ columns: [Column], _ sinks: SinkSet, _ told: ToldFindings
    ) async throws -> RunOutcome {
        let clock = ContinuousClock()
        let start = clock.now
        meter.begin("read")
        let intake = Intake(pipeline: pipeline, evaluator: evaluator, now: now, meter: meter, logger: logger)
        let taken = try await intake.take()
        let readSeconds = start.duration(to: clock.now).inSeconds

        let outcome = try await evaluator.evaluate(taken)
        if meter.isCancelled { throw CancellationError() }
        var run = await evaluator.report(of: outcome, taken, isLast: true)
        run.seconds["read"] = readSeconds

        meter.begin("write")
        let writing = clock.now
        let subjects = evaluator.subjects
        let isEmpty = run.hasNothingToWrite(pipeline, subjects)
        var told = told
        let news =
            isEmpty
            ? [] : told.take(outcome.findings, hidden: outcome.hidden, at: run.window.until ?? now, steps: false).news
        await sinks.write(
            all: outcome.findings, changed: outcome.findings, appended: outcome.findings, news: news, of: run)
        run.seconds["write"] = writing.duration(to: clock.now).inSeconds
        run.seconds["total"] = start.duration(to: clock.now).inSeconds
        await sinks.commit(&run, keepsWhole: isEmpty)
        if await sinks.isDead { throw await deadSinks(sinks) }
        return RunOutcome(
            run: run, findings: outcome.findings, columns: columns, told: told,
            conditions: run.conditions(pipeline, subjects: subjects, newest: taken.newest))
    }

    func evaluator(for pipeline: Pipeline) async throws -> Evaluator {
        let header = RunHeader(
            pipeline: pipeline.name, version: version, started: now, sources: pipeline.sources.map(\.name),
            sensor: pipeline.sensor ?? MachineName.current, host: MachineName.current)
        var enrichers: [Pipeline.Stage<any Enricher>] = []
        var remarks: [String] = []
        let preparation = RunPreparation(started: now, sources: pipeline.sources.map(\.plugin))
        for stage in try EnricherOrder.sorted(pipeline.enrichers) {
            let ready = try await stage.plugin.prepared(for: preparation)
            enrichers.append(Pipeline.Stage(stage.name, ready.enricher))
            remarks += ready.remarks.filter { !remarks.contains($0) }
        }
        return Evaluator(
            pipeline: pipeline, enrichers: enrichers, remarks: remarks, header: header, meter: meter, logger: logger)
    }

    func deadSinks(_ sinks: SinkSet) async -> PluginError {
        let failures = await sinks.failureTexts
        return PluginError("no output could be written: " + failures.joined(separator: "; "))
    }
}
