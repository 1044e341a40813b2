import FlareModel
import FlareOptions
import FlarePlugins
import Synchronization

/// A detector that is a program.
struct ProgramDetector: Detector, ClosablePlugin {
    let program: ExternalProgram
    private let period = JudgingPeriod()

    /// The most records of a question's channels together, unless one channel alone has more.
    private static let mostRecords = 200_000
    /// The most judgements of a question.
    private static let mostJudgements = 2000

    init(_ program: ExternalProgram) { self.program = program }

    var name: String { program.descriptor.name }
    var evidence: [Field] { program.descriptor.evidence }
    var demand: Demand { program.record.traits.demand(program.options) }
    var failure: String? { program.health.failure }
    func cancel() { program.cancel() }
    func close() async { await program.close() }

    private var findings: ExternalFindings { ExternalFindings(detector: name, fields: evidence) }
    private var settles: Bool { program.record.traits.settles ?? false }

    func judge(_ batch: ChannelBatch, _ census: Census) async throws -> [ExternalJudgement?] {
        let nothing = [ExternalJudgement?](repeating: nil, count: batch.channels.count)
        return try await program.health.guarded(otherwise: nothing) {
            try await period.begin { try await tell(census) }
            var judgements: [ExternalJudgement?] = []
            for part in Self.parts(batch.channels) {
                judgements += try await judge(part, census)
            }
            return judgements
        }
    }

    private func judge(_ channels: ArraySlice<ChannelView>, _ census: Census) async throws -> [ExternalJudgement?] {
        let arrays = program.record.traits.arrays ?? .json
        let answer = try await program.ask("judge") { text in
            text.reserve(channels.reduce(0) { $0 + 200 + $1.count * 32 })
            text.key("channels")
            text.list { list in for channel in channels { list.append(channel, census, arrays: arrays) } }
        }
        guard let judgements = answer["judgements"]?.elements else {
            throw ExternalFault.nonsense("there is no list \"judgements\"")
        }
        guard judgements.count == channels.count else {
            throw ExternalFault.nonsense("\(judgements.count) judgements of \(channels.count) channels")
        }
        return try zip(channels, judgements).map { channel, words in
            guard words != .null else { return nil }
            let score = try ExternalAnswer.score(of: words)
            if settles { return ExternalJudgement(score: score, words: words) }
            return ExternalJudgement(
                score: score, finding: try findings.finding(words, score: score, about: channel, census))
        }
    }

    func settle(
        _ judged: [Judged<ExternalJudgement>], _ channels: ChannelTable, _ census: Census
    ) async throws -> [Finding] {
        defer { period.end() }
        guard settles else { return judged.compactMap(\.judgement.finding) }
        return try await program.health.guarded(otherwise: []) {
            try await period.begin { try await tell(census) }
            var start = 0
            repeat {
                let end = min(judged.count, start + Self.mostJudgements)
                let answer = try await ask(about: judged[start..<end], channels, isLast: end == judged.count)
                start = end
                guard end == judged.count else { continue }
                guard let found = answer["findings"]?.elements else {
                    throw ExternalFault.nonsense("there is no list \"findings\"")
                }
                return try found.map { try findings.finding($0, channels, census) }
            } while true
        }
    }

    private func ask(
        about judged: ArraySlice<Judged<ExternalJudgement>>, _ channels: ChannelTable, isLast: Bool
    ) async throws -> JSONValue {
        try await program.ask("settle") { text in
            text.key("judged")
            text.list { list in
                for entry in judged {
                    list.object { text in
                        text.key("channel")
                        text.append(entry.channel.index)
                        text.appendEntries(of: channels.key(of: entry.channel))
                        text.key("judgement")
                        text.append(entry.judgement.words ?? .null)
                    }
                }
            }
            text.key("last")
            text.append(isLast)
        }
    }

    private func tell(_ census: Census) async throws {
        try await program.tell("census") { text in
            text.key("census")
            text.append(census)
        }
    }

    /// Cuts a batch where its channels together would be too long for one question.
    private static func parts(_ channels: [ChannelView]) -> [ArraySlice<ChannelView>] {
        var parts: [ArraySlice<ChannelView>] = []
        var start = 0
        var records = 0
        for (place, channel) in channels.enumerated() {
            if place > start, records + channel.count > mostRecords {
                parts.append(channels[start..<place])
                (start, records) = (place, 0)
            }
            records += channel.count
        }
        if start < channels.count { parts.append(channels[start...]) }
        return parts
    }
}

/// The time from a run's first judgement to its settling, at the beginning of which something is done once.
final class JudgingPeriod: Sendable {
    private let beginning = Mutex<Task<Void, any Error>?>(nil)

    func begin(_ body: @escaping @Sendable () async throws -> Void) async throws {
        let task = beginning.withLock { task in
            if let task { return task }
            let new = Task { try await body() }
            task = new
            return new
        }
        try await task.value
    }

    func end() { beginning.withLock { $0 = nil } }
}
