import Foundation

/// Judges whether a channel's flows come at regular intervals.
///
/// The flows are cut into callbacks under several burst gaps (``BurstView``); each view is tested block by block
/// (``BlockRegularity``); the most regular views are matched with the shapes of beacons and of the null (``IntervalEvidence``); the
/// statistics are added up (``ScoreModel``), and the best view is the channel's score.
///
/// ```swift
/// let detector = PeriodicityDetector()
/// let everyMinute = (0..<60).map { Int64($0) * 60_000_000_000 }
/// if let judged = detector.judge(times: everyMinute) { print(judged.score, judged.period) }
/// ```
public struct PeriodicityDetector: Sendable {
    /// Channels with fewer flows are not judged, at least 6: below that not even a clock can be told from chance.
    public var minFlows: Int
    public var model: ScoreModel
    public var pValues: PValueTable

    public static let fewestFlows = 6
    /// Rhythms are told apart only on channels that might be reported.
    static let worthPeeling = 0.05

    public init(minFlows: Int = fewestFlows, model: ScoreModel = .fitted, pValues: PValueTable = .simulated) {
        self.minFlows = max(Self.fewestFlows, minFlows)
        self.model = model
        self.pValues = pValues
    }

    /// Judges one channel.
    ///
    /// - Parameters:
    ///   - times: flow starts in nanoseconds since 1970, ascending.
    ///   - durations: nanoseconds of each flow, in the order of `times`, below 0 where it is not known; or empty.
    ///   - toServer: bytes of each flow to the server, in the order of `times`, or empty.
    ///   - toClient: likewise to the client.
    ///   - silences: stretches in which the whole sensor recorded nothing, ascending: what happened there is not known, so a gap that
    ///     touches one is no missed callback.
    ///   - frame: nanoseconds that the sensor was looked at; `nil` for a day or more. It says what the statistics take for an hour
    ///     (``TimeScale``) and which nulls the p-value is compared with.
    /// - Returns: `nil` with fewer flows than ``minFlows`` or fewer than five callbacks under any burst gap.
    /// - Complexity: O(n log n).
    public func judge(
        times: [Int64], durations: [Int64] = [], toServer: [Int64] = [], toClient: [Int64] = [],
        silences: [Range<Int64>] = [], frame: Int64? = nil
    ) -> Periodicity? {
        guard times.count >= minFlows else { return nil }
        let views = ChannelViews(
            times: times, durations: durations, silences: silences, frame: frame, leastRhythm: model.leastRhythm)
        guard let (best, logit) = views.best(by: model) else { return nil }
        let pace = Pace(of: best, times: views.times)
        var pValue = pValues.pValue(logit: logit, flows: times.count, hours: views.scale.frame / 3600)
        if pValue <= Self.worthPeeling {
            pValue = max(pValue, max(views.pValueOfHeld, SessionLength.pValue(of: best, scale: views.scale)))
        }
        pValue = min(pValue, views.counts.pValue)
        // None of these nulls comes so far that the rhythm by itself has anything to say, so its p-value costs nothing.
        if views.rhythm.isAmongOthers, views.rhythm.weighted > model.leastRhythm {
            pValue = min(pValue, max(1e-12, views.rhythm.pValue))
        }
        let (period, rhythms) =
            pValue <= Self.worthPeeling ? views.told(beside: pace, fromEnds: best.fromEnds) : (pace.period, [])
        let deciding = model.deciding(best.statistics)
        let parts = deciding.parts.map { ($0.statistic, $0.amount(best.statistics[$0.statistic])) }
            .filter { $0.1 > 0 }.sorted { $0.1 > $1.1 }
        return Periodicity(
            score: ScoreModel.score(ofLogit: logit),
            pValue: pValue,
            period: period, jitterSeconds: pace.deviation, callbacks: pace.callbacks,
            expected: pace.expected, fitting: pace.fitting, burst: pace.burst,
            burstGap: best.view.burstGap, hoursOfDay: pace.hoursOfDay(offset: views.scale.offset),
            activeFrom: times[pace.active.lowerBound], activeUntil: times[pace.active.upperBound], drift: pace.drift,
            secondPeriod: rhythms.isEmpty ? pace.second : nil, rhythms: rhythms,
            sizes: SizeRegularity(toServer: toServer, toClient: toClient), base: deciding.intercept,
            statistics: parts.map { $0.0 }, amounts: parts.map { $0.1 })
    }
}
