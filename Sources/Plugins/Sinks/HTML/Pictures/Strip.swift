import FlareKit
import Foundation

/// The pictures of a finding in some 300 bytes, for the page's script to draw when the finding is opened: a letter a
/// bin, each a count on a logarithmic scale.
struct Strip {
    /// Bins over the window.
    static let moments = 192
    /// Bins of sizes over the window.
    static let sizes = 32
    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// Arrivals, then the bars of the histogram with one for what is longer, then sizes.
    let text: String
    /// Seconds where the last bar of the histogram ends; 0 where there is none.
    let reach: Double

    init(_ finding: Finding, window: Span) {
        let histogram = IntervalHistogram(times: finding.times, period: finding.interval)
        reach = histogram?.reach ?? 0
        var bytes: [UInt8] = []
        bytes += Self.arrivals(finding.times, window).map { Self.letter(Double($0), perDoubling: 8) }
        bytes += (histogram?.counts ?? [Int](repeating: 0, count: IntervalHistogram.bars + 1))
            .map { Self.letter(Double($0), perDoubling: 4) }
        bytes += Self.medians(finding, window).map { Self.letter(Double($0), perDoubling: 2) }
        text = String(decoding: bytes, as: UTF8.self)
    }

    /// The letter of a count: `perDoubling` letters lie between a number and its double, `A` is nothing.
    static func letter(_ count: Double, perDoubling: Double) -> UInt8 {
        guard count > 0 else { return letters[0] }
        return letters[min(63, max(1, Int((log2(1 + count) * perDoubling).rounded())))]
    }

    private static func bin(_ time: Int64, _ window: Span, _ bins: Int) -> Int {
        min(bins - 1, max(0, Int(clamping: (window.share(of: Span.second(time)) * Double(bins)).rounded(.down))))
    }

    private static func arrivals(_ times: [Int64], _ window: Span) -> [Int] {
        var counts = [Int](repeating: 0, count: moments)
        for time in times { counts[bin(time, window, moments)] += 1 }
        return counts
    }

    /// The median size of each bin of time; 0 where nothing came or no size is known.
    private static func medians(_ finding: Finding, _ window: Span) -> [Int64] {
        var bins = [[Int64]](repeating: [], count: sizes)
        if finding.sizes.count == finding.times.count {
            for (time, size) in zip(finding.times, finding.sizes) { bins[bin(time, window, sizes)].append(size) }
        }
        return bins.map { $0.isEmpty ? 0 : $0.sorted()[$0.count / 2] }
    }
}
