import Foundation

// tune       fits the weights of the score and prints Periodicity/ScoreModel+Weights.swift
// calibrate  simulates the nulls and prints Periodicity/PValueTable+Simulated.swift
// judge      measures all detectors on seeds that neither of the two has seen, and prints the tables of docs/detection.md
let usage = "usage: detection-benchmark tune | calibrate | judge [SEED…] [HEATMAP.svg]"
let arguments = Array(CommandLine.arguments.dropFirst())
switch arguments.first {
case "tune":
    print(ScoreFit.source(of: Tuning.run()))
case "calibrate":
    print(NullCalibration.source(of: NullCalibration.table(seed: 9000, count: 10_000)))
case "judge":
    let seeds = arguments.dropFirst().compactMap { UInt64($0) }
    Report(seeds: seeds.isEmpty ? [1, 2] : seeds).print(heatMap: arguments.first { $0.hasSuffix(".svg") })
default:
    FileHandle.standardError.write(Data((usage + "\n").utf8))
    exit(2)
}
