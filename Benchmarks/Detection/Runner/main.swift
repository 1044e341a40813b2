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
default:
    print("usage: detection-benchmark tune | calibrate | judge [SEED…] [HEATMAP.svg]")
    exit(2)
}
