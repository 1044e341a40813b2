/// What a run came to.
public struct RunOutcome: Sendable {
    /// Something about a run that its caller has to know.
    public enum Condition: Hashable, Sendable {
        /// More than the allowed share of the records of interest was rejected, or a sink failed.
        case notWhole(String)
        /// No record of interest lies in the window.
        case noRecords(String)
        /// The newest record is older than allowed.
        case stale(String)
    }

    public let run: Run
    /// Sorted by falling priority; of a live run's evaluation those that are news.
    public let findings: [Finding]
    public let columns: [Column]
    public let conditions: [Condition]
    /// Whether a finding should end the command with a code of its own is the command's to decide.
    public var hasFindings: Bool { run.findings > 0 }
}

extension RunOutcome.Condition: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notWhole(let why), .noRecords(let why), .stale(let why): why
        }
    }
}

extension Run {
    /// Weighs a run's books against what its pipeline allows.
    func conditions(_ pipeline: Pipeline, subjects: Set<RecordKind>, newest: Timestamp?) -> [RunOutcome.Condition] {
        var conditions: [RunOutcome.Condition] = []
        if isEmpty(of: subjects), !pipeline.acceptsEmpty { conditions.append(.noRecords(emptyDiagnosis(subjects))) }
        if let maxAge = pipeline.maxAge {
            let age = newest.map { header.started.nanoseconds - $0.nanoseconds }
            if age ?? .max > maxAge {
                let last = newest.map { "the newest record is of \($0)" } ?? "there is no record at all"
                conditions.append(
                    .stale("\(last), older than max_age (\(maxAge / 1_000_000_000) s) allows; is the sensor alive?"))
            }
        }
        let rejected = account.rejectedCount
        let share = Double(rejected) / Double(max(1, rejected + account.usedCount))
        if share > pipeline.maxRejected {
            let percent = (share * 1000).rounded() / 10
            conditions.append(
                .notWhole(
                    "\(rejected) records of interest were rejected, \(percent) % of them, more than max_rejected allows"
                ))
        }
        for (reason, tally) in account.unread.sorted(by: { $0.key < $1.key }) {
            conditions.append(.notWhole("not all of the input was read: \(tally.count) × \(reason): \(tally.places)"))
        }
        conditions += failures.map(RunOutcome.Condition.notWhole)
        for output in outputs {
            if let failure = output.failure { conditions.append(.notWhole("\(output.sink) failed: \(failure)")) }
        }
        return conditions
    }

    /// What was found instead of records of interest.
    private func emptyDiagnosis(_ subjects: Set<RecordKind>) -> String {
        let wanted = subjects.map(\.name).sorted().joined(separator: " or ")
        var lines = ["no \(wanted) record was found in the window \(window)"]
        if account.read == 0 { lines.append("  the input holds no record at all") }
        for (reason, tally) in (account.skipped.merging(account.rejected) { $1 }).sorted(by: { $0.key < $1.key }) {
            var line = "  \(tally.count) × \(reason)"
            if let first = tally.first, let last = tally.last { line += ", from \(first) to \(last)" }
            lines.append(line)
        }
        return lines.joined(separator: "\n")
    }
}

extension TimeWindow: CustomStringConvertible {
    public var description: String {
        "\(since.map(\.description) ?? "the beginning") … \(until.map(\.description) ?? "the end")"
    }
}
