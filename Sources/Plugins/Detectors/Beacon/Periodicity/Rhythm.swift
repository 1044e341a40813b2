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

    /// Share of the callbacks that have another within half a period after them.
    private(set) var between = 0.0
    /// Whether other callbacks come between: two implants, or one and a person. Where none does, neighbours tell the period, and what they say counts.
    var isAmongOthers: Bool { between >= 0.15 }

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

    /// All periods, whatever they come to.
    init(times: [Double], scale: TimeScale) {
        self.init(
            times: times, sorted: Ascending.sorted(zip(times.dropFirst(), times).map { $0 - $1 }), scale: scale)
    }

    /// - Parameters:
    ///   - times: flow starts in seconds, ascending.
    ///   - sorted: the gaps between them, ascending.
    ///   - time: what an hour is. Of more than a day it is the mean of its days.
    ///   - least: sums that are not larger are not wanted: periods are given up as soon as they cannot come to more.
    /// - Complexity: O(n) for each of some 150 periods and widths, for at most 1,536 flows.
    init(times: [Double], sorted gaps: [Double], scale time: TimeScale, above least: Double = 0) {
        guard times.count >= 2 * Self.fewestCallbacks, let last = times.last else { return }
        let parts = Self.parts(of: times)
        let looked = parts.reduce(0) { $0 + $1.count }
        let scale = Double(times.count) / Double(looked) * min(1, 24 * time.hour / time.frame)
        let longest = min(last / 8, max(gaps[gaps.count * 9 / 10], gaps[gaps.count / 2] * 8))
        var candidate = max(0.5, gaps[gaps.count / 4])
        let covered = parts.reduce(0) { $0 + ($1[$1.endIndex - 1] - $1[$1.startIndex]) }
        var starts: [Callbacks] = []
        while candidate <= longest {
            defer { candidate *= Self.step }
            // A block covers no more than its callbacks' periods, and three deviations each.
            let hours = min(covered, Double(looked) * candidate) / time.hour
            guard 3 * hours * scale > max(weighted, least) else { continue }
            if starts.isEmpty { starts = parts.map(Callbacks.init) }
            for index in starts.indices { starts[index].keep(apart: Self.burstShare * candidate) }
            for width in Self.widths {
                var sum = Sum(period: candidate, width: width, hour: time.hour)
                guard sum.add(starts, above: max(weighted, least) / scale) else { continue }
                let value = sum.beyondChance * scale
                if value > weighted {
                    (weighted, period, self.width, deviations) = (value, candidate, width, sum.deviations)
                    between = Self.shareBetween(starts, within: candidate / 2)
                }
            }
        }
    }

    /// How often chance makes as much at any of the periods and widths looked at: a bound on the normal distribution's tail for each.
    var pValue: Double { min(1, Self.mostLooks * exp(-deviations * deviations / 2)) }
    private static let mostLooks = 300.0

    private static func shareBetween(_ parts: [Callbacks], within seconds: Double) -> Double {
        let near = parts.reduce(0) { sum, part in
            sum + zip(part.starts.dropFirst(), part.starts).count { $0 - $1 <= seconds }
        }
        return Double(near) / Double(max(1, parts.reduce(0) { $0 + $1.starts.count - 1 }))
    }

    private static func parts(of times: [Double]) -> [ArraySlice<Double>] {
        guard times.count > parts * partLength else { return [times[...]] }
        return (0..<parts).map { part in
            let begin = (times.count - partLength) * part / (parts - 1)
            return times[begin..<begin + partLength]
        }
    }

    /// The first flows of callbacks: those after at least so many seconds without any.
    private struct Callbacks {
        private(set) var starts: [Double] = []
        private var rests: [Double] = []

        init(_ times: ArraySlice<Double>) {
            starts.reserveCapacity(times.count)
            rests.reserveCapacity(times.count)
            var latest = -Double.infinity
            for time in times {
                starts.append(time)
                rests.append(time - latest)
                latest = time
            }
        }

        /// Leaves out those that are not so far from the flow before; further apart each time.
        mutating func keep(apart: Double) {
            var kept = 0
            for index in starts.indices where rests[index] > apart {
                starts[kept] = starts[index]
                rests[kept] = rests[index]
                kept += 1
            }
            starts.removeLast(starts.count - kept)
            rests.removeLast(rests.count - kept)
        }
    }

    /// The sum over blocks for one period and width.
    private struct Sum {
        let period: Double
        let width: Double
        let hour: Double
        private var total = 0.0
        private var variance = 0.0

        /// How many deviations chance makes.
        static let chance = 3.5
        /// The most deviations of a block.
        static let most = 3.0

        init(period: Double, width: Double, hour: Double) {
            (self.period, self.width, self.hour) = (period, width, hour)
        }

        var deviations: Double { variance > 0 ? total / variance.squareRoot() : 0 }
        var beyondChance: Double { total - Self.chance * variance.squareRoot() }

        /// Adds the blocks of all parts.
        ///
        /// - Returns: `false` as soon as it cannot come to more than `least`.
        mutating func add(_ parts: [Callbacks], above least: Double) -> Bool {
            var hours = 0.0
            var blocks = 0.0
            for part in parts { part.starts.withUnsafeBufferPointer { leave($0[...], &hours, &blocks) } }
            guard canExceed(least, hours: hours, blocks: blocks) else { return false }
            for (index, part) in parts.enumerated() {
                (hours, blocks) = (0, 0)
                for later in parts[(index + 1)...] {
                    later.starts.withUnsafeBufferPointer { leave($0[...], &hours, &blocks) }
                }
                let goesOn = part.starts.withUnsafeBufferPointer {
                    add($0, above: least, hours: hours, blocks: blocks)
                }
                guard goesOn else { return false }
            }
            return true
        }

        /// Adds what callbacks that are not looked at yet may cover, in hours and in blocks.
        private func leave(_ starts: Slice<UnsafeBufferPointer<Double>>, _ hours: inout Double, _ blocks: inout Double)
        {
            guard let first = starts.first, let last = starts.last else { return }
            let most = min(last - first, Double(starts.count) * period) / hour
            hours += most
            blocks += min(Double(starts.count / Rhythm.fewestCallbacks), (last - first) / hour) + 1
        }

        /// Whether blocks that cover so many hours more can bring the sum above `least`. The more of the hours are covered the larger
        /// it gets, from two blocks on; and of all ways to cover them equal blocks deviate least.
        private func canExceed(_ least: Double, hours: Double, blocks: Double) -> Bool {
            let deviation = (variance + hours * hours / max(2, blocks)).squareRoot()
            return total + Self.most * hours - Self.chance * deviation > least - 1e-6
        }

        private mutating func add(
            _ starts: UnsafeBufferPointer<Double>, above least: Double, hours: Double, blocks: Double
        ) -> Bool {
            guard let end = starts.last, starts.count >= Rhythm.fewestCallbacks else { return true }
            let half = width * period
            var before = Window(from: period - (Rhythm.beside + 1) * half, length: 2 * half)
            var about = Window(from: period - half, length: 2 * half)
            var after = Window(from: period + (Rhythm.beside - 1) * half, length: 2 * half)
            var block = Block()
            for (index, start) in starts.enumerated() where start + after.from + after.length <= end {
                if block.count == 0 { block.begin = start }
                let others = before.holds(after: start, of: starts) + after.holds(after: start, of: starts)
                block.add(about.holds(after: start, of: starts) - others / 2)
                if block.count >= Rhythm.fewestCallbacks && start - block.begin >= hour {
                    close(&block, at: start)
                    var (hours, blocks) = (hours, blocks)
                    leave(starts[index...], &hours, &blocks)
                    guard canExceed(least, hours: hours, blocks: blocks) else { return false }
                }
            }
            close(&block, at: end)
            return true
        }

        private mutating func close(_ block: inout Block, at time: Double) {
            if block.count >= Rhythm.fewestCallbacks && block.squares > 0 {
                let hours = min(2, min(time - block.begin, Double(block.count) * period) / hour)
                total += min(Self.most, max(-1, block.sum / block.squares.squareRoot())) * hours
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
        mutating func holds(after start: Double, of starts: UnsafeBufferPointer<Double>) -> Double {
            let low = start + from
            while place < starts.count && starts[place] < low { place &+= 1 }
            return place < starts.count && starts[place] <= low + length ? 1 : 0
        }
    }
}
