import FlareModel

/// What was told of each finding, by which one place decides what is news: for every sink that tells, in one run after
/// another and in a live run's evaluations.
///
/// News is a finding that is new; one that is worse, by a step of severity that held for two evaluations; one that is back
/// after a day away; and one that has gone quiet, as none of its calls was found for a day. Severities that flip between
/// two steps, falls, and intervals that wander are none, and no fact is told twice.
public struct ToldFindings: Sendable {
    /// What is known of a finding.
    struct Entry: Sendable, Codable {
        /// As a sink that replaces findings by their id has it.
        var severity: Severity
        var interval: Double?
        /// Its latest call, or the latest evaluation that found it where it has no calls.
        var found: Timestamp?
        /// The highest step that was told; `nil` in a state of an older version, which told every step.
        var told: Severity?
        /// The step above it that the evaluation before found.
        var rising: Severity?
        /// The finding without its calls and evidence, for when it goes quiet; `nil` once it has.
        var last: Finding?
        var isQuiet: Bool?
    }

    /// What an evaluation has to say.
    struct Change: Sendable {
        /// In the order of the findings, then those that went quiet.
        var news: [Finding] = []
        /// What a sink that replaces findings by their id has to write anew: also falls and moved intervals.
        var changed: [Finding] = []
    }

    /// By the finding's id.
    private(set) var entries: [String: Entry] = [:]

    /// A day, less what the ends of nightly runs may lie apart.
    static let day: Int64 = 23 * 3600 * 1_000_000_000
    /// One that was quiet for longer is forgotten, and new should it come again.
    static let memory: Int64 = 30 * 86_400 * 1_000_000_000
    /// How far an interval must move to be written anew, as a share.
    private static let movedInterval = 0.1

    public init() {}

    /// Takes note of what an evaluation found.
    ///
    /// - Parameters:
    ///   - hidden: the ids of those that enrichers took out: they are no news, and have not gone quiet.
    ///   - moment: the end of its window.
    ///   - steps: whether a rise has to hold for two evaluations, as in a live run; a run by itself judges enough at once.
    ///   - pause: for how long before it nothing was evaluated though it should have been, in nanoseconds: in that time
    ///     nothing went quiet.
    mutating func take(
        _ findings: [Finding], hidden: Set<String> = [], at moment: Timestamp, steps: Bool, pause: Int64 = 0
    ) -> Change {
        var change = Change()
        if pause > 0 {
            entries = entries.mapValues { entry in
                var entry = entry
                entry.found = entry.found?.advanced(by: pause)
                return entry
            }
        }
        for var finding in findings {
            let before = entries[finding.id]
            var entry = note(&finding, before, at: moment, steps: steps)
            if finding.news != nil { change.news.append(finding) }
            if let before, !Self.hasMoved(before, finding) {
                (entry.severity, entry.interval) = (before.severity, before.interval)
            } else {
                change.changed.append(finding)
            }
            entries[finding.id] = entry
        }
        let found = Set(findings.map(\.id))
        var quiet: [Finding] = []
        for (id, entry) in entries where !found.contains(id) {
            if hidden.contains(id) {
                entries[id]?.found = moment
                continue
            }
            let away = moment.nanoseconds.subtractingClamped((entry.found ?? moment).nanoseconds)
            if away >= Self.memory { entries[id] = nil }
            entries[id]?.rising = nil
            guard away >= Self.day, entry.isQuiet != true, var last = entry.last else { continue }
            last.news = .quiet
            quiet.append(last)
            entries[id]?.last = nil
            entries[id]?.isQuiet = true
        }
        change.news += quiet.sorted { $0.id < $1.id }
        return change
    }

    /// The finding's entry anew; the finding says why it is news.
    private func note(_ finding: inout Finding, _ before: Entry?, at moment: Timestamp, steps: Bool) -> Entry {
        var entry = Entry(severity: finding.severity, interval: finding.interval, told: finding.severity)
        let found = finding.lastSeen ?? moment
        entry.found = before?.found.map { max($0, found) } ?? found
        var slim = finding
        (slim.times, slim.sizes, slim.evidence) = ([], [], [:])
        entry.last = slim
        finding.news = .new
        guard let before else { return entry }
        finding.news = .back
        if before.isQuiet == true { return entry }
        finding.news = nil
        let told = before.told ?? before.severity
        // The step that was reached and, in a live run, had been reached by the evaluation before.
        let held = steps ? min(before.rising ?? told, finding.severity) : finding.severity
        if held > told { finding.news = .worse }
        entry.told = max(told, held)
        entry.rising = finding.severity > max(told, held) ? finding.severity : nil
        return entry
    }

    private static func hasMoved(_ before: Entry, _ finding: Finding) -> Bool {
        guard before.severity == finding.severity else { return true }
        guard let old = before.interval, let new = finding.interval else { return before.interval != finding.interval }
        return abs(new - old) > movedInterval * max(abs(old), 1e-9)
    }
}

extension ToldFindings: Codable {
    public init(from decoder: any Decoder) throws { entries = try [String: Entry](from: decoder) }

    public func encode(to encoder: any Encoder) throws { try entries.encode(to: encoder) }
}
