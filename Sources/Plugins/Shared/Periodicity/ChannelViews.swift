import Foundation

/// A channel under the burst gaps at which it looks most regular, with what was measured there.
package struct ChannelViews: Sendable {
    package struct Measured: Sendable {
        var view: BurstView
        var blocks: BlockRegularity
        package var statistics: Statistics
        /// `nil` where the screen spared the fit.
        var evidence: IntervalEvidence?
    }

    /// Flow starts in seconds since the first, stretched.
    let times: [Double]
    /// Seconds to add to a time to have whole hours of the day (UTC) at multiples of 3,600.
    let offset: Double
    package private(set) var measured: [Measured] = []

    /// Shapes are fitted only where block regularity, weighed by hours, is above this in some view: 1.5 % of the benchmark's beacons
    /// and two in five of its other channels are below, and score next to nothing.
    static let screen = -0.2
    /// Views looked at closely.
    static let mostViews = 3

    /// - Parameters:
    ///   - nanoseconds: flow starts, ascending, at least two.
    ///   - silences: stretches in which the whole sensor was silent, ascending: a gap that touches one counts for nothing.
    ///   - stretch: by how much times are stretched.
    package init(times nanoseconds: [Int64], silences: [Range<Int64>] = [], stretch: Double = 1) {
        let origin = nanoseconds[0]
        times = nanoseconds.map { Self.seconds(from: origin, to: $0) * stretch }
        let timeOfDay = origin % Self.day
        offset = Double(timeOfDay < 0 ? timeOfDay + Self.day : timeOfDay) * 1e-9
        let gaps = Self.gaps(nanoseconds, silences, stretch)
        let sorted = gaps.filter(\.isFinite).sorted()
        var kept: [(view: BurstView, blocks: BlockRegularity)] = []
        let times = self.times
        BurstView.forEach(gaps: gaps, sorted: sorted) { view in
            let blocks = BlockRegularity(of: view, times: times)
            if let last = kept.last, last.view.idle.count == view.idle.count {
                // The same callbacks under another burst gap: the more regular look stands for both.
                if last.blocks.weighted < blocks.weighted { kept[kept.count - 1] = (view, blocks) }
            } else if kept.count < Self.mostViews {
                kept.append((view, blocks))
            } else if let worst = kept.indices.min(by: { kept[$0].blocks.weighted < kept[$1].blocks.weighted }),
                kept[worst].blocks.weighted < blocks.weighted
            {
                kept.remove(at: worst)
                kept.append((view, blocks))
            }
        }
        let isWorthFitting = kept.contains { $0.blocks.weighted > Self.screen }
        for (view, blocks) in kept {
            var statistics = Statistics(of: view, blocks: blocks, flows: times.count, sorted: sorted)
            var evidence: IntervalEvidence?
            if isWorthFitting {
                let from = sorted.count - view.idle.lazy.filter(\.isFinite).count
                let count = sorted.count - from
                let fitted = IntervalEvidence(
                    of: view, shortest: sorted[from + count / 50],
                    longest: sorted[from + min(count - 1, count * 9 / 10)])
                statistics.add(fitted, of: view, times: times, offset: offset)
                evidence = fitted
            }
            measured.append(Measured(view: view, blocks: blocks, statistics: statistics, evidence: evidence))
        }
    }

    /// The view of the highest logit; `nil` where there are too few callbacks for any.
    package func best(by model: ScoreModel) -> (measured: Measured, logit: Double)? {
        measured.map { ($0, model.logit($0.statistics)) }.max { $0.1 < $1.1 }
    }

    private static let day: Int64 = 86_400_000_000_000

    /// Any two moments that the type holds, however far apart.
    private static func seconds(from begin: Int64, to end: Int64) -> Double {
        let (difference, overflow) = end.subtractingReportingOverflow(begin)
        return overflow ? (Double(end) - Double(begin)) * 1e-9 : Double(difference) * 1e-9
    }

    private static func gaps(_ nanoseconds: [Int64], _ silences: [Range<Int64>], _ stretch: Double) -> [Double] {
        var gaps = [Double](repeating: 0, count: nanoseconds.count - 1)
        var silence = 0
        for index in gaps.indices {
            let begin = nanoseconds[index]
            let end = nanoseconds[index + 1]
            gaps[index] = seconds(from: begin, to: end) * stretch
            while silence < silences.count && silences[silence].upperBound <= begin { silence += 1 }
            if silence < silences.count && silences[silence].lowerBound < end { gaps[index] = .infinity }
        }
        return gaps
    }
}
