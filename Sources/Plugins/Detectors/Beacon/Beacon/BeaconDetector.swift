import FlareKit
import Foundation
import HistoryDatabase
import Periodicity

/// Finds channels whose flows come at regular intervals, with jitter, misses, bursts and pauses.
///
/// `docs/detection.md` has the statistics, their sources, and how well it does.
public struct BeaconDetector: ThresholdDetector, RememberingDetector, BuiltInPlugin {
    public static let name = "beacon"
    public static let summary = "Finds beacons with jitter, misses and pauses, by a calibrated score and a p-value."
    public static let evidence = BeaconEvidence.fields + [Field.addresses, Field.proxy]
    public static let techniques = ["T1071"]

    private let options: BeaconOptions
    private let detector: PeriodicityDetector
    private let memory: BeaconMemory?

    public init(_ options: BeaconOptions, _ context: PluginContext = PluginContext()) {
        self.init(
            options,
            options.memory.map { BeaconMemory($0, most: options.remember, minFlows: options.minFlows) })
    }

    private init(_ options: BeaconOptions, _ memory: BeaconMemory?) {
        self.options = options
        self.memory = memory
        detector = PeriodicityDetector(minFlows: options.minFlows)
    }

    public var withoutThreshold: Self {
        var open = options
        open.minScore = 0
        return Self(open, memory)
    }

    /// By p-value as the dial asks for it, else by score.
    public func isNearer(_ finding: Finding, than other: Finding) -> Bool {
        let (one, two) = (Self.pValue(of: finding), Self.pValue(of: other))
        if options.minScore == nil, one != two { return one < two }
        return (finding.score, other.channel?.description ?? "") > (other.score, finding.channel?.description ?? "")
    }

    public func shortfall(of finding: Finding, _ census: Census) -> Double {
        guard options.minScore == nil, finding.score >= Self.scoreFloor else { return .infinity }
        return max(0, 10 * log10(Self.pValue(of: finding) / dial(census).largestPValue))
    }

    public func missing(_ finding: Finding, _ census: Census) -> String {
        if let least = options.minScore { return "min_score asks for \(least)" }
        let dial = dial(census)
        if Self.pValue(of: finding) > dial.largestPValue {
            return
                "false_alarms (\(options.falseAlarms) a day) among \(census.judged.grouped) judged channels asks for a p "
                + "of at most \(Self.short(dial.largestPValue))"
        }
        return "a report needs a score of \(Self.scoreFloor)"
    }

    /// On a site with few channels the dial admits scores that nobody wants to see.
    private static var scoreFloor: Double { 0.05 }

    private func dial(_ census: Census, judged: [Double] = []) -> FalseAlarmDial {
        FalseAlarmDial(judged: judged, census: census, perDay: options.falseAlarms)
    }

    private static func pValue(of finding: Finding) -> Double {
        if case .number(let value)? = finding.evidence["p_value"] { value } else { 1 }
    }

    private static func short(_ value: Double) -> String {
        guard value > 0 else { return "0" }
        let scale = pow(10, 1 - floor(log10(value)))
        return "\((value * scale).rounded() / scale)"
    }

    public var demand: Demand {
        Demand(
            grouping: Grouping(by: .both), minimumCount: memory == nil ? options.minFlows : 1,
            columns: [.bytesToServer, .bytesToClient, .duration])
    }

    public func judge(_ batch: ChannelBatch, _ census: Census) async throws -> [BeaconJudgement?] {
        let (silences, frame, looks) = (census.silences, census.recordedDuration, looks(census))
        return batch.channels.map { judge($0, silences, frame, looks) }
    }

    public func judge(_ channel: ChannelView, _ census: Census) throws -> BeaconJudgement? {
        judge(channel, census.silences, census.recordedDuration, looks(census))
    }

    private func judge(_ channel: ChannelView, _ silences: [Range<Int64>], _ frame: Int64?, _ looks: Double)
        -> BeaconJudgement?
    {
        let (up, down) = (channel.bytesToServer.known, channel.bytesToClient.known)
        let areKnown = up.count == channel.count && down.count == channel.count
        let own = detector.judge(
            times: channel.times, durations: channel.numbers[.duration] ?? [], toServer: areKnown ? up : [],
            toClient: areKnown ? down : [], silences: silences, frame: frame
        ).map(BeaconJudgement.init)
        guard let series = memory?.series(of: channel.id), let over = judge(series, looks) else { return own }
        return own.map { $0.pValue <= over.pValue ? $0 : over } ?? over
    }

    /// Judges the calls of several runs.
    private func judge(_ series: BeaconMemory.Series, _ looks: Double) -> BeaconJudgement? {
        guard
            let found = detector.judge(times: series.times, silences: series.silences, frame: series.frame),
            found.period < Self.longestPeriod, !series.followsTheDay(period: found.period)
        else { return nil }
        var judgement = BeaconJudgement(found)
        judgement.pValue = min(1, judgement.pValue * looks)
        judgement.days = series.days
        return judgement
    }

    /// By how much the p-value of a series over nights is raised. Each night judges nearly the same series again, and a week
    /// seven times; so the dial's false alarms of a day are, among series, those of a week (a weighted Bonferroni correction:
    /// Genovese, Roeder and Wasserman, Biometrika 93, 2006). Where a seventh of the tests or less are series, they are so
    /// already.
    private func looks(_ census: Census) -> Double {
        max(1, 7 * Double(memory?.seriesCount ?? 0) / Double(max(1, census.judged)))
    }

    /// In seconds. What comes once a day is what people do, and machines that they switch on.
    private static let longestPeriod = 18 * 3600.0

    // MARK: Memory

    public func recall(_ channels: ChannelTable, _ census: Census) async throws {
        try await memory?.recall(channels, census)
    }

    public func judges(_ channel: ChannelID, in channels: ChannelTable) -> Bool {
        channels.recordCount(of: channel) >= options.minFlows || memory?.series(of: channel) != nil
    }

    public func remember(_ channels: ChannelTable, _ census: Census) async throws -> [String] {
        try await memory?.remember(channels, census) ?? []
    }

    public func settle(
        _ judged: [Judged<BeaconJudgement>], _ channels: ChannelTable, _ census: Census
    ) async throws -> [Finding] {
        let dial = dial(census, judged: judged.map(\.judgement.pValue))
        let campaigns = Campaigns(judged, channels, dial: dial)
        return judged.enumerated().compactMap { place, entry in
            let judgement = entry.judgement
            let isReported =
                options.minScore.map { judgement.score >= $0 }
                ?? (judgement.pValue <= dial.largestPValue && judgement.score >= Self.scoreFloor)
            guard isReported else { return nil }
            let channel = channels.view(entry.channel)
            var finding = Finding(
                detector: name, channel: channel, census: census, score: judgement.score,
                summary: BeaconSentence.text(judgement, addresses: channel.addresses.count))
            BeaconEvidence.fill(&finding, judgement, qValue: dial.qValues[place])
            let known = memory?.known(entry.channel)
            BeaconEvidence.fill(&finding, known)
            let context = BeaconContext(channel, judgement, finding, census, campaigns)
            context.fill(&finding)
            finding.basis = .rhythm
            finding.testWeight = Finding.testWeight(pValue: judgement.pValue)
            finding.modifiers = context.modifiers
            finding.listModifiers()
            return finding
        }
    }
}
