import FlareModel
import FlarePlugins
import Synchronization

/// Lets a detector judge all its channels in parallel, and settle.
struct Judging: Sendable {
    let threads: Int
    let isCancelled: @Sendable () -> Bool
    /// How many channels a thread takes at a time.
    private static let batchSize = 256

    /// What came of a detector's work.
    struct Outcome: Sendable {
        var findings: [Finding]
        var judged: Int
        var scores: JudgedScores
        /// Channels that are not reported, and could be with what enrichers know of them.
        var candidates: [Finding] = []
        /// Of a detector without a finding: the channels that came nearest.
        var nearMisses: [NearMiss] = []
        var remarks: [String] = []
        /// What it could not recall or remember, and why.
        var failures: [String] = []
    }

    /// How many near misses of a detector are told.
    private static let mostMisses = 3
    /// Near misses and candidates are looked for among so many of the highest scores that are not reported.
    private static let mostCandidates = 128
    /// More than this no evidence makes up for, in decibans: a hundred times as many false alarms.
    private static let largestShortfall = 20.0

    func run<D: Detector>(
        _ detector: D, minimumCount: Int, _ table: ChannelTable, _ census: Census, seeksCandidates: Bool = false
    ) async throws -> Outcome {
        var census = census
        var failures: [String] = []
        let memory = detector as? any RememberingDetector
        do {
            try await memory?.recall(table, census)
        } catch {
            failures.append("\(error); channels are judged by the calls of this run alone")
        }
        let channels = (0..<table.count).map(ChannelID.init).filter { channel in
            table.recordCount(of: channel) >= minimumCount && memory?.judges(channel, in: table) ?? true
        }
        census.judged = channels.count
        let judged = try await judge(detector, channels, table, census)
        let findings = try await detector.settle(judged, table, census)
        let scores = JudgedScores(table: table, channels: judged.map { ($0.channel, $0.judgement.score) })
        var outcome = Outcome(findings: findings, judged: channels.count, scores: scores)
        if seeksCandidates || findings.isEmpty, let detector = detector as? any ThresholdDetector {
            let nearest = try await nearest(to: detector, judged, findings, channels, table, census)
            outcome.candidates = nearest.filter { $0.shortfall <= Self.largestShortfall }
            if findings.isEmpty { outcome.nearMisses = misses(of: detector, nearest, census) }
        }
        do {
            outcome.remarks = try await memory?.remember(table, census) ?? []
        } catch {
            failures.append("\(error); what this run saw is not remembered")
        }
        outcome.failures = failures
        return outcome
    }

    /// What came nearest to being reported, with what it lacks.
    ///
    /// - Parameter known: the detector's judgements; where it has none, its form without a threshold judges anew.
    private func nearest<D: ThresholdDetector>(
        to detector: D, _ known: Any, _ findings: [Finding], _ channels: [ChannelID], _ table: ChannelTable,
        _ census: Census
    ) async throws -> [Finding] {
        let open = detector.withoutThreshold
        var judged = known as? [Judged<D.Content>] ?? []
        if judged.isEmpty {
            guard findings.isEmpty else { return [] }
            judged = try await judge(open, channels, table, census)
        }
        let reported = Set(findings.flatMap(\.channels).compactMap(table.id))
        let best = Self.best(judged.filter { !reported.contains($0.channel) })
        return try await open.settle(best, table, census).map { finding in
            var finding = finding
            finding.shortfall = max(detector.shortfall(of: finding, census), .leastNonzeroMagnitude)
            return finding
        }
    }

    private func misses<D: ThresholdDetector>(of detector: D, _ nearest: [Finding], _ census: Census) -> [NearMiss] {
        nearest.sorted { detector.isNearer($0, than: $1) }.prefix(Self.mostMisses).compactMap { finding in
            finding.channel.map { NearMiss(finding, of: $0, missing: detector.missing(finding, census)) }
        }
    }

    /// Those of the highest scores, in the order of the channels.
    private static func best<Content: Judgement>(_ judged: [Judged<Content>]) -> [Judged<Content>] {
        func isBetter(_ a: Judged<Content>, than b: Judged<Content>) -> Bool {
            (a.judgement.score, b.channel) > (b.judgement.score, a.channel)
        }
        var best: [Judged<Content>] = []
        var least: Judged<Content>?
        for entry in judged {
            if let least, !isBetter(entry, than: least) { continue }
            best.append(entry)
            guard best.count >= 2 * mostCandidates else { continue }
            best.sort(by: isBetter)
            best.removeLast(best.count - mostCandidates)
            least = best.last
        }
        return best.sorted(by: isBetter).prefix(mostCandidates).sorted { $0.channel < $1.channel }
    }

    private func judge<D: Detector>(
        _ detector: D, _ channels: [ChannelID], _ table: ChannelTable, _ census: Census
    ) async throws -> [Judged<D.Content>] {
        let next = Counter()
        let batches = (channels.count + Self.batchSize - 1) / Self.batchSize
        return try await withThrowingTaskGroup(of: [(Int, [Judged<D.Content>])].self) { group in
            for _ in 0..<max(1, min(threads, batches)) {
                group.addTask {
                    var mine: [(Int, [Judged<D.Content>])] = []
                    while true {
                        let batch = next.take()
                        guard batch < batches else { return mine }
                        if isCancelled() { throw CancellationError() }
                        let part = channels[batch * Self.batchSize..<min(channels.count, (batch + 1) * Self.batchSize)]
                        let judgements = try await detector.judge(ChannelBatch(part.map(table.view)), census)
                        guard judgements.count == part.count else {
                            throw PluginError(
                                "detector \(detector.name) answered \(judgements.count) judgements "
                                    + "for \(part.count) channels")
                        }
                        mine.append(
                            (
                                batch,
                                zip(part, judgements).compactMap { channel, judgement in
                                    judgement.map { Judged(channel: channel, judgement: $0) }
                                }
                            ))
                    }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }.sorted { $0.0 < $1.0 }.flatMap(\.1)
        }
    }
}

/// Hands out 0, 1, 2 … to whoever asks, each once.
final class Counter: Sendable {
    private let value = Atomic(0)

    func take() -> Int { value.add(1, ordering: .relaxed).oldValue }
}
