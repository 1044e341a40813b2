import CFlarePlugin
import FlareModel
import FlareOptions
import FlarePlugins

/// A detector in a dynamic library.
struct LibraryDetector: Detector, ClosablePlugin {
    let library: LibraryInstance

    var name: String { library.descriptor.name }
    var evidence: [Field] { library.descriptor.evidence }
    var demand: Demand { library.record.traits.demand(library.options) }
    var failure: String? { library.health.failure }
    func cancel() { library.cancel() }
    func close() async { await library.close() }

    private var findings: ExternalFindings { ExternalFindings(detector: name, fields: evidence) }
    private var settles: Bool { library.record.traits.settles ?? false }

    func judge(_ batch: ChannelBatch, _ census: Census) async throws -> [ExternalJudgement?] {
        let nothing = [ExternalJudgement?](repeating: nil, count: batch.channels.count)
        return try await library.health.guarded(otherwise: nothing) {
            let arena = ChannelArena(batch.channels, census)
            let said = try await library.perform("judge") { made, call in
                arena.channels.withUnsafeBufferPointer { channels in
                    census.withPlain { census in
                        made.table.pointee.judge(made.plugin, census, channels.baseAddress, channels.count, call)
                    }
                }
            }
            return try judgements(said, of: batch, census)
        }
    }

    private func judgements(
        _ said: LibraryCall.Said, of batch: ChannelBatch, _ census: Census
    ) throws(ExternalFault) -> [ExternalJudgement?] {
        var judgements = [ExternalJudgement?](repeating: nil, count: batch.channels.count)
        for (place, score, bytes) in said.judgements {
            guard judgements.indices.contains(place) else {
                throw .nonsense("a judgement is about place \(place) of \(judgements.count)")
            }
            guard judgements[place] == nil else { throw .nonsense("it judged the channel at place \(place) twice") }
            guard (0...1).contains(score) else { throw .nonsense("the score \(score) is no number from 0 to 1") }
            let words = try bytes.isEmpty ? JSONValue.null : Self.json(bytes)
            if settles {
                judgements[place] = ExternalJudgement(score: score, words: words)
            } else {
                let finding = try findings.finding(words, score: score, about: batch.channels[place], census)
                judgements[place] = ExternalJudgement(score: score, finding: finding)
            }
        }
        return judgements
    }

    func settle(
        _ judged: [Judged<ExternalJudgement>], _ channels: ChannelTable, _ census: Census
    ) async throws -> [Finding] {
        guard settles else { return judged.compactMap(\.judgement.finding) }
        return try await library.health.guarded(otherwise: []) {
            let said = try await library.perform("settle", library.call(channels, census)) { made, call in
                JudgedArena(judged).withEntries { entries in
                    census.withPlain { census in
                        made.table.pointee.settle(made.plugin, census, entries.baseAddress, entries.count, call)
                    }
                }
            }
            return try said.findings.map { try findings.finding(try Self.json($0), channels, census) }
        }
    }

    static func json(_ bytes: [UInt8]) throws(ExternalFault) -> JSONValue {
        do {
            return try JSONReader.read(bytes)
        } catch {
            throw .notJSON(error.description, line: ExternalConversation.excerpt(bytes))
        }
    }
}

/// An enricher in a dynamic library.
struct LibraryEnricher: Enricher, ClosablePlugin {
    var takesCandidates: Bool { false }

    let library: LibraryInstance

    var reads: Set<String> { Set(library.record.traits.reads ?? []) }
    var writes: [Field] { library.descriptor.evidence }
    var failure: String? { library.health.failure }
    func cancel() { library.cancel() }
    func close() async { await library.close() }

    func enrich(_ findings: inout [Finding], _ run: RunContext) async throws {
        let all = findings
        findings = try await library.health.guarded(otherwise: all) {
            let text = JSONText(findings: all, inFull: library.record.traits.wholeFindings ?? false)
            let said = try await library.perform("enrich") { made, call in
                text.bytes.withUnsafeBytes { bytes in
                    made.table.pointee.enrich(
                        made.plugin,
                        flare_text(bytes: bytes.bindMemory(to: CChar.self).baseAddress, length: bytes.count), call)
                }
            }
            return try ExternalChanges(said.changes.map { try LibraryDetector.json($0) }).applied(to: all, writes)
        }
    }
}

/// Judgements as plain entries.
struct JudgedArena {
    private let entries: [(channel: Int, score: Double, start: Int, count: Int)]
    private let words: [UInt8]

    init(_ judged: [Judged<ExternalJudgement>]) {
        var text = JSONText()
        var entries: [(channel: Int, score: Double, start: Int, count: Int)] = []
        for entry in judged {
            let start = text.bytes.count
            if let words = entry.judgement.words, words != .null { text.append(alone: words) }
            entries.append((entry.channel.index, entry.judgement.score, start, text.bytes.count - start))
        }
        self.entries = entries
        words = text.bytes
    }

    func withEntries<Result>(_ body: (UnsafeBufferPointer<flare_judged>) -> Result) -> Result {
        words.withUnsafeBytes { bytes in
            let start = bytes.bindMemory(to: CChar.self).baseAddress
            return entries.map { entry in
                flare_judged(
                    channel: UInt64(entry.channel), score: entry.score,
                    words: flare_text(bytes: start.map { $0 + entry.start }, length: entry.count))
            }.withUnsafeBufferPointer(body)
        }
    }
}

extension Census {
    /// The census as a library sees it, for as long as `body` runs.
    func withPlain<Result>(_ body: (UnsafePointer<flare_census>) -> Result) -> Result {
        recordsByMinute.withUnsafeBufferPointer { minutes in
            var plain = flare_census(
                since: window.since?.nanoseconds ?? .min, until: window.until?.nanoseconds ?? .max,
                records: UInt64(records), hosts: UInt64(hosts), channels: UInt64(channels), judged: UInt64(judged),
                first_minute: firstMinute, records_by_minute: minutes.baseAddress, minute_count: minutes.count)
            return withUnsafePointer(to: &plain, body)
        }
    }
}
