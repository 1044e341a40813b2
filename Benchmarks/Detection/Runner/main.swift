import Foundation
@testable import Periodicity
import SyntheticTraffic

// Usage: detection-benchmark tune | calibrate | judge [SEED…] | heatmap FILE.svg
let arguments = Array(CommandLine.arguments.dropFirst())
switch arguments.first {
case "tune": print(ScoreFit.source(of: Tuning.run()))
case "calibrate": print(NullCalibration.source(of: NullCalibration.table(seed: 9000, count: 12_000)))
case "judge":
    let seeds = arguments.dropFirst().filter { !$0.hasSuffix(".svg") }.compactMap { UInt64($0) }
    Report(seeds: seeds.isEmpty ? [1, 2] : seeds).print(heatMap: arguments.first { $0.hasSuffix(".svg") })
case "ap":
    for seed in arguments.dropFirst().compactMap({ UInt64($0) }) {
        for week in [false, true] {
            let e = Tuning.examples(Benchmark.set(seed: seed, week: week)).map {
                (score: $0.views.map { ScoreModel.fitted.logit($0) }.max() ?? -99, isPositive: $0.isBeacon)
            }
            print(seed, week, Ranking.averagePrecision(e))
        }
    }
case "scan":
    let detector = PeriodicityDetector()
    for line in try String(contentsOfFile: arguments[1], encoding: .utf8).split(separator: "\n") {
        let fields = line.split(separator: "\t")
        let times = fields[1].split(separator: ",").compactMap { Int64($0) }
        guard let j = detector.judge(times: times) else { continue }
        print(
            String(format: "%.3f %.2g %.1f %.2f", j.score, j.pValue, j.period, j.jitter), j.callbacks, j.missed,
            j.burst, fields[0],
            j.parts.prefix(4).map { "\($0.statistic)=\(($0.amount * 10).rounded() / 10)" }.joined(separator: " "))
    }
default:
    print("usage: detection-benchmark tune | calibrate | judge [SEED…] [HEATMAP.svg]")
    exit(2)
}
