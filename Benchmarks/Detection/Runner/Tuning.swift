import Foundation
import Periodicity
import SyntheticTraffic

/// The procedure that made the weights: fit on seeds of their own, benign periodic channels left out.
enum Tuning {
    static let daySeeds: [UInt64] = [101, 102, 103, 104, 105, 106]
    static let weekSeeds: [UInt64] = [201, 202]

    static func run() -> ScoreModel {
        var all: [ScoreFit.Example] = []
        for seed in daySeeds { all += examples(Benchmark.set(seed: seed, week: false)) }
        for seed in weekSeeds { all += examples(Benchmark.set(seed: seed, week: true)) }
        return ScoreFit.fit(all)
    }

    static func examples(_ set: LabelledSet) -> [ScoreFit.Example] {
        set.channels.filter { $0.label != .benignPeriodic }.map {
            .init(views: ChannelViews(times: $0.times).measured.map(\.statistics), isBeacon: $0.label == .beacon)
        }
    }
}
