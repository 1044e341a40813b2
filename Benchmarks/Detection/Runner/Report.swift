import Foundation
import Periodicity
import SyntheticTraffic

/// The benchmark's figures as Markdown tables.
struct Report {
    var seeds: [UInt64]

    func print(heatMap path: String?) {
        let days = seeds.map { Benchmark(seed: $0, .day) }
        let weeks = seeds.map { Benchmark(seed: $0, .week) }
        Swift.print(precision(days, weeks))
        Swift.print(byFamily(days, weeks))
        Swift.print(kinds())
        Swift.print(fastBursts())
        Swift.print(short())
        let grid = RecallGrid(days)
        Swift.print(grid.markdown)
        Swift.print(byCallbacks(days))
        if let path {
            do {
                try grid.svg.write(toFile: path, atomically: true, encoding: .utf8)
            } catch {
                FileHandle.standardError.write(Data("the heat map cannot be written to \(path): \(error)\n".utf8))
            }
        }
    }

    private static let detectors: [(name: String, score: @Sendable (Benchmark.Scored) -> Double)] = [
        ("beacon", { $0.beacon.map { $0.score } ?? 0 }), ("beacon-classic", { $0.classic }), ("rita", { $0.rita }),
    ]

    private func precision(_ days: [Benchmark], _ weeks: [Benchmark]) -> String {
        var text =
            "| detector | AP | AP with benign periodic | AP, week | recall at 10 false alarms a day | s per million flows |\n"
        text += "| --- | --- | --- | --- | --- | --- |\n"
        for (index, detector) in Self.detectors.enumerated() {
            let plain = days.map { Ranking.averagePrecision($0.ranking(detector.score)) }
            let benign = days.map { Ranking.averagePrecision($0.ranking(detector.score, withBenign: true)) }
            let week = weeks.map { Ranking.averagePrecision($0.ranking(detector.score)) }
            let recall = days.map { day -> Double in
                let ranking = day.ranking(detector.score)
                let threshold = Ranking.threshold(
                    negatives: ranking.filter { !$0.isPositive }.map(\.score), allowed: 10)
                let positives = ranking.filter(\.isPositive)
                return Double(positives.count { $0.score > threshold }) / Double(positives.count)
            }
            let cost = days.map { $0.seconds[index].perMillion }
            text += "| \(detector.name) | " + [plain, benign, week, recall].map(Self.cell).joined(separator: " | ")
            text += " | " + cost.map { String(format: "%.2f", $0) }.joined(separator: ", ") + " |\n"
        }
        return text
    }

    private static func cell(_ values: [Double]) -> String {
        values.map { String(format: "%.3f", $0) }.joined(separator: ", ")
    }

    /// By default a channel is reported where p times the channels judged is at most the false alarms allowed: one a day.
    private func byFamily(_ days: [Benchmark], _ weeks: [Benchmark]) -> String {
        var text = "| family | channels | reported by default |\n| --- | --- | --- |\n"
        for (sets, hours) in [(days, 24.0), (weeks, 168.0)] {
            var counts: [ChannelFamily: (all: Int, reported: Int)] = [:]
            for set in sets {
                let limit = hours / 24 / Double(set.scored.count)
                for scored in set.scored {
                    let isReported = (scored.beacon?.pValue ?? 1) <= limit
                    counts[scored.channel.family, default: (0, 0)].all += 1
                    if isReported { counts[scored.channel.family, default: (0, 0)].reported += 1 }
                }
            }
            for family in ChannelFamily.allCases {
                guard let count = counts[family] else { continue }
                text += "| \(family.rawValue), \(Int(hours)) h | \(count.all) | \(count.reported) |\n"
            }
        }
        return text
    }

    private func byCallbacks(_ days: [Benchmark]) -> String {
        var text = "| callbacks | beacons | recall at 10 false alarms a day |\n| --- | --- | --- |\n"
        for (low, high) in [(6, 11), (12, 23), (24, 47), (48, 191), (192, 959), (960, Int.max)] {
            var found = 0
            var all = 0
            for day in days {
                let threshold = RecallGrid.threshold(day)
                for scored in day.scored where scored.channel.label == .beacon {
                    guard scored.channel.callbacks >= low && scored.channel.callbacks <= high else { continue }
                    all += 1
                    if (scored.beacon?.score ?? 0) > threshold { found += 1 }
                }
            }
            let range = high == .max ? "\(low) and more" : "\(low)–\(high)"
            text += "| \(range) | \(all) | \(all > 0 ? String(format: "%.2f", Double(found) / Double(all)) : "–") |\n"
        }
        return text
    }

    /// Beacons of other kinds among the day's background: by the scores of the day's set and by the default.
    private func kinds() -> String {
        var text = "| kind | channels | reported by default | period within 5 % |\n| --- | --- | --- | --- |\n"
        let sets = seeds.map { Benchmark(seed: $0, .kinds).scored }
        for family in [ChannelFamily.fastBursts, .twoImplants, .changedSleep, .longCalls] {
            let all = sets.joined().filter { $0.channel.family == family }
            text += "| \(family.rawValue) | \(all.count) | " + Self.reported(all, limit: Self.usualLimit) + " |\n"
        }
        return text
    }

    /// Calls every 5 to 15 s whose bursts run into each other, by jitter and look.
    private func fastBursts() -> String {
        let looks = [("30 min", 0.5), ("4 h", 4.0), ("24 h", 24.0)]
        var text =
            "| fast bursts, jitter | " + looks.map(\.0).joined(separator: " | ") + " |\n| --- | --- | --- | --- |\n"
        for jitter in [0.2, 0.3, 0.4, 0.5] {
            let cells = looks.map { _, hours -> String in
                let span = TimeSpan(start: Benchmark.monday, hours: hours)
                let plans = seeds.flatMap { seed in (0..<60).map { SeededGenerator(seed: seed).fork($0) } }
                let found = concurrently(plans.count) { number -> Bool in
                    var generator = plans[number]
                    guard var plan = ChannelFamily.fastBursts.beaconPlan(in: span, using: &generator) else {
                        return false
                    }
                    plan.duty = .always
                    plan.jitter = generator.chance(0.5) ? .shortened(jitter) : .uniform(jitter)
                    let times = plan.times(in: span, using: &generator)
                    let judged = PeriodicityDetector().judge(times: times, frame: span.end - span.start)
                    return (judged?.pValue ?? 1) <= Self.usualLimit
                }
                return "\(found.count { $0 }) of \(plans.count)"
            }
            text += "| \(Int(jitter * 100)) % | " + cells.joined(separator: " | ") + " |\n"
        }
        return text
    }

    /// p at which some 4,300 channels a day make one false alarm.
    static let usualLimit = 1.0 / 4300

    private static func reported(_ all: [Benchmark.Scored], limit: Double) -> String {
        let found = all.filter { ($0.beacon?.pValue ?? 1) <= limit }
        let right = found.count { scored in
            guard let plan = scored.channel.plan, let period = scored.beacon?.period else { return false }
            return plan.sleeps.contains { abs(period / $0 - 1) <= 0.05 }
        }
        return "\(found.count) | \(right)"
    }

    /// Looks shorter than a day.
    private func short() -> String {
        var text = "| window | AP of beacon | of rita | recall at p ≤ 0.01 | p ≤ 0.001 | background at p ≤ 0.01 |\n"
        text += "| --- | --- | --- | --- | --- | --- |\n"
        for window in Benchmark.Window.short {
            let sets = seeds.map { Benchmark(seed: $0, window) }
            let all = sets.flatMap(\.scored)
            func share(_ label: ChannelLabel, _ p: Double) -> String {
                let some = all.filter { $0.channel.label == label }
                let found = some.count { ($0.beacon?.pValue ?? 1) <= p }
                return String(format: "%.3f (%d)", Double(found) / Double(max(1, some.count)), some.count)
            }
            text += "| \(window.label) | "
            text += Self.cell(
                sets.map { Ranking.averagePrecision($0.ranking { $0.beacon.map { 1 - $0.pValue } ?? 0 }) })
            text += " | " + Self.cell(sets.map { Ranking.averagePrecision($0.ranking(\.rita)) })
            text += " | " + share(.beacon, 0.01) + " | " + share(.beacon, 0.001) + " | " + share(.background, 0.01)
            text += " |\n"
        }
        return text
    }

    /// The share of null channels by p, on seeds of their own.
    static func calibration() -> String {
        let alphas = [0.05, 0.01, 0.001]
        var text =
            "| null | window | channels | p ≤ 0.05 | p ≤ 0.01 | p ≤ 0.001 |\n| --- | --- | --- | --- | --- | --- |\n"
        for hours in NullCalibration.windows {
            for row in NullCalibration.check(hours: hours, seed: 77_000, count: 3000, alphas: alphas) {
                text += "| \(row.family.rawValue) | \(length(hours)) | \(row.channels) | "
                text += row.shares.map { String(format: "%.4f", $0) }.joined(separator: " | ") + " |\n"
            }
        }
        return text
    }

    private static func length(_ hours: Double) -> String {
        hours < 1 ? "\(Int((hours * 60).rounded())) min" : "\(Int(hours)) h"
    }
}
