import Foundation
import SyntheticTraffic

/// Recall by period and jitter, at ten false alarms a day: a table and a heat map.
struct RecallGrid {
    static let periods: [(label: String, upTo: Double)] = [
        ("5–60 s", 70), ("1–10 min", 700), ("15–30 min", 2200), ("1–4 h", .infinity),
    ]
    static let jitters: [(label: String, upTo: Double)] = [
        ("≤ 10 %", 0.11), ("20–30 %", 0.31), ("40–50 %", 0.51), ("≥ 65 %", .infinity),
    ]

    private var found = [[Int]](repeating: [0, 0, 0, 0], count: 4)
    private var all = [[Int]](repeating: [0, 0, 0, 0], count: 4)

    init(_ days: [Benchmark]) {
        for day in days {
            let threshold = Self.threshold(day)
            for scored in day.scored where scored.channel.label == .beacon {
                guard let plan = scored.channel.plan,
                    let row = Self.periods.firstIndex(where: { plan.period <= $0.upTo }),
                    let column = Self.jitters.firstIndex(where: { Self.share(of: plan) <= $0.upTo })
                else { continue }
                all[row][column] += 1
                if (scored.beacon?.score ?? 0) > threshold { found[row][column] += 1 }
            }
        }
    }

    /// The grid's jitter: a Gaussian one was drawn with half the share as its deviation.
    private static func share(of plan: BeaconPlan) -> Double {
        if case .gaussian(let deviation) = plan.jitter { return 2 * deviation }
        return plan.jitter.share
    }

    static func threshold(_ day: Benchmark) -> Double {
        let ranking = day.ranking { $0.beacon?.score ?? 0 }
        return Ranking.threshold(negatives: ranking.filter { !$0.isPositive }.map(\.score), allowed: 10)
    }

    private func recall(_ row: Int, _ column: Int) -> Double? {
        all[row][column] > 0 ? Double(found[row][column]) / Double(all[row][column]) : nil
    }

    var markdown: String {
        var text = "| period | " + Self.jitters.map { "jitter \($0.label)" }.joined(separator: " | ") + " |\n"
        text += "| --- | --- | --- | --- | --- |\n"
        for row in 0..<4 {
            let cells = (0..<4).map { column in
                recall(row, column).map { String(format: "%.2f (%d)", $0, all[row][column]) } ?? "–"
            }
            text += "| \(Self.periods[row].label) | " + cells.joined(separator: " | ") + " |\n"
        }
        return text
    }

    /// The table as a picture: the darker a cell the more of its beacons are found.
    var svg: String {
        var text =
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 560 260\" font-family=\"sans-serif\" font-size=\"13\">\n"
        text += "<title>Recall by period and jitter at ten false alarms a day</title>\n"
        for column in 0..<4 {
            text +=
                "<text x=\"\(165 + column * 105)\" y=\"24\" text-anchor=\"middle\">jitter \(Self.jitters[column].label)</text>\n"
        }
        for row in 0..<4 {
            let y = 40 + row * 52
            text += "<text x=\"100\" y=\"\(y + 30)\" text-anchor=\"end\">\(Self.periods[row].label)</text>\n"
            for column in 0..<4 {
                let value = recall(row, column)
                let light = value.map { Int(96 - 60 * $0) } ?? 100
                let ink = light < 60 ? "#fff" : "#000"
                text +=
                    "<rect x=\"\(115 + column * 105)\" y=\"\(y)\" width=\"100\" height=\"48\" fill=\"hsl(210 70% \(light)%)\"/>\n"
                text += "<text x=\"\(165 + column * 105)\" y=\"\(y + 30)\" text-anchor=\"middle\" fill=\"\(ink)\">"
                text += (value.map { String(format: "%.2f", $0) } ?? "–") + "</text>\n"
            }
        }
        return text + "</svg>\n"
    }
}
