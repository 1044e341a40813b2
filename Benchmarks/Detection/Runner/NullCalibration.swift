import Foundation
import Periodicity
import SyntheticTraffic

/// Simulates the nulls: makes the table of p-values, and checks it on other seeds.
struct NullCalibration {
    static let families: [ChannelFamily] = [.poisson, .gamma, .logNormal, .human]
    static let fewest = [6, 10, 16, 31, 61, 151, 501]

    /// Logits of null channels of one family, by flows.
    static func simulate(_ family: ChannelFamily, hours: Double, seed: UInt64, count: Int) -> [(
        flows: Int, logit: Double
    )] {
        let root = SeededGenerator(seed: seed)
        let span = TimeSpan(start: Benchmark.monday, hours: hours)
        var result: [(flows: Int, logit: Double)] = []
        for number in 0..<count {
            var generator = root.fork(UInt64(number))
            guard
                let channel = LabelledChannel(
                    family: family, beacon: nil, span: span, fewest: PeriodicityDetector.fewestFlows, most: 2500,
                    using: &generator),
                let best = ChannelViews(times: channel.times).best(by: .fitted)
            else { continue }
            result.append((channel.times.count, best.logit))
        }
        return result
    }

    /// Allowance for the noise of the simulation: the tail's scale is taken this much longer than observed.
    static let allowance = 1.1

    /// The table: of each class of flow counts the worst null's quantiles, and the mean excess of all nulls over the worst 5 % quantile.
    static func table(seed: UInt64, count: Int) -> PValueTable {
        var samples = fewest.map { _ in [[Double]]() }
        for family in families {
            for hours in [24.0, 168] {
                let drawn = simulate(family, hours: hours, seed: seed &+ UInt64(hours), count: count)
                for (index, low) in fewest.enumerated() {
                    let high = index + 1 < fewest.count ? fewest[index + 1] : .max
                    samples[index].append(drawn.filter { $0.flows >= low && $0.flows < high }.map(\.logit))
                }
            }
        }
        return PValueTable(classes: zip(fewest, samples).map { row(fewest: $0, $1) })
    }

    private static func row(fewest: Int, _ samples: [[Double]]) -> PValueTable.Class {
        var marks = [Double](repeating: -.infinity, count: PValueTable.shares.count)
        for sample in samples where sample.count >= 200 {
            let sorted = sample.sorted(by: >)
            marks = zip(marks, PValueTable.shares).map { max($0, sorted[Int($1 * Double(sorted.count))]) }
        }
        let threshold = marks[marks.count - 2]
        let excess = samples.flatMap { $0 }.filter { $0 > threshold }.map { $0 - threshold }
        let scale = excess.reduce(0, +) / Double(max(1, excess.count)) * allowance
        return PValueTable.Class(fewest: fewest, logits: marks, scale: scale)
    }

    /// The share of fresh null channels with p ≤ α, by family.
    static func check(seed: UInt64, count: Int, alphas: [Double]) -> [(
        family: ChannelFamily, channels: Int, shares: [Double]
    )] {
        families.map { family in
            let drawn = simulate(family, hours: 24, seed: seed, count: count)
            let p = drawn.map { PValueTable.simulated.pValue(logit: $0.logit, flows: $0.flows) }
            return (family, p.count, alphas.map { alpha in Double(p.count { $0 <= alpha }) / Double(max(1, p.count)) })
        }
    }

    /// The table as Swift source.
    static func source(of table: PValueTable) -> String {
        var text = """
            extension PValueTable {
                /// Simulated by `detection-benchmark calibrate` for ``ScoreModel/fitted``; to be made anew whenever that changes.
                public static let simulated = PValueTable(classes: [

            """
        for row in table.classes {
            let logits = row.logits.map { String(format: "%.2f", $0) }.joined(separator: ", ")
            text +=
                "        .init(fewest: \(row.fewest), logits: [\(logits)], scale: \(String(format: "%.3f", row.scale))),\n"
        }
        return text + "    ])\n}\n"
    }
}
