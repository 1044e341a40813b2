import FlareModel
import FlarePlugins
import Logging

/// The reading side of a live run: a lane for each cursor, read up to the moment of the next evaluation and no further.
///
/// An evaluation at a moment sees of each lane the records before the first one that reaches the moment, and nothing
/// behind it. So what an evaluation finds depends on the records and their order alone, not on how fast they came, and a
/// run that was killed and reads its window again finds the same.
final class LiveReading: Sendable {
    /// The kept records at a moment between reads.
    struct Snapshot: Sendable {
        var result: ReadResult
        var window: TimeWindow
        /// From where the window could be read again.
        var checkpoints: [String: [Checkpoint]]
    }

    /// Why reading paused.
    enum Pause: Sendable {
        /// Every lane has reached the boundary, has nothing more for now, or has ended; the earliest record at it.
        case reached(Timestamp)
        /// Nothing came.
        case idle
        case ended
    }

    let lanes: [LiveLane]
    private let window: WindowRequest
    private let meter: ReadMeter
    private let plan: ReadPlan

    init(
        _ pipeline: Pipeline, _ evaluator: Evaluator, _ resume: LiveState, now: Timestamp, meter: ReadMeter,
        logger: Logger
    ) async throws {
        let intake = Intake(pipeline: pipeline, evaluator: evaluator, now: now, meter: meter, logger: logger)
        let asked = intake.plan()
        var cursors: [(source: String, cursor: any Cursor, start: Checkpoint?)] = []
        for stage in pipeline.sources {
            var scan = intake.scan(asked, stage.plugin)
            scan.window = .all
            scan.isLive = true
            scan.resume = resume.checkpoints[stage.name] ?? []
            for (number, cursor) in try await stage.plugin.open(scan).enumerated() {
                let start = number < scan.resume.count ? scan.resume[number] : nil
                cursors.append((stage.name, cursor, start))
            }
        }
        let plan = cursors.contains(where: \.cursor.mayRepeat) ? intake.plan(tellingRepeats: true) : asked
        self.plan = plan
        lanes = cursors.map { source, cursor, start in
            LiveLane(source, cursor, plan, pipeline.window, start: start, step: pipeline.every)
        }
        window = pipeline.window
        self.meter = meter
    }

    /// What holds the kept records.
    var memory: RecordMemory { plan.memory }

    /// The newest start that was kept.
    var newest: Timestamp? { lanes.compactMap(\.newest).max() }

    /// Reads until a record reaches a moment and everybody had the chance to say what lies before it.
    ///
    /// - Parameters:
    ///   - boundary: nanoseconds since 1970.
    ///   - now: later records are from the future.
    func read(until boundary: Int64, now: Timestamp) async throws -> Pause {
        var stops = try await readAll(until: boundary, now)
        if stops.contains(where: \.isReached), stops.contains(where: { $0 == .idle }) {
            // What was written before the record that reached the moment counts, though that lane was asked earlier.
            stops = try await readAll(until: boundary, now)
        }
        let reached = stops.compactMap { if case .reached(let time) = $0 { time } else { nil } }
        if let earliest = reached.min() { return .reached(Timestamp(nanoseconds: earliest)) }
        return stops.allSatisfy { $0 == .ended } ? .ended : .idle
    }

    private func readAll(until boundary: Int64, _ now: Timestamp) async throws -> [LiveLane.Stop] {
        try await withThrowingTaskGroup(of: LiveLane.Stop.self) { group in
            for lane in lanes {
                group.addTask { [meter] in
                    do {
                        return try await EngineThread.run(until: meter) {
                            try lane.read(until: boundary, now: now, meter)
                        }
                    } catch {
                        if !(error is CancellationError) { meter.cancel() }
                        throw error
                    }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    /// What is kept now of the window that ends at a moment; what is older is forgotten.
    func snapshot(before moment: Timestamp) -> Snapshot {
        var window = TimeWindow(until: moment)
        switch self.window {
        case .last(let length): window.since = moment.moved(back: length)
        case .between(let asked): window.since = asked.since
        case .all: break
        }
        if case .between(let asked) = self.window, let until = asked.until { window.until = min(until, moment) }
        var parts: [(source: String, part: ReadPart)] = []
        var ingestBySource: [String: IngestCounts] = [:]
        var checkpoints: [String: [Checkpoint]] = [:]
        for lane in lanes {
            let kept = lane.keep(since: window.since)
            parts.append((lane.source, kept.part))
            ingestBySource[lane.source, default: IngestCounts()].merge(kept.ingest)
            checkpoints[lane.source, default: []].append(kept.checkpoint)
        }
        var result = ReadResult(parts, plan)
        result.ingestBySource = ingestBySource
        result.useOnce(in: window)
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
    }
}
