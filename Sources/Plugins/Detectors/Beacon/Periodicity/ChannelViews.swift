import Foundation

/// A channel under the burst gaps at which it looks most regular, with what was measured there.
package struct ChannelViews: Sendable {
    package struct Measured: Sendable {
        var view: BurstView
        var blocks: BlockRegularity
        package var statistics: Statistics
        /// `nil` where the screen spared the fit.
        var evidence: IntervalEvidence?
        /// Whether idle times are counted from the end of what was before (``SleepClock``).
        var fromEnds = false
    }

    /// Flow starts in seconds since the first.
    let times: [Double]
    let scale: TimeScale
    let rhythm: Rhythm
    let counts: CountDispersion
    package private(set) var measured: [Measured] = []

    /// Shapes are fitted only where block regularity, weighed by hours, is above this in some view: 1.5 % of the benchmark's beacons
    /// and two in five of its other channels are below, and score next to nothing.
    static let screen = -0.2
    /// Views looked at closely, of either clock.
    static let mostViews = 3

    /// - Parameters:
    ///   - nanoseconds: flow starts, ascending, at least two.
    ///   - durations: of each flow in nanoseconds, below 0 where it is not known; empty where none is.
    ///   - silences: stretches in which the whole sensor was silent, ascending: a gap that touches one counts for nothing.
    ///   - frame: nanoseconds that the sensor was looked at; `nil` for a day or more.
    ///   - leastRhythm: sums of a rhythm that are not larger are not wanted.
    package init(
        times nanoseconds: [Int64], durations: [Int64] = [], silences: [Range<Int64>] = [], frame: Int64? = nil,
        leastRhythm: Double = 0
    ) {
        let origin = nanoseconds[0]
        times = nanoseconds.map { Self.seconds(from: origin, to: $0) }
        scale = TimeScale(frame: frame, origin: origin)
        let gaps = Self.gaps(nanoseconds, silences)
        let sorted = Ascending.sorted(gaps.filter(\.isFinite))
        let whole = silences.isEmpty ? sorted : Self.sorted(times)
        rhythm = Rhythm(times: times, sorted: whole, scale: scale, above: leastRhythm)
        counts = CountDispersion(times: times, sorted: whole, scale: scale)
        measure(gaps, sorted: sorted, fromEnds: false)
        if let sleeps = SleepClock.gaps(gaps, times: times, durations: durations) {
            measure(sleeps, sorted: Ascending.sorted(sleeps.filter(\.isFinite)), fromEnds: true)
        }
    }

    private static func sorted(_ times: [Double]) -> [Double] {
        Ascending.sorted(zip(times.dropFirst(), times).map { $0 - $1 })
    }

    private mutating func measure(_ gaps: [Double], sorted: [Double], fromEnds: Bool) {
        var kept: [(view: BurstView, blocks: BlockRegularity)] = []
        let (times, scale) = (self.times, self.scale)
        BurstView.forEach(gaps: gaps, sorted: sorted) { view in
            let blocks = BlockRegularity(of: view, hour: scale.hour)
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
            var statistics = Statistics(of: view, blocks: blocks, rhythm: rhythm, counts: counts, sorted: sorted)
            var evidence: IntervalEvidence?
            if isWorthFitting {
                let from = sorted.count - view.idle.lazy.filter(\.isFinite).count
                let count = sorted.count - from
                let fitted = IntervalEvidence(
                    of: view, shortest: sorted[from + count / 50],
                    longest: sorted[from + min(count - 1, count * 9 / 10)])
                statistics.add(fitted, of: view, times: times, scale: scale)
                evidence = fitted
            }
            measured.append(
                Measured(view: view, blocks: blocks, statistics: statistics, evidence: evidence, fromEnds: fromEnds))
        }
    }

    /// How often connections that are held, one after the other, look as much like a beacon's calls in any view: a twentieth of Markov's bound,
    /// which the simulation shows to be enough.
    var pValueOfHeld: Double {
        let nats = measured.compactMap { view in view.evidence?.beyondHeld(fromEnds: view.fromEnds) }
        return min(1, 0.05 * exp(-(nats.max() ?? -.infinity)))
    }

    /// The view of the highest sum, with its logit; `nil` where there are too few callbacks for any.
    package func best(by model: ScoreModel) -> (measured: Measured, logit: Double)? {
        measured.max { model.sum($0.statistics) < model.sum($1.statistics) }.map { ($0, model.logit($0.statistics)) }
    }

    /// The period that is told, and the rhythms, where there is more than one, or one that the pace of neighbours misses; none where
    /// two sleeps take turns.
    func told(beside pace: Pace, fromEnds: Bool) -> (period: Double, rhythms: [FoundRhythm]) {
        guard pace.period > 0 else { return (pace.period, []) }
        let rhythm = Rhythm(times: times, scale: scale)
        let apart = Rhythm.burstShare * (rhythm.period > 0 ? min(pace.period, rhythm.period) : pace.period)
        var starts = [times[0]]
        for (time, previous) in zip(times.dropFirst(), times) where time - previous > apart { starts.append(time) }
        if let period = Recurrence.clocksInTurn(starts) {
            let clocks = RhythmPeeling.rhythms(starts, guess: (period, 0.03), scale: scale)
            if clocks.count > 1 { return (clocks[0].period, clocks) }
        }
        guard pace.second == nil else { return (pace.period, []) }
        let width = min(0.26, max(0.03, 3 * pace.deviation / pace.period))
        let found = RhythmPeeling.rhythms(starts, guess: (pace.period, width), scale: scale)
        // One by itself outdoes the pace only where it is most of the channel.
        let isMost = found.first.map { 5 * $0.callbacks >= 3 * starts.count } ?? false
        let isOther = found.first.map { abs($0.period / pace.period - 1) > 0.05 } ?? false
        var rhythms = found.count > 1 || (!fromEnds && isMost && isOther) ? found : []
        let period = rhythms.first?.period ?? pace.period
        guard !fromEnds || !rhythms.isEmpty,
            let again = Recurrence.told(by: starts, rhythms: rhythms.map(\.period), about: period)
        else {
            return (period, rhythms)
        }
        for place in rhythms.indices
        where [period, again].contains(where: { abs(rhythms[place].period / $0 - 1) <= Recurrence.same }) {
            rhythms[place].period = again
        }
        return (again, rhythms)
    }

    /// Any two moments that the type holds, however far apart.
    private static func seconds(from begin: Int64, to end: Int64) -> Double {
        let (difference, overflow) = end.subtractingReportingOverflow(begin)
        return overflow ? (Double(end) - Double(begin)) * 1e-9 : Double(difference) * 1e-9
    }

    private static func gaps(_ nanoseconds: [Int64], _ silences: [Range<Int64>]) -> [Double] {
        var gaps = [Double](repeating: 0, count: nanoseconds.count - 1)
        var silence = 0
        for index in gaps.indices {
            let begin = nanoseconds[index]
            let end = nanoseconds[index + 1]
            gaps[index] = seconds(from: begin, to: end)
            while silence < silences.count && silences[silence].upperBound <= begin { silence += 1 }
            if silence < silences.count && silences[silence].lowerBound < end { gaps[index] = .infinity }
        }
        return gaps
    }
}
