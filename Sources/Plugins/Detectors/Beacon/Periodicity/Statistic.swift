/// What is measured on a channel. Each grows with regularity or persistence, so that every weight of the score is positive.
///
/// The cheap ones come from the gaps alone; the others also from the best shape of a beacon (``IntervalShape``).
public enum Statistic: Int, Sendable, CaseIterable {
    /// Sum over hours of the evidence for a beacon, each hour's cut to ±3 nats and weighed by the square of the share it covers.
    case votes
    /// Evidence a callback in nats, having paid for the search over shapes and periods, cut to −1 … 3.
    case meanEvidence
    /// Block regularity, weighed by the hours it lasts (``BlockRegularity``).
    case blocks
    /// Block regularity of the best active stretch, by the logarithm.
    case bestStretch
    /// Hours in regular blocks.
    case regularHours
    /// Callbacks a period after others, neighbours or not (``Rhythm``), by the logarithm.
    case rhythm
    /// Counts steadier than gaps in random order make them (``CountDispersion``): −log₁₀ of the p-value.
    case steadyCounts
    /// Longest time without a silence: log(1 + hours).
    case longestRun
    /// Callbacks in the longest run without a silence: log(1 + number).
    case runCallbacks
    /// −log of the number of callbacks: what grows with their number alone is taken back here.
    case fewCallbacks
    /// How alike every second rest is, in deviations from Poisson: also two sleeps in turn are.
    case secondPairs
    /// 1 − the share of gaps that may lie within a burst or between two: within a factor 2.5 of the burst gap.
    case unambiguous
    /// 1 − deviation / mean of the flows a callback: each callback has as many.
    case evenBursts
    /// Log of the 5 % quantile of the idle times over their median: no early callbacks.
    case lateness
    /// Share of the idle time that is no silence.
    case presence
    /// −log of the relative deviation of the fitted sleep.
    case tightness
    /// 1 − the share of missed callbacks of the fitted shape.
    case unmissed

    /// What the score's parts are called on a finding.
    public var label: String {
        switch self {
        case .votes: "hours that fit a beacon"
        case .meanEvidence: "evidence a callback"
        case .blocks: "regular blocks"
        case .bestStretch: "best active stretch"
        case .regularHours: "regular hours"
        case .rhythm: "a period after others"
        case .steadyCounts: "steady counts"
        case .longestRun: "longest run"
        case .runCallbacks: "callbacks in the longest run"
        case .fewCallbacks: "few callbacks needed"
        case .secondPairs: "alike every second time"
        case .unambiguous: "bursts stand apart"
        case .evenBursts: "as many flows each time"
        case .lateness: "never early"
        case .presence: "no silences"
        case .tightness: "small jitter"
        case .unmissed: "no misses"
        }
    }
}

/// One value a statistic; −∞ where it was not measured, which adds nothing to the score.
package struct Statistics: Sendable, Hashable {
    private var values = [Double](repeating: -.infinity, count: Statistic.allCases.count)

    package init() {}

    package subscript(statistic: Statistic) -> Double {
        get { values[statistic.rawValue] }
        set { values[statistic.rawValue] = newValue }
    }
}
