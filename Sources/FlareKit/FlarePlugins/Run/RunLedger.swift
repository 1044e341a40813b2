import FlareModel
import FlareOptions
import Synchronization

/// Where enrichers put down what they took out and what a reader of the results has to know.
public final class RunLedger: Sendable {
    /// A finding that an enricher took out.
    public struct Dropped: Sendable {
        /// The enricher's name in the run.
        public let filter: String
        /// The list that the rule is of; `nil` where the enricher has no lists.
        public let list: String?
        public let rule: String
        public let finding: Finding
        /// The records of the finding's channels.
        public let records: Int
    }

    private struct State {
        var dropped: [Dropped] = []
        var remarks: [String] = []
    }

    private let state = Mutex(State())

    public init() {}

    /// The findings that were taken out, in the order that was done.
    public var dropped: [Dropped] { state.withLock { $0.dropped } }
    /// Remarks, each once.
    public var remarks: [String] { state.withLock { $0.remarks } }

    /// Puts down a finding that was taken out.
    ///
    /// What would not have been reported is not counted.
    public func drop(_ finding: Finding, filter: String, list: String? = nil, rule: String, records: Int) {
        guard finding.isReported else { return }
        let entry = Dropped(filter: filter, list: list, rule: rule, finding: finding, records: records)
        state.withLock { $0.dropped.append(entry) }
    }

    /// Takes back what an enricher put down that failed after it.
    package func forget(filter: String) { state.withLock { $0.dropped.removeAll { $0.filter == filter } } }

    /// Puts down a remark for the run's report.
    public func remark(_ text: String) {
        let text = Redaction.redacted(text)
        state.withLock { if !$0.remarks.contains(text) { $0.remarks.append(text) } }
    }

    /// Puts down findings that an enricher took out without saying why.
    ///
    /// - Parameters:
    ///   - before: the findings that it was given.
    ///   - after: those that it left.
    ///   - said: how many entries there were before it was called.
    package func complete(
        _ before: [Finding], _ after: [Finding], since said: Int, filter: String, records: (Finding) -> Int
    ) {
        let kept = Set(after.map(\.id)).union(dropped.dropFirst(said).map(\.finding.id))
        for finding in before where !kept.contains(finding.id) {
            drop(finding, filter: filter, rule: "no reason given", records: records(finding))
        }
    }

    /// What was taken out, by filter, list and rule; a channel that was in several findings counts once.
    package var totals: [DroppedChannels] {
        var totals: [String: DroppedChannels] = [:]
        var seen: Set<String> = []
        for entry in dropped {
            let rule = "\(entry.filter)\n\(entry.list ?? "")\n\(entry.rule)"
            var total =
                totals[rule]
                ?? DroppedChannels(filter: entry.filter, list: entry.list, rule: entry.rule, channels: 0, records: 0)
            total.findings += 1
            if seen.insert("\(rule)\n\(entry.finding.subject)").inserted {
                total.channels += entry.finding.channels.count
                total.records.addClamped(entry.records)
            }
            totals[rule] = total
        }
        return totals.values.sorted()
    }
}
