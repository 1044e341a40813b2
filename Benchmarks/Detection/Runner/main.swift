import Foundation

// tune       fits the weights of the score and prints Periodicity/ScoreModel+Weights.swift
// calibrate  simulates the nulls and prints Periodicity/PValueTable+Simulated.swift
// check      the share of fresh null channels by p, a table of docs/detection.md
// evasion    the share of beacons reported by jitter, calls and cover traffic, another
// hidden     C2 in lookups, floods and retries, each kind with its detectors, a table of docs/detection.md
// hunted     requests that lie and frameworks' defaults, by the whole of `flare hunt`, each look a sensor's log; two tables more
// judge      measures all detectors on seeds that neither of the two has seen, and prints the tables of docs/detection.md
let usage =
    "usage: detection-benchmark tune | calibrate | check | evasion | hidden SEED… | hunted SEED… [KIND] | judge [SEED…] [HEATMAP.svg]"
let arguments = Array(CommandLine.arguments.dropFirst())
switch arguments.first {
case "tune":
    print(ScoreFit.source(of: Tuning.run()))
case "calibrate":
    print(NullCalibration.source(of: NullCalibration.table(seed: 9000, count: 6000)))
case "check":
    print(Report.calibration())
case "evasion":
    print(Evasion.chart(seed: 501))
case "judge":
    let seeds = arguments.dropFirst().compactMap { UInt64($0) }
    Report(seeds: seeds.isEmpty ? [1, 2] : seeds).print(heatMap: arguments.first { $0.hasSuffix(".svg") })
    print(try await HiddenC2.table(seeds: seeds.isEmpty ? [1, 2] : seeds))
    print(try HuntedC2.tables(seeds: seeds.isEmpty ? [1, 2] : seeds))
case "hidden":
    print(try await HiddenC2.table(seeds: arguments.dropFirst().compactMap { UInt64($0) }))
case "hunted":
    let given = arguments.dropFirst()
    print(try HuntedC2.tables(seeds: given.compactMap { UInt64($0) }, only: given.last { UInt64($0) == nil } ?? ""))
default:
    FileHandle.standardError.write(Data((usage + "\n").utf8))
    exit(2)
}
