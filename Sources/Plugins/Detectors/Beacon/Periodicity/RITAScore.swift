import Foundation

/// RITA's four scores of a channel and their mean, from the published formulae of version 5.
///
/// Source: activecm/rita, `analysis/beacons.go` and the defaults of `default_config.hjson` (version 5). Written anew from the
/// formulae; the rounding to three decimals is RITA's and kept, because thresholds are compared with rounded scores.
public struct RITAScore: Sendable, Hashable {
    /// Regularity of the intervals: mean of the symmetry score and the dispersion score, 0…1.
    public var timestamps: Double
    /// Regularity of the sizes, likewise.
    public var sizes: Double
    /// Flatness of the histogram of 24 equal bins, 0…1.
    public var histogram: Double
    /// Coverage of the window or length of the longest run of bins, 0…1.
    public var duration: Double

    /// The mean of the four, each with a quarter, rounded to three decimals.
    public var total: Double {
        Self.rounded((timestamps + sizes + histogram + duration) * 0.25)
    }

    /// RITA's settings, by its default configuration.
    public struct Options: Sendable, Hashable {
        /// Bins of the histogram.
        public var bins = 24
        /// Share of the tallest bar within which two bars count as equally tall.
        public var modeSensitivity = 0.05
        /// Bars that the bimodal fit may leave out.
        public var bimodalOutliers = 1
        /// Bars from which on the bimodal fit is looked at.
        public var bimodalBars = 11
        /// Bars from which on a duration is scored.
        public var durationBars = 6
        /// Bars in a row that score a full duration.
        public var idealRun = 12

        public init() {}
    }

    /// Scores a channel.
    ///
    /// - Parameters:
    ///   - seconds: flow starts in whole seconds since 1970, ascending.
    ///   - bytes: bytes to the server of each flow, any order.
    ///   - window: first and last second of the data set; `lowerBound` below `upperBound`.
    /// - Returns: `nil` with fewer than four flows or three intervals above 0, which RITA does not judge.
    public init?(seconds: [Int64], bytes: [Int64], window: ClosedRange<Int64>, options: Options = Options()) {
        guard seconds.count >= 4, bytes.count >= 3, window.lowerBound < window.upperBound else { return nil }
        let intervals = zip(seconds.dropFirst(), seconds).map { Double($0 - $1) }.filter { $0 > 0 }.sorted()
        guard intervals.count >= 3 else { return nil }
        timestamps = Self.regularity(ofSorted: intervals, whenMedianBelowOne: 1)
        sizes = Self.regularity(ofSorted: bytes.map(Double.init).sorted(), whenMedianBelowOne: 0)
        let bars = Self.bars(seconds, window, options.bins)
        histogram = max(
            Self.flatness(of: bars),
            Self.bimodalFit(
                of: bars, sensitivity: options.modeSensitivity, outliers: options.bimodalOutliers,
                fewestBars: options.bimodalBars))
        duration = Self.duration(
            of: bars, covered: Double(seconds[seconds.count - 1] - seconds[0]),
            window: Double(window.upperBound - window.lowerBound), options)
    }

    /// Mean of 1 − |Bowley's skewness| and (median − MAD) / median, rounded to three decimals.
    ///
    /// - Parameter fallback: the dispersion score where the median is below 1.
    static func regularity(ofSorted values: [Double], whenMedianBelowOne fallback: Double) -> Double {
        let symmetry = 1 - abs(bowleySkewness(ofSorted: values))
        let middle = median(ofSorted: values)
        let deviation = median(ofSorted: values.map { abs($0 - middle) }.sorted())
        let dispersion = middle >= 1 ? max(0, (middle - deviation) / middle) : fallback
        return rounded((symmetry + dispersion) / 2)
    }

    /// (Q1 + Q3 − 2·Q2) / (Q3 − Q1); 0 where Q3 − Q1 is below 10 or the median equals a quartile.
    ///
    /// Quartiles are medians of the halves, without the median itself where the number is odd.
    static func bowleySkewness(ofSorted values: [Double]) -> Double {
        let half = values.count / 2
        let first = median(ofSorted: Array(values.prefix(half)))
        let second = median(ofSorted: values)
        let third = median(ofSorted: Array(values.suffix(half)))
        guard third - first >= 10, second != first, second != third else { return 0 }
        return (first + third - 2 * second) / (third - first)
    }

    /// Flows in each of the equal bins of the window.
    static func bars(_ seconds: [Int64], _ window: ClosedRange<Int64>, _ bins: Int) -> [Int] {
        var bars = [Int](repeating: 0, count: bins)
        let width = Double(window.upperBound - window.lowerBound) / Double(bins)
        for second in seconds {
            let bin = Int(Double(second - window.lowerBound) / width)
            bars[min(bins - 1, max(0, bin))] += 1
        }
        return bars
    }

    /// 1 − deviation / mean of the bars, at least 0.
    static func flatness(of bars: [Int]) -> Double {
        let mean = Double(bars.reduce(0, +)) / Double(bars.count)
        guard mean > 0 else { return 0 }
        let variance = bars.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(bars.count)
        return rounded(max(0, 1 - variance.squareRoot() / mean))
    }

    /// Share of the bars that stand in the two most frequent height classes.
    static func bimodalFit(of bars: [Int], sensitivity: Double, outliers: Int, fewestBars: Int) -> Double {
        let standing = bars.filter { $0 > 0 }
        guard standing.count >= fewestBars, let tallest = standing.max() else { return 0 }
        let width = (Double(tallest) * sensitivity).rounded(.up)
        var classes: [Int: Int] = [:]
        for bar in standing { classes[Int(Double(bar) / width), default: 0] += 1 }
        let frequent = classes.values.sorted(by: >).prefix(2).reduce(0, +)
        return rounded(min(1, Double(frequent) / Double(max(1, standing.count - outliers))))
    }

    private static func duration(of bars: [Int], covered: Double, window: Double, _ options: Options) -> Double {
        guard bars.filter({ $0 > 0 }).count >= options.durationBars else { return 0 }
        let coverage = (covered / window * 1000).rounded(.up) / 1000
        let consistency = (Double(longestRun(of: bars)) / Double(options.idealRun) * 1000).rounded(.up) / 1000
        return min(1, max(coverage, consistency))
    }

    /// Standing bars in a row, going on from the last bin to the first.
    static func longestRun(of bars: [Int]) -> Int {
        var longest = 0
        var run = 0
        for index in 0..<(2 * bars.count) {
            run = bars[index % bars.count] > 0 ? run + 1 : 0
            longest = max(longest, run)
        }
        return min(longest, bars.count)
    }

    private static func median(ofSorted values: [Double]) -> Double {
        guard !values.isEmpty else { return 0 }
        let half = values.count / 2
        return values.count % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2
    }

    private static func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
}
