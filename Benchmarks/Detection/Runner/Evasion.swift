import Foundation
import Periodicity
import SyntheticTraffic

/// What an implant has to do to go unseen: the share of beacons of a day that are reported by default, by jitter, calls and cover traffic.
enum Evasion {
    private static let jitters = [0, 0.2, 0.4, 0.6, 0.8, 0.95]
    private static let calls = [8, 16, 32, 64, 128, 512]
    /// Flows of a person's to the same destination, for each call.
    private static let covers: [(label: String, flows: Double)] = [
        ("no cover", 0), ("as many flows of cover", 1), ("four times as many", 4),
    ]
    private static let drawn = 60

    static func chart(seed: UInt64) -> String {
        var text = "| cover | jitter | " + calls.map { "\($0) calls" }.joined(separator: " | ") + " |\n"
        text += String(repeating: "| --- ", count: calls.count + 2) + "|\n"
        for cover in covers {
            for jitter in jitters {
                let cells = calls.map { String(format: "%.2f", reported(seed, $0, jitter, cover: cover.flows)) }
                text += "| \(cover.label) | \(Int(jitter * 100)) % | " + cells.joined(separator: " | ") + " |\n"
            }
        }
        return text
    }

    private static func reported(_ seed: UInt64, _ calls: Int, _ jitter: Double, cover: Double) -> Double {
        let span = Benchmark.Window.day.span
        let root = SeededGenerator(seed: seed)
        var found = 0
        for number in 0..<drawn {
            var generator = root.fork(UInt64(calls * 100_000 + Int(jitter * 100) * 1000 + Int(cover) * 100 + number))
            let mean = span.seconds / Double(calls)
            let plan = BeaconPlan(period: mean / (1 - jitter / 2), jitter: .shortened(jitter), latency: 0.1)
            var flows = plan.connections(in: span, using: &generator)
            if cover > 0 {
                var covering: [BeaconPlan.Connection] = []
                while Double(covering.count) < cover * Double(calls) {
                    covering += BackgroundPlan.human(.random(using: &generator)).connections(
                        in: span, using: &generator)
                }
                flows += covering.shuffled(using: &generator).prefix(Int(cover) * calls)
                flows.sort { $0.start < $1.start }
            }
            let judged = PeriodicityDetector().judge(
                times: flows.map(\.start), durations: flows.map(\.duration), frame: span.end - span.start)
            if (judged?.pValue ?? 1) <= Report.usualLimit { found += 1 }
        }
        return Double(found) / Double(drawn)
    }
}
