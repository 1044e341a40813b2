import Foundation
import Periodicity
import SyntheticTraffic

/// The procedure that made the weights: fit on seeds of their own, benign periodic channels left out.
enum Tuning {
    static let daySeeds: [UInt64] = [101, 102, 103, 104, 105, 106]
    static let weekSeeds: [UInt64] = [201, 202]

    static func run() -> ScoreModel {
        let seeds = daySeeds + weekSeeds
        let all = concurrently(seeds.count) { index in
            examples(Benchmark.set(seed: seeds[index], index < daySeeds.count ? .day : .week))
        }
        var model = ScoreFit.fit(all.flatMap { $0 }, Statistic.allCases.filter { $0 != .rhythm && $0 != .steadyCounts })
        model.others = [rhythm, counts]
        return model
    }

    /// The rhythm by itself: from where, on seeds 21 and 22, trains of polls and retries end.
    static let rhythm = ScoreModel(
        intercept: -3.2, parts: [.init(.rhythm, knots: [3.5, 4.1], weights: [8])])

    /// The counts by themselves: from a p-value of 0.001 on, which none of the nulls reaches.
    static let counts = ScoreModel(
        intercept: -3.2, parts: [.init(.steadyCounts, knots: [3, 5], weights: [8])])

    /// Seen from start to start alone: how long flows last is taken into account, and not learnt from.
    static func examples(_ set: LabelledSet) -> [ScoreFit.Example] {
        set.channels.filter { $0.label != .benignPeriodic }.map {
            .init(
                views: ChannelViews(times: $0.times, frame: $0.span.end - $0.span.start, leastRhythm: .infinity)
                    .measured.map(\.statistics),
                isBeacon: $0.label == .beacon)
        }
    }
}
