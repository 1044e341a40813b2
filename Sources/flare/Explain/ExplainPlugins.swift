import FlareKit
import Synchronization

/// What filters said of the channels at whose two ends a pattern points, whatever their port.
final class VerdictLog: Sendable {
    /// Verdicts on more channels than this are not kept; a channel with a finding is told nevertheless.
    private static let most = 100_000

    private let patterns: [ChannelPattern]
    private let verdicts = Mutex<[ChannelKey: [String: Verdict]]>([:])

    init(_ patterns: [ChannelPattern]) { self.patterns = patterns }

    var channels: Set<ChannelKey> { verdicts.withLock { Set($0.keys) } }

    func verdict(of filter: String, on key: ChannelKey) -> Verdict? { verdicts.withLock { $0[key]?[filter] } }

    func note(_ verdict: Verdict, of filter: String, on key: ChannelKey) {
        guard patterns.contains(where: { $0.isNear(key) }) else { return }
        verdicts.withLock {
            if $0.count < Self.most || $0[key] != nil { $0[key, default: [:]][filter] = verdict }
        }
    }
}

/// Stands before all filters, so that each channel is known of; it leaves out none.
struct ChannelWatch: ChannelFilter {
    static let name = "explain"
    let log: VerdictLog

    /// Nothing that a cluster could leave out by itself.
    var predicate: Predicate? { nil }

    func verdict(_ key: ChannelKey) -> Verdict {
        log.note(.keep, of: Self.name, on: key)
        return .keep
    }
}

/// A filter whose verdicts are noted.
struct WatchedFilter: ChannelFilter {
    let name: String
    let filter: any ChannelFilter
    let log: VerdictLog

    var reads: Set<String> { filter.reads }
    var uses: Set<String> { filter.uses }
    func uses(_ field: Field) -> Bool { filter.uses(field) }
    var writes: [Field] { filter.writes }
    var kinds: [RecordKind: Set<ColumnName>] { filter.kinds }
    /// What a cluster leaves out by itself nobody can explain.
    var predicate: Predicate? { nil }

    func prepared(for run: RunPreparation) async throws -> PreparedEnricher {
        let prepared = try await filter.prepared(for: run)
        guard let ready = prepared.enricher as? any ChannelFilter else { return prepared }
        return PreparedEnricher(WatchedFilter(name: name, filter: ready, log: log), remarks: prepared.remarks)
    }

    func verdict(_ key: ChannelKey) -> Verdict {
        let verdict = filter.verdict(key)
        log.note(verdict, of: name, on: key)
        return verdict
    }

    var statement: String? { filter.statement }
    var remedy: String? { filter.remedy }

    func adjusted(to channels: ChannelSurvey) async -> (any ChannelFilter)? {
        await filter.adjusted(to: channels).map { WatchedFilter(name: name, filter: $0, log: log) }
    }

    func narrowed(after dropped: [DroppedChannels], of channels: Int) -> NarrowedFilter? {
        filter.narrowed(after: dropped, of: channels).map {
            NarrowedFilter(WatchedFilter(name: name, filter: $0.filter, log: log), remarks: $0.remarks)
        }
    }

    func enrich(_ findings: inout [Finding], _ run: RunContext) async throws {
        try await filter.enrich(&findings, run)
    }
}

/// Keeps findings as they pass it, and the scores of what became none.
final class FindingWatch: Enricher {
    struct Seen: Sendable {
        var findings: [Finding] = []
        var scores: [String: [ChannelKey: Double]] = [:]
    }

    private let kept = Mutex(Seen())

    var seen: Seen { kept.withLock { $0 } }

    func enrich(_ findings: inout [Finding], _ run: RunContext) async throws {
        let copy = findings.filter(\.isReported)
        kept.withLock { $0 = Seen(findings: copy, scores: run.scores) }
    }
}

/// Makes a finding of every channel that a query is about, however few its records: for their count and times.
struct ChannelRecorder: Detector {
    static let name = "explain"
    let patterns: [ChannelPattern]
    let grouping: Grouping

    var name: String { Self.name }
    var demand: Demand { Demand(grouping: grouping, minimumCount: 1) }

    func judge(_ channel: ChannelView, _ census: Census) throws -> Finding? {
        guard patterns.contains(where: { $0.isNear(channel.key) }) else { return nil }
        var finding = Finding(detector: name, channel: channel, census: census, score: 0, summary: "")
        finding.occurrences = channel.count
        return finding
    }
}
