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
        /// Of a detector without a finding: the channels that came nearest.
        var nearMisses: [NearMiss] = []
    }

    /// How many near misses of a detector are told.
    private static let mostMisses = 3
    /// They are looked for among so many of the highest scores.
    private static let mostCandidates = 64

    func run<D: Detector>(
        _ detector: D, minimumCount: Int, _ table: ChannelTable, _ census: Census
    ) async throws -> Outcome {
        let channels = (0..<table.count).map(ChannelID.init).filter { table.recordCount(of: $0) >= minimumCount }
        var census = census
        census.judged = channels.count
        let judged = try await judge(detector, channels, table, census)
        let findings = try await detector.settle(judged, table, census)
        let scores = JudgedScores(table: table, channels: judged.map { ($0.channel, $0.judgement.score) })
        var outcome = Outcome(findings: findings, judged: channels.count, scores: scores)
        if findings.isEmpty, let detector = detector as? any ThresholdDetector {
            outcome.nearMisses = try await nearMisses(of: detector, judged, channels, table, census)
        }
        return outcome
    }

    /// - Parameter known: the detector's judgements; where it has none, its form without a threshold judges anew.
    private func nearMisses<D: ThresholdDetector>(
        of detector: D, _ known: Any, _ channels: [ChannelID], _ table: ChannelTable, _ census: Census
    ) async throws -> [NearMiss] {
        let open = detector.withoutThreshold
        var judged = known as? [Judged<D.Content>] ?? []
        if judged.isEmpty { judged = try await judge(open, channels, table, census) }
        let best = judged.sorted { ($0.judgement.score, $1.channel) > ($1.judgement.score, $0.channel) }
        let findings = try await open.settle(Array(best.prefix(Self.mostCandidates)), table, census)
        return findings.sorted { detector.isNearer($0, than: $1) }.prefix(Self.mostMisses).compactMap { finding in
            finding.channel.map { NearMiss(finding, of: $0, missing: detector.missing(finding, census)) }
        }
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

/// The scores of a detector's judgements, by channel; few runs ask for them.
struct JudgedScores: Sendable {
    let table: ChannelTable
    let channels: [(channel: ChannelID, score: Double)]

    var byKey: [ChannelKey: Double] {
        Dictionary(uniqueKeysWithValues: channels.map { (table.key(of: $0.channel), $0.score) })
    }
}

/// Hands out 0, 1, 2 … to whoever asks, each once.
final class Counter: Sendable {
    private let value = Atomic(0)

    func take() -> Int { value.add(1, ordering: .relaxed).oldValue }
}
