import FlareModel
import FlareOptions
import FlarePlugins

/// What a run came to.
public struct RunOutcome: Sendable {
    /// Something about a run that its caller has to know.
    public enum Condition: Hashable, Sendable {
        /// More than the allowed share of the records of interest was rejected, or a sink failed.
        case notWhole(String)
        /// No record of interest lies in the window.
        case noRecords(String)
        /// There are records of interest, and no channel of them was judged.
        case nothingJudged(String)
        /// The newest record is older than allowed.
        case stale(String)
    }

    public let run: Run
    /// Sorted by falling priority; of a live run's evaluation those that are news.
    public let findings: [Finding]
    public let columns: [Column]
    /// What was told of each finding, for the next run.
    public let told: ToldFindings
    public let conditions: [Condition]
    /// Whether a finding should end the command with a code of its own is the command's to decide.
    public var hasFindings: Bool { run.findings > 0 }
}

extension RunOutcome.Condition: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notWhole(let why), .noRecords(let why), .nothingJudged(let why), .stale(let why): why
        }
    }
}

extension Run {
    /// Weighs a run's ingest counts against what its pipeline allows.
    func conditions(_ pipeline: Pipeline, subjects: Set<RecordKind>, newest: Timestamp?) -> [RunOutcome.Condition] {
        var conditions: [RunOutcome.Condition] = []
        if isEmpty(of: subjects), !pipeline.acceptsEmpty { conditions.append(.noRecords(emptyDiagnosis(subjects))) }
        if !pipeline.acceptsEmpty, let idle = nothingJudged(pipeline, subjects: subjects) {
            conditions.append(.nothingJudged(idle))
        }
        if let maxAge = pipeline.maxAge {
            let age = newest.map { header.started.nanoseconds - $0.nanoseconds }
            if age ?? .max > maxAge {
                let last = newest.map { "the newest record is of \($0.inWholeSeconds)" } ?? "there is no record at all"
                conditions.append(
                    .stale(
                        "\(last), older than max_age (\((maxAge / 1_000_000_000).grouped) s) allows; is the sensor "
                            + "alive?"))
            }
        }
        let rejected = ingest.rejectedCount
        let share = Double(rejected) / Double(max(1, rejected + ingest.usedCount))
        if share > pipeline.maxRejected {
            let percent = (share * 1000).rounded() / 10
            conditions.append(
                .notWhole(
                    "\(rejected.grouped) records of interest were rejected, \(percent) % of them, more than max_rejected allows"
                ))
        }
        for (reason, tally) in ingest.unread.sorted(by: { $0.key < $1.key }) {
            conditions.append(
                .notWhole("not all of the input was read: \(tally.count.grouped) × \(reason): \(tally.places)"))
        }
        conditions += failures.map(RunOutcome.Condition.notWhole)
        for output in outputs {
            if let failure = output.failure { conditions.append(.notWhole("\(output.sink) failed: \(failure)")) }
        }
        return conditions
    }

    /// Whether sinks that write their output anew leave what an earlier run wrote: nothing was judged, so that no findings
    /// mean nothing.
    func hasNothingToWrite(_ pipeline: Pipeline, _ subjects: Set<RecordKind>) -> Bool {
        !pipeline.acceptsEmpty && (isEmpty(of: subjects) || nothingJudged(pipeline, subjects: subjects) != nil)
    }

    /// Why no channel was judged although there are records of interest, and what mends it; `nil` where one was judged.
    func nothingJudged(_ pipeline: Pipeline, subjects: Set<RecordKind>) -> String? {
        // Domains that were looked up pass filters by which no connection does: they are no excuse, unless one was found.
        let ofFlows = pipeline.detectors.filter { $0.demand.grouping.subject == .flow }
        let meant = ofFlows.isEmpty ? pipeline.detectors : ofFlows
        let names = Set(meant.map(\.name))
        guard !isEmpty(of: subjects),
            detectors.allSatisfy({ names.contains($0.name) ? $0.judged == 0 : $0.findings == 0 })
        else { return nil }
        let early = dropped.filter { $0.findings == 0 }
        let left = channels - early.reduce(0) { $0 + $1.channels }
        var lines = ["no channel was judged, so nothing can have been found"]
        lines += early.sorted { $0.channels > $1.channels }.prefix(5).map {
            "  \($0.filter) left out \($0.channels.grouped) of \(channels.grouped) channels: \($0.rule)"
        }
        if left > 0 {
            let demands = meant.map { "\($0.name) asks for \($0.demand.minimumCount.grouped)" }
            let rest =
                (early.isEmpty ? "" : "other ")
                + (left == 1 ? "channel has too few" : "\(left.grouped) channels have too few")
            lines.append(
                "  the \(rest) records: "
                    + demands.joined(separator: ", "))
        }
        for stage in pipeline.enrichers where early.contains(where: { $0.filter == stage.name }) {
            if let remedy = (stage.plugin as? any ChannelFilter)?.remedy { lines.append("  \(remedy)") }
        }
        return lines.joined(separator: "\n")
    }

    /// What was found instead of records of interest.
    private func emptyDiagnosis(_ subjects: Set<RecordKind>) -> String {
        let kinds = subjects.map(\.name).sorted()
        let wanted = [kinds.dropLast().joined(separator: ", "), kinds.last ?? ""].filter { !$0.isEmpty }
            .joined(separator: " or ")
        var lines = ["no \(wanted) record was found\(window.phrase)"]
        if ingest.read == 0 { lines.append("  the input holds no record at all") }
        for (reason, tally) in (ingest.skipped.merging(ingest.rejected) { $1 }).sorted(by: { $0.key < $1.key }) {
            var line = "  \(tally.count.grouped) × \(reason)"
            if let first = tally.first, let last = tally.last {
                line += ", from \(first.inWholeSeconds) to \(last.inWholeSeconds)"
            }
            lines.append(line)
        }
        let last = ingest.skipped[AdmissionPolicy.outside]?.last
        if let last, let since = window.since, last < since {
            lines.append(
                "  the records end at \(last.inWholeSeconds), before the window begins; let it begin "
                    + "at a date, such as " + last.moved(back: 86_400_000_000_000).date)
        }
        return lines.joined(separator: "\n")
    }
}

extension Evaluator {
    /// The report of a run, or of an evaluation of a live run, before it is written.
    ///
    /// - Parameter isLast: whether no evaluation follows: only then does a pipeline in which nothing is judged need a remark.
    func report(of outcome: Outcome, _ taken: Taken, isLast: Bool) async -> Run {
        var run = Run(
            header: header, window: taken.seenWindow, ingest: taken.ingest, ingestBySource: taken.ingestBySource)
        run.ingest.merge(pipeline.notes)
        run.newest = taken.newest
        run.channels = outcome.channels
        run.sensor = taken.sensor.filter { $0.overlaps(run.window) }
        run.statements = outcome.statements + [SensorHour.statement(run.sensor)].compactMap { $0 }
        run.dropped = outcome.dropped
        run.detectors = outcome.detectors
        run.findings = outcome.findings.count
        run.incidents = outcome.incidents
        run.nearMisses = outcome.nearMisses
        for finding in outcome.findings { run.severities[finding.severity.rawValue, default: 0] += 1 }
        run.seconds = outcome.seconds
        var remarks = SensorHour.remarks(run.sensor) + self.remarks + taken.remarks + outcome.remarks
        for stage in pipeline.sources { remarks += await stage.plugin.remarks() }
        if isLast, pipeline.acceptsEmpty, let idle = run.nothingJudged(pipeline, subjects: subjects) {
            remarks.append(idle)
        }
        // Reports, pages and documents take them from here.
        run.warnings = remarks.map(Redaction.redacted)
        run.failures = (PluginLifetimes(pipeline).failures + outcome.failures).map(Redaction.redacted)
        return run
    }
}
