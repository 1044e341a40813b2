import Foundation

/// A grid over the logarithm of time, on which intervals are counted and densities are tabled.
///
/// On it a change of the period is a shift, so that one table serves a shape of intervals at every period.
enum LogGrid {
    /// Width of a bin: 0.04 in the natural logarithm, 4 % in time.
    static let step = 0.04
    /// Shortest and longest time on the grid: 20 ms and 14 days, in seconds. What lies outside counts in the end bins.
    static let shortest = 0.02
    static let bins = 448

    private static let origin = log(shortest)

    /// The bin of a time given by its logarithm.
    static func bin(ofLog logarithm: Double) -> Int {
        min(bins - 1, max(0, Int((logarithm - origin) / step)))
    }

    /// The time in the middle of a bin, in seconds.
    static func time(ofBin bin: Int) -> Double {
        exp(origin + (Double(bin) + 0.5) * step)
    }
}
