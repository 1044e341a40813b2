import Foundation

/// How often traffic without a period scores as high: the p-value of a score, calibrated by simulation.
///
/// The score is the best of several views, burst gaps, shapes and periods, which no theory pays for; so it was computed for channels
/// of four nulls (Poisson, gamma with shape 0.3 to 1, log-normal with σ 0.9 to 2.2, human sessions) in windows of five minutes to a
/// week, and for each window and class of flow counts the quantiles of the worst null stand here. Beyond the last quantile the tail is
/// taken as exponential with the mean excess observed.
public struct PValueTable: Sendable, Hashable {
    /// Channels with at least `fewest` flows, up to the next class.
    public struct Class: Sendable, Hashable {
        public var fewest: Int
        /// Logits that the shares in ``PValueTable/shares`` of null channels exceed, ascending.
        public var logits: [Double]
        /// Mean excess of the logit over the last of `logits`: the tail's scale.
        public var scale: Double

        public init(fewest: Int, logits: [Double], scale: Double) {
            self.fewest = fewest
            self.logits = logits
            self.scale = scale
        }
    }

    /// The shares whose quantiles are tabled.
    public static let shares: [Double] = [0.5, 0.2, 0.1, 0.05, 0.02]

    /// Channels of windows of one length.
    public struct Window: Sendable, Hashable {
        public var hours: Double
        /// By `fewest`, ascending; not empty.
        public var classes: [Class]

        public init(hours: Double, classes: [Class]) {
            precondition(!classes.isEmpty, "a table of p-values needs a class")
            self.hours = hours
            self.classes = classes
        }
    }

    /// Not empty.
    public var windows: [Window]

    public init(windows: [Window]) {
        precondition(!windows.isEmpty, "a table of p-values needs a window")
        self.windows = windows
    }

    /// The share of null channels with as many flows in a window of so many hours (the nearest tabled, by the logarithm) that reach this
    /// logit, 0…1; logarithms are interpolated.
    public func pValue(logit: Double, flows: Int, hours: Double) -> Double {
        let window = windows.min { abs(log($0.hours / hours)) < abs(log($1.hours / hours)) } ?? windows[0]
        let row = window.classes.last { $0.fewest <= flows } ?? window.classes[0]
        let logits = row.logits
        guard logit > logits[0] else { return 1 - 0.5 * min(1, max(0, exp(logit - logits[0]))) }
        for index in 1..<logits.count where logit <= logits[index] {
            let along = (logit - logits[index - 1]) / max(1e-9, logits[index] - logits[index - 1])
            return exp(log(Self.shares[index - 1]) + along * log(Self.shares[index] / Self.shares[index - 1]))
        }
        let last = logits.count - 1
        return max(1e-12, Self.shares[last] * exp(-(logit - logits[last]) / row.scale))
    }
}
