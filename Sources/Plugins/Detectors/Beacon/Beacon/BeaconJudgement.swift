import FlareKit
import Periodicity

/// What the detector makes of one channel: the score, and the evidence for it as plain numbers.
public struct BeaconJudgement: Judgement, Equatable {
    public var score: Double
    /// How often traffic without a period scores as high, 0...1.
    public var pValue: Double
    /// Seconds from one callback to the next.
    public var period: Double
    /// Robust deviation of that, in seconds.
    public var jitterSeconds: Double
    public var callbacks: Int
    public var expected: Int
    /// Share of the intervals that are one period long, 0...1.
    public var fitting: Double
    /// Flows a callback.
    public var burst: Int
    /// Hours of the day (UTC) with a callback, 0...24.
    public var hoursOfDay: Int
    public var activeFrom: Timestamp
    public var activeUntil: Timestamp
    /// Change of the interval from the first half of the callbacks to the second, as a share.
    public var drift: Double
    public var secondPeriod: Double?
    /// Where the channel holds more than one rhythm: each with its seconds and its callbacks, the strongest first.
    public var rhythms: [Rhythm]

    public struct Rhythm: Codable, Sendable, Equatable {
        public var period: Double
        public var callbacks: Int
    }

    /// Bytes of a typical flow, both ways, and the share of flows within 5 % of it.
    public var typicalSize: Int64?
    public var sizeRegularity: Double?
    /// What adds to the score, the largest first, in words.
    public var parts: [String]
    /// The statistic that added most.
    public var method: String?
    /// Days that the calls lie in, where those of earlier runs were needed.
    public var days: Int?

    init(_ periodicity: Periodicity) {
        score = periodicity.score
        pValue = periodicity.pValue
        period = periodicity.period
        jitterSeconds = periodicity.jitterSeconds
        callbacks = periodicity.callbacks
        expected = periodicity.expected
        fitting = periodicity.fitting
        burst = periodicity.burst
        hoursOfDay = periodicity.hoursOfDay
        activeFrom = Timestamp(nanoseconds: periodicity.activeFrom)
        activeUntil = Timestamp(nanoseconds: periodicity.activeUntil)
        drift = periodicity.drift
        secondPeriod = periodicity.secondPeriod
        rhythms =
            periodicity.rhythms.count > 1
            ? periodicity.rhythms.map { Rhythm(period: $0.period, callbacks: $0.callbacks) } : []
        typicalSize = periodicity.sizes?.typical
        sizeRegularity = periodicity.sizes?.share
        parts = periodicity.parts.map { "\($0.statistic.label) +\(Self.tenths($0.amount))" }
        method = periodicity.method?.label
    }

    /// Jitter as a share of the period.
    var jitter: Double { period > 0 ? jitterSeconds / period : 0 }

    private static func tenths(_ value: Double) -> String { String((value * 10).rounded() / 10) }
}
