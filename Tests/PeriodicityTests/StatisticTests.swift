import Foundation
import ShapeMatching
import SyntheticTraffic
import Testing

@testable import Periodicity

@Suite("The statistics, by hand")
struct StatisticTests {
    @Test("Moran's moments are those of exponential samples")
    func moran() {
        // m = 2: ψ(2) − log 2 + γ = 1 − log 2; π²/12 − ψ′(2) = π²/12 − (π²/6 − 1)
        #expect(abs(MoranMoments.mean(2) - (1 - log(2))) < 1e-8)
        let variance = Double.pi * Double.pi / 12 - (Double.pi * Double.pi / 6 - 1)
        #expect(abs(MoranMoments.deviation(2) - variance.squareRoot()) < 1e-8)
    }

    @Test("likeness compares differences of rests with their sums")
    func likeness() {
        // |2 − 4| / 6 = 1/3 of one pair: (0.44 − 1/3) · √12 · 0.9
        let value = Statistics.likeness(of: [2, 4], beyond: 0, distance: 1)
        #expect(abs(value - (0.44 - 1.0 / 3) * 12.0.squareRoot() * 0.9) < 1e-12)
        #expect(Statistics.likeness(of: [2, .infinity, 2], beyond: 0, distance: 1) == 0)
    }

    @Test("two sleeps in turn are alike every second time")
    func secondPairs() {
        let idle = (0..<20).map { $0 % 2 == 0 ? 10.0 : 100 }
        #expect(Statistics.likeness(of: idle, beyond: 0, distance: 2) > 5)
        #expect(Statistics.likeness(of: idle, beyond: 0, distance: 1) < 0)
    }

    @Test("bursts of one size are even, of one and three half even")
    func bursts() {
        #expect(Statistics.burstEvenness(of: [2, 4, 6]) == 1)
        #expect(Statistics.burstEvenness(of: [1, 4]) == 0.5)
    }

    @Test("an hour's vote is cut to three nats and weighed by the share covered, squared")
    func votes() {
        // First hour 5 nats, cut to 3, whole; second −1 nat in half an hour: 3 − 0.25
        let votes = Statistics.hourlyVotes(nats: [5, -1], idle: [3600, 1800], ends: [3500, 5300], silence: 9999)
        #expect(votes == 2.75)
        #expect(
            Statistics.hourlyVotes(nats: [5, -1], idle: [3600, 1800], ends: [3500, 5300], silence: 3000) == -0.25)
    }

    @Test("the best stretch is the largest sum in a row")
    func stretch() {
        var sum = StretchSum()
        for (index, value) in [1.0, -3, 2, 2, -1, 2, -9, 3].enumerated() { sum.add(value, from: index, to: index + 1) }
        #expect(sum.best == 5)
        #expect(sum.range == 2..<6)
    }

    @Test("every shape's density adds up to what its most sleeps can hold")
    func densities() {
        for shape in IntervalShape.all {
            var mass = 0.0
            for entry in -200...200 { mass += shape.density(about: exp(Double(entry) * LogGrid.step)) * LogGrid.step }
            let lost = pow(shape.missed, Double(IntervalShape.mostSleeps))
            let stray = shape.stray * 401 * LogGrid.step / IntervalShape.strayWidth
            #expect(abs(mass - ((1 - shape.stray) * (1 - lost) + stray)) < 0.02)
        }
    }

    @Test("the matching finds a period and its shape")
    func match() {
        let bin = LogGrid.bin(ofLog: log(60))
        let fit = ShapeTables.beacons.bestFit(
            to: [ShapeBin(bin: Int32(bin), count: 50)], scales: (bin - 40)..<(bin + 40))
        #expect(fit.scale == bin)
        #expect(IntervalShape.all[fit.row].sleep == .gaussian(0.015))
        let value = Double(ShapeTables.beacons.value(row: fit.row, bin: bin, scale: fit.scale))
        #expect(abs(fit.likelihood - 50 * value) < 0.01)
    }

    @Test("the matching finds what trying every shape at every scale finds", arguments: 1...20 as ClosedRange<UInt64>)
    func matchOfAll(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var counts: [Int: Float] = [:]
        let width = generator.logUniform(0.01, 3)
        for _ in 0..<Int(generator.logUniform(4, 4000)) {
            let time = generator.logNormal(median: 60, sigma: width)
            counts[LogGrid.bin(ofLog: log(time)), default: 0] += 1
        }
        let histogram = counts.sorted { $0.key < $1.key }.map { ShapeBin(bin: Int32($0.key), count: $0.value) }
        let scales = 150..<(180 + generator.below(200))
        let tables = ShapeTables.beacons
        var sums: [Float] = []
        for row in 0..<tables.count {
            for scale in scales {
                sums.append(
                    histogram.reduce(Float.zero) {
                        $0 + tables.value(row: row, bin: Int($1.bin), scale: scale) * $1.count
                    })
            }
        }
        let best = sums.indices.reduce(0) { sums[$1] > sums[$0] ? $1 : $0 }
        let mass = sums.filter { $0 > sums[best] - ShapeTables.margin }.reduce(0) { $0 + exp(Double($1 - sums[best])) }
        let fit = tables.bestFit(to: histogram, scales: scales)
        #expect(fit.row == best / scales.count && fit.scale == scales.lowerBound + best % scales.count)
        #expect(fit.likelihood == Double(sums[best]))
        #expect(abs(fit.average - (Double(sums[best]) + log(mass / Double(sums.count)))) < 1e-6)
        #expect(tables.bestFit(to: histogram, scales: scales, margin: 0).likelihood == fit.likelihood)
    }

    @Test("numbers are sorted as by comparing them, few and many", arguments: [0, 1, 5, 199, 200, 5000])
    func ascending(count: Int) {
        var generator = SeededGenerator(seed: 6)
        let values = (0..<count).map { _ in generator.chance(0.1) ? 0 : generator.logUniform(1e-9, 1e9) }
        #expect(Ascending.sorted(values) == values.sorted())
        #expect(Ascending.sorted(values.map { -$0 }) == values.map { -$0 }.sorted())
    }

    @Test("a part adds its weights segment by segment")
    func part() {
        let part = ScoreModel.Part(.votes, knots: [0, 2, 4], weights: [1, 3])
        #expect([-.infinity, 0, 1, 3, 9].map { part.amount($0) } == [0, 0, 0.5, 2.5, 4])
    }

    @Test("p-values pass through the tabled quantiles and fall off with the tail's scale")
    func pValues() {
        let day = PValueTable.Window(hours: 24, classes: [.init(fewest: 6, logits: [0, 1, 2, 3, 4], scale: 2)])
        let minutes = PValueTable.Window(hours: 0.1, classes: [.init(fewest: 6, logits: [1, 2, 3, 4, 5], scale: 2)])
        let table = PValueTable(windows: [minutes, day])
        #expect(abs(table.pValue(logit: 2, flows: 7, hours: 24) - 0.1) < 1e-12)
        #expect(abs(table.pValue(logit: 2.5, flows: 7, hours: 20) - (0.1 * 0.05).squareRoot()) < 1e-12)
        #expect(abs(table.pValue(logit: 6, flows: 7, hours: 99) - 0.02 * exp(-1)) < 1e-12)
        #expect(abs(table.pValue(logit: 3, flows: 7, hours: 0.2) - 0.1) < 1e-12)
    }

    @Test("two implants have a rhythm between others; Poisson, clusters and retries have none that is enough")
    func rhythm() {
        var generator = SeededGenerator(seed: 5)
        let span = TimeSpan(start: 0, hours: 4)
        func strength(_ times: [Int64]) -> Double {
            let scale = TimeScale(frame: span.end - span.start, origin: span.start)
            return log(1 + Rhythm(times: times.sorted().map { Double($0) * 1e-9 }, scale: scale).weighted)
        }
        let implant = BeaconPlan(period: 20, jitter: .shortened(0.2))
        let two = implant.times(in: span, using: &generator) + implant.times(in: span, using: &generator)
        #expect(strength(two) > 3.5)
        let others: [BackgroundPlan] = [
            .renewal(.exponential(mean: 10), duty: .always),
            .cluster(meanGap: 20, childrenPerEvent: 0.6, childGap: 1), .retries(delays: [5, 5, 5], meanGap: 60),
        ]
        for plan in others { #expect(strength(plan.times(in: span, using: &generator)) < 3) }
    }

    @Test("a rhythm that is given up early is none that comes to more", arguments: 1...30 as ClosedRange<UInt64>)
    func rhythmAbove(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let span = TimeSpan(start: 0, hours: generator.pick([0.5, 4, 24]))
        let scale = TimeScale(frame: span.end - span.start, origin: span.start)
        let plan = BeaconPlan(period: span.seconds / 300, jitter: .shortened(generator.pick([0.1, 0.3, 0.6])))
        let nanoseconds = plan.times(in: span, using: &generator) + plan.times(in: span, using: &generator)
        let times = nanoseconds.sorted().map { Double($0) * 1e-9 }
        let all = Rhythm(times: times, scale: scale)
        let gaps = zip(times.dropFirst(), times).map { $0 - $1 }.sorted()
        let some = Rhythm(times: times, sorted: gaps, scale: scale, above: 32)
        #expect(all.weighted > 32 ? some.weighted == all.weighted && some.period == all.period : some.weighted <= 32)
    }

    @Test("the weights of the fitted score are at least 0, so that every statistic is monotone")
    func monotone() {
        for part in ScoreModel.fitted.parts {
            #expect(part.weights.allSatisfy { $0 >= 0 })
            #expect(zip(part.knots, part.knots.dropFirst()).allSatisfy { $0 < $1 })
        }
    }
}
