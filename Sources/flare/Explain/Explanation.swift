import FlareKit
import Foundation

/// What a run did with single channels: which rule left one out, or what each detector made of it, and why.
struct Explanation {
    /// So many channels of a pattern are told one by one.
    private static let mostTold = 10

    private let pipeline: Pipeline
    private let patterns: [ChannelPattern]
    private let log: VerdictLog
    /// Findings before and after the enrichers.
    private let before = FindingWatch()
    private let after = FindingWatch()

    init(_ pipeline: Pipeline, _ patterns: [ChannelPattern]) {
        self.pipeline = pipeline
        self.patterns = patterns
        log = VerdictLog(patterns)
    }

    /// The pipeline with the watches in it and without outputs.
    private var watched: Pipeline {
        var watched = pipeline
        watched.sinks = []
        watched.enrichers =
            [.init(ChannelWatch.name, ChannelWatch(log: log)), .init("explain before", before)]
            + pipeline.enrichers.map { stage in
                guard let filter = stage.plugin as? any ChannelFilter else { return stage }
                return .init(stage.name, WatchedFilter(name: stage.name, filter: filter, log: log))
            } + [.init("explain after", after)]
        for stage in pipeline.detectors {
            if let open = Self.open(stage.plugin) {
                watched.detectors.append(.init(OpenName.of(stage.name), open, grouping: stage.grouping))
            }
        }
        for grouping in groupings {
            watched.detectors.append(
                .init(ChannelRecorder.name, ChannelRecorder(patterns: patterns, grouping: grouping)))
        }
        return watched
    }

    private var groupings: [Grouping] {
        pipeline.detectors.map(\.demand.grouping).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    private static func open(_ detector: any Detector) -> (any Detector)? {
        (detector as? any ThresholdDetector).map { Self.withoutThreshold($0) }
    }

    private static func withoutThreshold(_ detector: some ThresholdDetector) -> any Detector {
        Renamed(detector: detector.withoutThreshold)
    }

    /// Runs the pipeline, writes no output, and tells.
    ///
    /// - Returns: the text, and whether any of the channels was seen.
    func run(_ engine: RunEngine) async throws -> (text: String, hasChannels: Bool, outcome: RunOutcome) {
        let outcome = try await engine.run(watched)
        let (before, after) = (self.before.seen, self.after.seen)
        let near = log.channels.union(
            after.findings.flatMap(\.channels).filter { key in patterns.contains { $0.isNear(key) } })
        var lines: [String] = []
        var hasChannels = false
        for pattern in patterns {
            let matched = near.filter(pattern.matches)
            hasChannels = hasChannels || !matched.isEmpty
            if matched.isEmpty { lines += unknown(pattern, near.sorted(), outcome) }
            lines += told(ranked(matched, before, after))
        }
        return (lines.joined(separator: "\n") + "\n", hasChannels, outcome)
    }

    /// The most urgent channels one by one, the others by their number.
    private func told(_ channels: [RankedChannel]) -> [String] {
        let lines = channels.prefix(Self.mostTold).flatMap { explain($0.key) + [""] }
        let rest = channels.dropFirst(Self.mostTold)
        guard !rest.isEmpty else { return lines }
        let fates = ChannelFate.allCases.compactMap { fate in
            let count = rest.count { $0.fate == fate }
            return count == 0 ? nil : "\(count.grouped) \(fate.rawValue)"
        }
        return lines + ["and \(rest.count.grouped) more: \(fates.joined(separator: ", "))", ""]
    }

    /// Most urgent first.
    private func ranked(
        _ channels: Set<ChannelKey>, _ before: FindingWatch.Seen, _ after: FindingWatch.Seen
    ) -> [RankedChannel] {
        let own = Set(pipeline.detectors.map(\.plugin.name))
        let open = Set(pipeline.detectors.map { OpenName.of($0.plugin.name) })
        func best(_ findings: [Finding], of names: Set<String>, _ weight: (Finding) -> Double) -> [ChannelKey: Double] {
            var best: [ChannelKey: Double] = [:]
            for finding in findings where names.contains(finding.detector) {
                for key in finding.channels { best[key] = max(best[key] ?? 0, weight(finding)) }
            }
            return best
        }
        let reported = best(after.findings, of: own, \.priority)
        let found = best(before.findings, of: own, \.score)
        var judged = best(before.findings, of: open, \.score)
        for scores in before.scores.values { judged.merge(scores, uniquingKeysWith: max) }
        // What the recorder alone saw counts as not judged.
        let records = best(before.findings, of: [ChannelRecorder.name]) { Double($0.occurrences ?? 0) }
        let fewest = pipeline.detectors.map(\.demand.minimumCount).min() ?? 1
        return channels.map { key in
            if let priority = reported[key] { return RankedChannel(key: key, fate: .reported, weight: priority) }
            if let score = found[key] { return RankedChannel(key: key, fate: .removed, weight: score) }
            guard let count = records[key] else { return RankedChannel(key: key, fate: .leftOut, weight: 0) }
            if Int(count) < fewest { return RankedChannel(key: key, fate: .notJudged, weight: count) }
            return RankedChannel(key: key, fate: .judged, weight: judged[key] ?? 0)
        }.sorted()
    }

    private func unknown(_ pattern: ChannelPattern, _ near: [ChannelKey], _ outcome: RunOutcome) -> [String] {
        let others = near.filter(pattern.isNear)
        var lines = ["\(pattern.text): no such channel\(outcome.run.window.phrase)"]
        if !others.isEmpty {
            lines.append("  between these two: " + others.prefix(10).map(\.description).joined(separator: "; "))
        } else {
            lines.append(
                "  \(outcome.run.ingest.usedCount.grouped) records made "
                    + "\(outcome.run.channels.grouped) channels; none is between these two")
        }
        return lines + [""]
    }

    private func explain(_ key: ChannelKey) -> [String] {
        var lines = [key.description]
        for stage in pipeline.enrichers {
            guard case .drop(let rule, let list)? = log.verdict(of: stage.name, on: key) else { continue }
            lines.append(
                "  left out before detection by \(stage.name), rule \(rule)" + (list.map { " of the list \($0)" } ?? "")
            )
            return lines
        }
        let filters = pipeline.enrichers.filter { $0.plugin is any ChannelFilter }.map(\.name)
        let recorded = before.seen.findings.filter { $0.detector == ChannelRecorder.name && $0.channel == key }
        if let record = recorded.first {
            lines.append(
                "  \((record.occurrences ?? 0).grouped) records, "
                    + "\(TimeWindow(since: record.firstSeen, until: record.lastSeen))")
        }
        if !filters.isEmpty { lines.append("  kept by \(filters.joined(separator: ", "))") }
        for stage in pipeline.detectors { lines += verdict(of: stage, on: key, recorded.first?.occurrences) }
        return lines
    }

    private func verdict(of stage: Pipeline.DetectorStage, on key: ChannelKey, _ records: Int?) -> [String] {
        let name = stage.plugin.name
        let isThis = { (finding: Finding) in finding.detector == name && finding.channels.contains(key) }
        if let finding = after.seen.findings.first(where: isThis) {
            return ["  \(stage.name): reported, \(finding.severity.rawValue)"] + Self.evidence(finding)
        }
        if let finding = before.seen.findings.first(where: isThis) {
            return ["  \(stage.name): found, then left out by an enricher"] + Self.evidence(finding)
        }
        if let records, records < stage.demand.minimumCount {
            return ["  \(stage.name): not judged, it asks for \(stage.demand.minimumCount.grouped) records or more"]
        }
        let open = before.seen.findings.first { $0.detector == OpenName.of(name) && $0.channels.contains(key) }
        if let open { return ["  \(stage.name): judged, and not reported"] + Self.evidence(open) }
        if let score = before.seen.scores[stage.name]?[key] {
            return ["  \(stage.name): judged, and not reported; score \(Value.number(score))"]
        }
        return ["  \(stage.name): not reported; it had nothing to say of the channel"]
    }

    private static func evidence(_ finding: Finding) -> [String] {
        var lines = ["    score \(two(finding.score)), priority \(two(finding.priority)) (\(finding.weight.decibans))"]
        lines += finding.weights.map { "    \($0.amount.decibans) \($0.name): \($0.reason)" }
        if !finding.summary.isEmpty { lines.append("    \(finding.summary)") }
        let shown = finding.evidence.filter { $0.key != "modifiers" }.sorted { $0.key < $1.key }
        if !shown.isEmpty {
            lines.append("    " + shown.map { "\($0.key) \(Self.digits($0.value))" }.joined(separator: "; "))
        }
        return lines
    }

    /// Three digits say enough to a reader.
    private static func digits(_ value: Value) -> String {
        guard case .number(let number) = value else { return value.description }
        return String(format: "%.3g", number)
    }

    private static func two(_ number: Double) -> String { String(format: "%.2f", number) }
}

/// What became of a channel, the most urgent first.
private enum ChannelFate: String, CaseIterable {
    case reported
    case removed = "found, then left out by an enricher"
    case judged = "judged and not reported"
    case notJudged = "with too few records to be judged"
    case leftOut = "left out before detection"
}

private struct RankedChannel: Comparable {
    let key: ChannelKey
    let fate: ChannelFate
    /// Among channels of one fate: the priority, the score, or the number of records.
    let weight: Double

    private var place: Int { ChannelFate.allCases.firstIndex(of: fate) ?? 0 }

    static func < (a: RankedChannel, b: RankedChannel) -> Bool {
        if a.fate != b.fate { return a.place < b.place }
        return a.weight == b.weight ? a.key < b.key : a.weight > b.weight
    }
}

/// A detector whose findings go under another name.
private struct Renamed<Inner: Detector>: Detector {
    let detector: Inner

    var name: String { OpenName.of(detector.name) }
    var demand: Demand { detector.demand }
    var evidence: [Field] { [] }

    func judge(_ batch: ChannelBatch, _ census: Census) async throws -> [Inner.Content?] {
        try await detector.judge(batch, census)
    }

    func settle(_ judged: [Judged<Inner.Content>], _ channels: ChannelTable, _ census: Census) async throws
        -> [Finding]
    {
        var findings = try await detector.settle(judged, channels, census)
        for place in findings.indices { findings[place].detector = name }
        return findings
    }

}

/// Where findings of a detector that shows what it leaves out are told from the detector's own.
private enum OpenName {
    static func of(_ name: String) -> String { "\(name) without threshold" }
}
