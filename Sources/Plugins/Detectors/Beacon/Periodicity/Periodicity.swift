/// What a channel's times say about a period: the score and the evidence for it.
public struct Periodicity: Sendable, Hashable {
    /// The share of beacons among channels of this score in the benchmark, 0…1. Grows with every part of ``parts``.
    public var score: Double
    /// How often traffic without a period scores as high, 0…1 (``PValueTable``).
    public var pValue: Double
    /// Typical seconds from one callback to the next.
    public var period: Double
    /// Robust deviation of that, in seconds (1.4826 · MAD), and as a share of the period.
    public var jitterSeconds: Double
    public var jitter: Double { period > 0 ? jitterSeconds / period : 0 }
    /// Callbacks seen, expected in the time that is no silence, and missed: expected − seen.
    public var callbacks: Int
    public var expected: Int
    public var missed: Int { expected - callbacks }
    /// Share of the intervals that are one period long, within three deviations or 5 %.
    public var fitting: Double
    /// Median flows a callback, at least 1.
    public var burst: Int
    /// Flows at most this many seconds apart were taken for one callback.
    public var burstGap: Double
    /// Hours of the day (UTC) with a callback, 0…24.
    public var hoursOfDay: Int
    /// First and last callback of the best active stretch, nanoseconds since 1970.
    public var activeFrom: Int64
    public var activeUntil: Int64
    /// Change of the interval from the first half of the callbacks to the second, as a share.
    public var drift: Double
    /// Another interval that at least a fifth of the intervals have and that is no multiple of the period, in seconds.
    public var secondPeriod: Double?
    /// The rhythms that the channel holds, where it holds more than one, the one that says most first.
    public var rhythms: [FoundRhythm]
    /// Regularity of the sizes, not part of the score.
    public var sizes: SizeRegularity?
    /// What the score is made of, on the scale of the logit, largest first. With `base` they add up to the logit.
    public var parts: [(statistic: Statistic, amount: Double)] { zip(statistics, amounts).map { ($0, $1) } }
    /// The logit without any part.
    public var base: Double
    /// The statistic that added most.
    public var method: Statistic? { statistics.first }

    var statistics: [Statistic]
    var amounts: [Double]
}
