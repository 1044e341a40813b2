import Foundation
import Periodicity
import SyntheticTraffic

/// Simulates the nulls: makes the table of p-values, and checks it on other seeds.
struct NullCalibration {
    /// The nulls of the table.
    static let families: [ChannelFamily] = [.poisson, .gamma, .logNormal, .human]
    /// And those that have a test of their own.
    static let checked = families + [.held, .polls]
    static let fewest = [6, 10, 16, 31, 61, 151, 501]

    /// Lengths of the windows, in hours.
    static let windows = [1.0 / 12, 0.5, 4, 24, 168]
    /// Most flows of a null channel, for speed.
    private static let mostFlows = 2500
    /// Most draws a channel wanted: many a short look sees too little.
    private static let mostDraws = 40

    /// Logits of null channels of one family, by flows.
    static func simulate(_ family: ChannelFamily, hours: Double, seed: UInt64, count: Int) -> [(
        flows: Int, logit: Double
    )] {
        judged(family, hours: hours, seed: seed, count: count) { channel, frame in
            ChannelViews(
                times: channel.times, durations: channel.durations, frame: frame,
                leastRhythm: .infinity
            ).best(by: sumAlone).map { (channel.times.count, $0.logit) }
        }
    }

    /// A rhythm by itself has a p-value of its own.
    private static let sumAlone = ScoreModel(intercept: ScoreModel.fitted.intercept, parts: ScoreModel.fitted.parts)

    /// What `judge` says of null channels of one family; those it does not judge are drawn anew.
    private static func judged<Judged>(
        _ family: ChannelFamily, hours: Double, seed: UInt64, count: Int,
        _ judge: (LabelledChannel, _ frame: Int64) -> Judged?
    ) -> [Judged] {
        let root = SeededGenerator(seed: seed)
        let span = TimeSpan(start: Benchmark.monday, hours: hours)
        var result: [Judged] = []
        for number in 0..<(count * mostDraws) where result.count < count {
            var generator = root.fork(UInt64(number))
            guard
                let channel = LabelledChannel(
                    family: family, beacon: nil, span: span, fewest: PeriodicityDetector.fewestFlows, most: mostFlows,
                    using: &generator),
                let judgement = judge(channel, span.end - span.start)
            else { continue }
            result.append(judgement)
        }
        return result
    }

    /// Allowance for the noise of the simulation: the tail's scale is taken this much longer than observed.
    static let allowance = 1.1

    /// The table: of each window and class of flow counts the worst null's quantiles, and the mean excess of all nulls over the worst
    /// 5 % quantile.
    static func table(seed: UInt64, count: Int) -> PValueTable {
        let all = concurrently(windows.count * families.count) { index in
            let hours = windows[index / families.count]
            return simulate(
                families[index % families.count], hours: hours, seed: seed &+ UInt64(hours * 60), count: count)
        }
        return PValueTable(
            windows: windows.enumerated().map { place, hours in
                let drawn = Array(all[(place * families.count)..<((place + 1) * families.count)])
                return PValueTable.Window(
                    hours: hours,
                    classes: fewest.indices.compactMap { index in
                        let high = index + 1 < fewest.count ? fewest[index + 1] : .max
                        guard drawn.contains(where: { logits($0, fewest[index]..<high).count >= least }) else {
                            return nil
                        }
                        return row(fewest: fewest[index], drawn.map { pooled($0, index, below: high) })
                    })
            })
    }

    /// Fewer channels tell no quantile. Where no null has as many of a class, the class below stands for it.
    private static let least = 200

    private static func logits(_ drawn: [(flows: Int, logit: Double)], _ flows: Range<Int>) -> [Double] {
        drawn.filter { flows.contains($0.flows) }.map(\.logit)
    }

    /// The logits of a class; where a null has too few channels of it, with those of the classes below.
    private static func pooled(_ drawn: [(flows: Int, logit: Double)], _ index: Int, below high: Int) -> [Double] {
        let samples = fewest[...index].reversed().lazy.map { logits(drawn, $0..<high) }
        return samples.first { $0.count >= least } ?? []
    }

    private static func row(fewest: Int, _ samples: [[Double]]) -> PValueTable.Class {
        var marks = [Double](repeating: -.infinity, count: PValueTable.shares.count)
        for sample in samples where sample.count >= least {
            let sorted = sample.sorted(by: >)
            marks = zip(marks, PValueTable.shares).map { max($0, sorted[Int($1 * Double(sorted.count))]) }
        }
        let threshold = marks[marks.count - 2]
        let excess = samples.flatMap { $0 }.filter { $0 > threshold }.map { $0 - threshold }
        let scale = excess.reduce(0, +) / Double(max(1, excess.count)) * allowance
        return PValueTable.Class(fewest: fewest, logits: marks, scale: scale)
    }

    /// The share of fresh null channels with p ≤ α, by family.
    static func check(hours: Double, seed: UInt64, count: Int, alphas: [Double]) -> [(
        family: ChannelFamily, channels: Int, shares: [Double]
    )] {
        concurrently(checked.count) { index in
            let p = judged(checked[index], hours: hours, seed: seed, count: count) { channel, frame in
                PeriodicityDetector().judge(times: channel.times, durations: channel.durations, frame: frame)?.pValue
            }
            let shares = alphas.map { alpha in Double(p.count { $0 <= alpha }) / Double(max(1, p.count)) }
            return (checked[index], p.count, shares)
        }
    }

    /// The table as Swift source.
    static func source(of table: PValueTable) -> String {
        var text = """
            extension PValueTable {
                /// Simulated by `detection-benchmark calibrate` for ``ScoreModel/fitted``; to be made anew whenever that changes.
                public static let simulated = PValueTable(windows: [

            """
        for window in table.windows {
            text +=
                "        .init(\n            hours: \((window.hours * 1e4).rounded() / 1e4),\n            classes: [\n"
            for row in window.classes {
                let logits = row.logits.map { String(format: "%.2f", $0) }.joined(separator: ", ")
                text += "                .init(fewest: \(row.fewest), logits: [\(logits)], "
                text += "scale: \(String(format: "%.3f", row.scale))),\n"
            }
            text += "            ]),\n"
        }
        return text + "    ])\n}\n"
    }
}
