import Logging
import Synchronization

/// The reading side of a live run: cursors on their threads, and the moments at which to evaluate.
final class LiveReading: Sendable {
    /// The kept records at a moment between reads.
    struct Snapshot: Sendable {
        var result: ReadResult
        var window: TimeWindow
        var checkpoints: [String: [Checkpoint]]
    }

    /// The moments at which to evaluate, in the records' own time, rising; ends when all cursors have ended.
    let evaluationTimes: AsyncStream<Timestamp>

    private let signal: AsyncStream<Timestamp>.Continuation
    private let lanes: [Lane]
    private let plan: ReadPlan
    private let policy: AdmissionPolicy
    private let window: WindowRequest
    private let every: Int64
    private let meter: ReadMeter
    private let lastEvaluation = Mutex<Int64?>(nil)

    /// One cursor with what it has read.
    private final class Lane: Sendable {
        struct State: Sendable {
            var part: ReadPart
            var account = Account()
            var checkpoint = Checkpoint()
            var lowWatermark: Timestamp?
            var hasEnded = false
        }

        let source: String
        let cursor: any Cursor
        let state: Mutex<State>

        init(_ source: String, _ cursor: any Cursor, _ plan: ReadPlan) {
            self.source = source
            self.cursor = cursor
            state = Mutex(State(part: ReadPart(plan)))
        }
    }

    init(
        _ pipeline: Pipeline, _ evaluator: Evaluator, _ resume: LiveState, now: Timestamp, meter: ReadMeter,
        logger: Logger
    ) async throws {
        let intake = Intake(pipeline: pipeline, evaluator: evaluator, now: now, meter: meter, logger: logger)
        plan = intake.plan
        var lanes: [Lane] = []
        for stage in pipeline.sources {
            var scan = intake.scan(plan, stage.plugin)
            scan.window = .all
            scan.isLive = true
            scan.resume = resume.checkpoints[stage.name] ?? []
            lanes += try await stage.plugin.open(scan).map { [plan] in Lane(stage.name, $0, plan) }
        }
        self.lanes = lanes
        window = pipeline.window
        every = max(1, pipeline.every)
        policy = AdmissionPolicy(pipeline.window, window: .all, now: .init(nanoseconds: .max - 1_000_000_000_000))
        self.meter = meter
        (evaluationTimes, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Reads until all cursors end or the meter is cancelled, then asks for a last evaluation.
    func read() async throws {
        defer { signal.finish() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in lanes {
                group.addTask { [self] in
                    do {
                        try await EngineThread.run(until: meter) { [self] in try drain(lane) }
                    } catch {
                        meter.cancel()
                        throw error
                    }
                }
            }
            try await group.waitForAll()
        }
        if let newest = lanes.compactMap({ $0.state.withLock(\.part.newest) }).max() {
            signal.yield(newest.advanced(by: 1))
        }
    }

    private func drain(_ lane: Lane) throws {
        var batch = RecordBatch(plan.kinds)
        var goesOn = true
        while goesOn, !meter.isCancelled {
            batch.removeAll()
            batch.lowWatermark = nil
            goesOn = try lane.cursor.next(into: &batch)
            lane.state.withLock { state in
                let before = state.account
                state.part.take(batch, plan, policy)
                state.account = lane.cursor.account
                state.checkpoint = lane.cursor.checkpoint()
                state.lowWatermark = [state.lowWatermark, batch.lowWatermark].compactMap { $0 }.max()
                state.hasEnded = !goesOn
                meter.advance(bytes: state.account.bytes - before.bytes, records: state.account.read - before.read)
            }
            askForEvaluation()
        }
    }

    /// Signals the last step of `every` that all cursors have passed.
    private func askForEvaluation() {
        let marks = lanes.compactMap { lane in
            lane.state.withLock {
                $0.hasEnded ? nil : $0.lowWatermark ?? $0.part.newest ?? Timestamp(nanoseconds: .min)
            }
        }
        guard let watermark = marks.min(), watermark.nanoseconds > .min else { return }
        let step = Timestamp.split(watermark.nanoseconds, by: every).quotient * every
        let isNew = lastEvaluation.withLock { last in
            guard let before = last else {
                last = step
                return false
            }
            guard step > before else { return false }
            last = step
            return true
        }
        if isNew { signal.yield(Timestamp(nanoseconds: step)) }
    }

    /// What is kept now of the window that ends at a moment; what is older is forgotten.
    func snapshot(before moment: Timestamp) -> Snapshot {
        var window = TimeWindow(until: moment)
        if case .last(let length) = self.window { window.since = moment.advanced(by: -length) }
        var parts: [ReadPart] = []
        var accounts: [String: Account] = [:]
        var checkpoints: [String: [Checkpoint]] = [:]
        for lane in lanes {
            lane.state.withLock { state in
                if let since = window.since { state.part.forget(before: since.nanoseconds) }
                parts.append(state.part)
                accounts[lane.source, default: Account()].merge(state.account)
                checkpoints[lane.source, default: []].append(state.checkpoint)
            }
        }
        var result = ReadResult(parts, plan)
        result.accounts = accounts
        return Snapshot(result: result, window: window, checkpoints: checkpoints)
    }
}

extension ReadPart {
    var newest: Timestamp? {
        let newest = shards.map(\.newest).max() ?? .min
        return newest == .min ? nil : Timestamp(nanoseconds: newest)
    }

    mutating func forget(before moment: Int64) {
        for place in shards.indices { shards[place].forget(before: moment) }
        names = names.filter { $0.value.time >= moment }
    }
}
