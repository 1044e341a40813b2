import Foundation

/// Whether a rhythm lasts longer than a session of polls: a person's, of a long poll, of a loop that retries.
///
/// Within such a session calls are as regular as any beacon's. So what tells the two apart is for how long in one go they are.
enum SessionLength {
    /// Seconds of the longest session, and the share of a short look that it may be.
    static let longest = 900.0
    static let share = 1.0 / 12

    /// How often sessions one after the other, none longer than that, run into one as long as the longest run of a view without a silence:
    /// a bound, e-fold for each of so many of the longest session.
    static func pValue(of measured: ChannelViews.Measured, scale: TimeScale) -> Double {
        pValue(run: (exp(measured.statistics[.longestRun]) - 1) * scale.hour, scale: scale)
    }

    /// The same of a run in seconds, by sessions of any length.
    static func pValue(run: Double, longest: Double = longest, scale: TimeScale) -> Double {
        min(1, exp(-decay * (run / min(longest, scale.frame * share) - 1)))
    }

    private static let decay = 3.5
}
