import Foundation

/// How regular the idle times of a view are, block by block: a test that needs no period and no constant rate.
///
/// Under Poisson an idle time longer than the burst gap g is g plus an exponential, whatever the rate and whatever the bursts. Of m
/// such rests y = e − g in a block, M = log(mean y) − mean(log y) (Moran, JRSS B 13, 1951; Bartlett's test for exponential
/// samples) has the mean ψ(m) − log m + γ and the variance π²/6 / m − ψ′(m), exactly; a regular block has a smaller M.
struct BlockRegularity: Sendable {
    /// Sum over blocks of z, cut to −1 … 3, times the hours covered, at most 2 a block.
    var weighted = 0.0
    /// Largest sum of z, cut to −2 … 3, over blocks in a row: the best active stretch.
    var bestStretch = 0.0
    /// Hours in blocks with z above 1, at most 4 a block.
    var regularHours = 0.0
    /// Share of blocks with z above 1.
    var regularShare = 0.0
    /// First and last idle time of the best stretch.
    var stretch = 0..<0

    /// A block holds at least so many idle times and lasts at least this share of an hour.
    static let fewestIdle = 8
    static let shortest = 0.25
    /// Idle times longer than so many medians are silences: neutral, in no block.
    static let silence = 6.0
    /// A block must be more regular than Poisson by this much of M: a log-normal with σ = 0.9 is by 0.17, and no beacon.
    static let margin = 0.17
    /// Rests below this share of the median count as this long, so that one pair of flows cannot decide.
    static let smallestRest = 0.003

    /// - Parameter hour: seconds of an hour (``TimeScale``).
    init(of view: BurstView, hour: Double) {
        var open = Block()
        var sums = StretchSum()
        var regular = 0
        var blocks = 0
        func close(at end: Int) {
            guard open.count >= BurstView.fewestIdle else { return }
            let z = open.z
            let hours = open.seconds / hour
            blocks += 1
            weighted += min(3, max(-1, z)) * min(2, hours)
            if z > 1 {
                regular += 1
                regularHours += min(4, hours)
            }
            sums.add(min(3, max(-2, z)), from: open.begin, to: end)
        }
        let longest = Self.silence * view.median
        let floor = Self.smallestRest * view.median
        for (index, idle) in view.idle.enumerated() {
            if idle > longest {
                if open.count >= 6 {
                    close(at: index)
                    open = Block(begin: index + 1)
                }
                continue
            }
            open.add(rest: max(floor, idle - view.burstGap), seconds: idle)
            if open.count >= Self.fewestIdle && open.seconds >= Self.shortest * hour {
                close(at: index + 1)
                open = Block(begin: index + 1)
            }
        }
        close(at: view.idle.count)
        bestStretch = sums.best
        stretch = sums.range
        regularShare = blocks > 0 ? Double(regular) / Double(blocks) : 0
    }

    /// Rests of one block, summed.
    private struct Block {
        var begin = 0
        var count = 0
        var seconds = 0.0
        var sum = 0.0
        var logarithms = 0.0
        var product = 1.0

        init(begin: Int = 0) { self.begin = begin }

        /// Logarithms are taken of products of eight, which is what makes the scan of all burst gaps cheap.
        mutating func add(rest: Double, seconds idle: Double) {
            count += 1
            seconds += idle
            sum += rest
            product *= rest
            if count % 8 == 0 {
                logarithms += log(product)
                product = 1
            }
        }

        var z: Double {
            let m = Double(count)
            let moran = log(sum / m) - (logarithms + log(product)) / m
            return (MoranMoments.mean(count) - BlockRegularity.margin - moran) / MoranMoments.deviation(count)
        }
    }
}

/// The largest sum over values in a row (Kadane's algorithm), at least 0, and where it lies.
struct StretchSum: Sendable {
    private(set) var best = 0.0
    private(set) var range = 0..<0
    private var running = 0.0
    private var begin = 0

    init() {}

    mutating func add(_ value: Double, from low: Int, to high: Int) {
        if running <= 0 {
            running = 0
            begin = low
        }
        running += value
        if running > best {
            best = running
            range = begin..<high
        }
    }
}

/// Mean and deviation of Moran's statistic under Poisson.
enum MoranMoments {
    private static let tabled = 1024
    private static let table: [(mean: Double, deviation: Double)] = (0...tabled).map { compute(max(1, $0)) }

    static func mean(_ count: Int) -> Double { count <= tabled ? table[count].mean : compute(count).mean }
    static func deviation(_ count: Int) -> Double {
        count <= tabled ? table[count].deviation : compute(count).deviation
    }

    private static func compute(_ count: Int) -> (mean: Double, deviation: Double) {
        let m = Double(count)
        let euler = 0.577_215_664_901_532_9
        let variance = Double.pi * Double.pi / 6 / m - trigamma(m)
        return (digamma(m) - log(m) + euler, max(1e-12, variance).squareRoot())
    }

    /// ψ(x), by recurrence to 6 and the asymptotic series (Abramowitz, Stegun, 6.3.18).
    static func digamma(_ argument: Double) -> Double {
        var x = argument
        var result = 0.0
        while x < 6 {
            result -= 1 / x
            x += 1
        }
        let f = 1 / (x * x)
        return result + log(x) - 0.5 / x - f * (1.0 / 12 - f * (1.0 / 120 - f / 252))
    }

    /// ψ′(x), by recurrence to 6 and the asymptotic series (Abramowitz, Stegun, 6.4.12).
    static func trigamma(_ argument: Double) -> Double {
        var x = argument
        var result = 0.0
        while x < 6 {
            result += 1 / (x * x)
            x += 1
        }
        let f = 1 / (x * x)
        return result + 1 / x + f / 2 + f / x * (1.0 / 6 - f * (1.0 / 30 - f / 42))
    }
}
