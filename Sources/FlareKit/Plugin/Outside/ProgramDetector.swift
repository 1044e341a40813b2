import Synchronization

/// What a detector from outside makes of a channel.
struct OutsideJudgement: Judgement {
    var score: Double
    /// The finding it is, of a detector that does not settle.
    var finding: Finding?
    /// The detector's own words, of one that settles.
    var words: JSONValue?
}

/// A detector that is a program.
struct ProgramDetector: Detector, ClosablePlugin {
    let program: OutsideProgram
    private let period = JudgingPeriod()

    /// The most records of a question's channels together, unless one channel alone has more.
    private static let mostRecords = 200_000
    /// The most judgements of a question.
    private static let mostJudgements = 2000

    init(_ program: OutsideProgram) { self.program = program }

    var name: String { program.descriptor.name }
    var evidence: [Field] { program.descriptor.evidence }
    var demand: Demand { program.record.traits.demand(program.options) }
    var failure: String? { program.failure }
    func cancel() { program.cancel() }
    func close() async { await program.close() }

    private var settles: Bool { program.record.traits.settles ?? false }

    func judge(_ batch: ChannelBatch, _ census: Census) async throws -> [OutsideJudgement?] {
        let nothing = [OutsideJudgement?](repeating: nil, count: batch.channels.count)
        return try await program.guarded(otherwise: nothing) {
            try await period.begin { try await tell(census) }
            var judgements: [OutsideJudgement?] = []
            for part in Self.parts(batch.channels) {
                judgements += try await judge(part, census)
            }
            return judgements
        }
    }

    private func judge(_ channels: ArraySlice<ChannelView>, _ census: Census) async throws -> [OutsideJudgement?] {
        let arrays = program.record.traits.arrays ?? .json
        let answer = try await program.ask("judge") { text in
            text.reserve(channels.reduce(0) { $0 + 200 + $1.count * 32 })
            text.key("channels")
            text.list { list in for channel in channels { list.append(channel, census, arrays: arrays) } }
        }
        guard let judgements = answer["judgements"]?.elements else {
            throw OutsideFault.nonsense("there is no list \"judgements\"")
        }
        guard judgements.count == channels.count else {
            throw OutsideFault.nonsense("\(judgements.count) judgements of \(channels.count) channels")
        }
        return try zip(channels, judgements).map { channel, words in
            guard words != .null else { return nil }
            let score = try OutsideAnswer.score(of: words)
            if settles { return OutsideJudgement(score: score, words: words) }
            var finding = Finding(
                detector: name, channel: channel, census: census, score: score,
                summary: try OutsideAnswer.summary(of: words))
            try OutsideAnswer.fill(&finding, from: words, evidence)
            return OutsideJudgement(score: score, finding: finding)
        }
    }

    func settle(
        _ judged: [Judged<OutsideJudgement>], _ channels: ChannelTable, _ census: Census
    ) async throws -> [Finding] {
        defer { period.end() }
        guard settles else { return judged.compactMap(\.judgement.finding) }
        return try await program.guarded(otherwise: []) {
            try await period.begin { try await tell(census) }
            var start = 0
            repeat {
                let end = min(judged.count, start + Self.mostJudgements)
                let answer = try await ask(about: judged[start..<end], channels, isLast: end == judged.count)
                start = end
                if end == judged.count { return try findings(answer, channels, census) }
            } while true
        }
    }

    private func ask(
        about judged: ArraySlice<Judged<OutsideJudgement>>, _ channels: ChannelTable, isLast: Bool
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

    private func findings(_ answer: JSONValue, _ channels: ChannelTable, _ census: Census) throws -> [Finding] {
        guard let found = answer["findings"]?.elements else {
            throw OutsideFault.nonsense("there is no list \"findings\"")
        }
        return try found.map { words in
            let score = try OutsideAnswer.score(of: words)
            let summary = try OutsideAnswer.summary(of: words)
            var finding = try subject(of: words, channels, census, score, summary)
            try OutsideAnswer.fill(&finding, from: words, evidence, further: ["channel", "channels", "source"])
            return finding
        }
    }

    private func subject(
        of words: JSONValue, _ channels: ChannelTable, _ census: Census, _ score: Double, _ summary: String
    ) throws(OutsideFault) -> Finding {
        func id(_ value: JSONValue) throws(OutsideFault) -> ChannelID {
            guard let index = value.integer, index >= 0, index < channels.count else {
                throw .nonsense("\(value.phrase) is no channel of this run")
            }
            return ChannelID(Int(index))
        }
        if let channel = words["channel"] {
            return Finding(
                detector: name, channel: channels.view(try id(channel)), census: census, score: score, summary: summary)
        }
        if let list = words["channels"]?.elements, !list.isEmpty {
            var keys: [ChannelKey] = []
            for channel in list { keys.append(channels.key(of: try id(channel))) }
            return Finding(detector: name, subject: .group(keys), score: score, summary: summary)
        }
        if let source = words["source"]?.text.flatMap(IPAddress.init) {
            return Finding(detector: name, subject: .source(source), score: score, summary: summary)
        }
        throw .nonsense("a finding names no \"channel\", no list \"channels\" and no \"source\"")
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
