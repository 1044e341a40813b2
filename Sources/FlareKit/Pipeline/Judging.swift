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
    }

    func run<D: Detector>(
        _ detector: D, minimumCount: Int, _ table: ChannelTable, _ census: Census
    ) async throws -> Outcome {
        let channels = (0..<table.count).map(ChannelID.init).filter { table.recordCount(of: $0) >= minimumCount }
        var census = census
        census.judged = channels.count
        let judged = try await judge(detector, channels, table, census)
        let findings = try await detector.settle(judged, table, census)
        let scores = JudgedScores(table: table, channels: judged.map { ($0.channel, $0.judgement.score) })
        return Outcome(findings: findings, judged: channels.count, scores: scores)
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
