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
    public var minOccur: Int
    public var model: ScoreModel
    public var pValues: PValueTable

    public static let fewestFlows = 6

    public init(minOccur: Int = fewestFlows, model: ScoreModel = .fitted, pValues: PValueTable = .simulated) {
        self.minOccur = max(Self.fewestFlows, minOccur)
        self.model = model
        self.pValues = pValues
    }

    /// Judges one channel.
    ///
    /// - Parameters:
    ///   - times: flow starts in nanoseconds since 1970, ascending.
    ///   - toServer: bytes of each flow to the server, in the order of `times`, or empty.
    ///   - toClient: likewise to the client.
    ///   - silences: stretches in which the whole sensor recorded nothing, ascending: what happened there is not known, so a gap that
    ///     touches one is no missed callback.
    ///   - frame: nanoseconds that the sensor was looked at. In a frame shorter than a day times are stretched as if it were one: the
    ///     statistics, the nulls and the p-value know days, and an hour that is full of callbacks shows as much as a day that is. Below
    ///     an hour the stretch stays at 24.
    /// - Returns: `nil` with fewer flows than ``minOccur`` or fewer than five callbacks under any burst gap.
    /// - Complexity: O(n log n).
    public func judge(
        times: [Int64], toServer: [Int64] = [], toClient: [Int64] = [], silences: [Range<Int64>] = [],
        frame: Int64? = nil
    ) -> Periodicity? {
        guard times.count >= minOccur else { return nil }
        let factor = Stretch.factor(frame: frame)
        let views = ChannelViews(times: times, silences: silences, stretch: factor)
        guard let (best, logit) = views.best(by: model) else { return nil }
        let pace = Pace(of: best, times: views.times)
        let parts = model.parts.map { ($0.statistic, $0.amount(best.statistics[$0.statistic])) }
            .filter { $0.1 > 0 }.sorted { $0.1 > $1.1 }
        return Periodicity(
            score: ScoreModel.score(ofLogit: logit), pValue: pValues.pValue(logit: logit, flows: times.count),
            period: pace.period / factor, jitterSeconds: pace.deviation / factor, callbacks: pace.callbacks,
            expected: pace.expected, fitting: pace.fitting, burst: pace.burst,
            burstGap: best.view.burstGap / factor, hoursOfDay: pace.hoursOfDay(offset: views.offset, stretch: factor),
            activeFrom: times[pace.active.lowerBound], activeUntil: times[pace.active.upperBound], drift: pace.drift,
            secondPeriod: pace.second.map { $0 / factor },
            sizes: SizeRegularity(toServer: toServer, toClient: toClient), base: model.intercept,
            statistics: parts.map { $0.0 }, amounts: parts.map { $0.1 })
    }
}

/// By how much times are stretched, so that a frame shorter than a day fills one.
enum Stretch {
    static let day = 86_400.0e9
    static let most = 24.0

    /// - Parameter frame: nanoseconds; `nil` stretches nothing.
    /// - Returns: at least 1.
    static func factor(frame: Int64?) -> Double {
        frame.map { min(most, max(1, day / max(1, Double($0)))) } ?? 1
    }
}
