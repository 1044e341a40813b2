import Foundation

/// A period between callbacks that need not be neighbours: two implants on one channel, or one among other traffic.
///
/// After a callback there is another about a period later, or there is none. How often there is one is compared with how often there is one
/// in windows of the same width before and after: X − (Y₁ + Y₂) / 2 has the mean 0 where nothing has that period, whatever the rate and
/// however it changes, and its own squares tell its deviation: the signs of such differences may be turned at will. Sums are kept by
/// the hour, and each is cut, as the other statistics' are.
struct Rhythm: Sendable {
    /// Seconds; 0 where there is none.
    private(set) var period = 0.0
    /// Half the width of the window in which the most callbacks come again, as a share of the period.
    private(set) var width = 0.0
    /// Sum over blocks of z, cut to −1 … 3, times the hours covered, at most 2 a block, less what chance makes of the many periods looked at:
    /// 3.5 deviations. A callback covers no more than a period: retries after a few seconds, now and then, cover next to nothing.
    private(set) var weighted = 0.0

    /// Sum over blocks by its deviation, at the best period.
    private(set) var deviations = 0.0

    /// Half the widths of the window about a period, as shares of it: a clock, a sleep with some jitter and with much.
    static let widths = [0.06, 0.13, 0.26]
    /// How far the windows beside it lie, in half widths.
    static let beside = 2.4
    /// From one period looked at to the next.
    static let step = 1.1
    /// Flows closer than this share of the period are one callback.
    static let burstShare = 0.08
    /// A block has at least so many callbacks and lasts an hour.
    static let fewestCallbacks = 12
    /// Of longer channels some parts are looked at, evenly spread: so many flows each, and so many parts.
    static let partLength = 128
    static let parts = 12

    /// - Parameters:
    ///   - times: flow starts in seconds, ascending.
    ///   - time: what an hour is. Of more than a day it is the mean of its days.
    /// - Complexity: O(n) for each of some 150 periods and widths, for at most 1,536 flows.
    init(times: [Double], scale time: TimeScale) {
        guard times.count >= 2 * Self.fewestCallbacks, let last = times.last else { return }
        let gaps = zip(times.dropFirst(), times).map { $0 - $1 }.sorted()
        let parts = Self.parts(of: times)
        let looked = parts.reduce(0) { $0 + $1.count }
        let scale = Double(times.count) / Double(looked) * min(1, 24 * time.hour / time.frame)
        let longest = min(last / 8, max(gaps[gaps.count * 9 / 10], gaps[gaps.count / 2] * 8))
        var candidate = max(0.5, gaps[gaps.count / 4])
        while candidate <= longest {
            let starts = parts.map { Self.callbacks($0, apart: Self.burstShare * candidate) }
            for width in Self.widths {
                var sum = Sum()
                for part in starts { sum.add(candidate, width, in: part, hour: time.hour) }
                let value = sum.beyondChance * scale
                if value > weighted {
                    (weighted, period, self.width, deviations) = (value, candidate, width, sum.deviations)
                }
            }
            candidate *= Self.step
        }
    }

    /// How often chance makes as much at any of the periods and widths looked at: a bound on the normal distribution's tail for each.
    var pValue: Double { min(1, Self.mostLooks * exp(-deviations * deviations / 2)) }
    private static let mostLooks = 300.0

    private static func parts(of times: [Double]) -> [ArraySlice<Double>] {
        guard times.count > parts * partLength else { return [times[...]] }
        return (0..<parts).map { part in
            let begin = (times.count - partLength) * part / (parts - 1)
            return times[begin..<begin + partLength]
        }
    }

    /// The first flows of callbacks: those after at least so many seconds without any.
    private static func callbacks(_ times: ArraySlice<Double>, apart: Double) -> [Double] {
        var starts: [Double] = []
        starts.reserveCapacity(times.count)
        var latest = -Double.infinity
        for time in times {
            if time - latest > apart { starts.append(time) }
            latest = time
        }
        return starts
    }

    /// The sum over blocks for one period and width.
    private struct Sum {
        private var total = 0.0
        private var variance = 0.0

        /// How many deviations chance makes.
        static let chance = 3.5

        var deviations: Double { variance > 0 ? total / variance.squareRoot() : 0 }
        var beyondChance: Double { total - Self.chance * variance.squareRoot() }

        mutating func add(_ period: Double, _ width: Double, in starts: [Double], hour: Double) {
            guard let end = starts.last, starts.count >= Rhythm.fewestCallbacks else { return }
            let half = width * period
            var before = Window(from: period - (Rhythm.beside + 1) * half, length: 2 * half)
            var about = Window(from: period - half, length: 2 * half)
            var after = Window(from: period + (Rhythm.beside - 1) * half, length: 2 * half)
            var block = Block()
            for start in starts where start + after.from + after.length <= end {
                if block.count == 0 { block.begin = start }
                let others = before.holds(after: start, of: starts) + after.holds(after: start, of: starts)
                block.add(about.holds(after: start, of: starts) - others / 2)
                if block.count >= Rhythm.fewestCallbacks && start - block.begin >= hour {
                    close(&block, at: start, period, hour)
                }
            }
            close(&block, at: end, period, hour)
        }

        private mutating func close(_ block: inout Block, at time: Double, _ period: Double, _ hour: Double) {
            if block.count >= Rhythm.fewestCallbacks && block.squares > 0 {
                let hours = min(2, min(time - block.begin, Double(block.count) * period) / hour)
                total += min(3, max(-1, block.sum / block.squares.squareRoot())) * hours
                variance += hours * hours
            }
            block = Block()
        }
    }

    /// Differences of one block.
    private struct Block {
        var begin = 0.0
        var count = 0
        var sum = 0.0
        var squares = 0.0

        mutating func add(_ difference: Double) {
            sum += difference
            squares += difference * difference
            count += 1
        }
    }

    /// A window that lies so many seconds after a callback, moved on with it.
    private struct Window {
        let from: Double
        let length: Double
        private var place = 0

        init(from: Double, length: Double) {
            self.from = from
            self.length = length
        }

        /// 1 if a callback lies in it, else 0.
        mutating func holds(after start: Double, of starts: [Double]) -> Double {
            let low = start + from
            while place < starts.count && starts[place] < low { place += 1 }
            return place < starts.count && starts[place] <= low + length ? 1 : 0
        }
    }
}
