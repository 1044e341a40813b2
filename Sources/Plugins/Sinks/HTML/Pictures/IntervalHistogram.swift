import FlareKit
import OutputText

/// How often which time passed from one arrival to the next, up to three periods; what is longer is counted by itself.
struct IntervalHistogram {
    /// Bars up to `reach`; one more holds what is longer.
    static let bars = 60
    /// How many periods the bars reach: missed callbacks stand at two and three.
    private static let periods = 3.0

    /// Seconds where the last bar ends. A bar stands on the middle of what it counts: one on the period itself.
    let reach: Double
    /// Seconds; where the period is marked.
    let period: Double?
    /// One count a bar, and what is longer.
    let counts: [Int]

    /// - Returns: `nil` where fewer than two arrivals lie apart.
    init?(times: [Int64], period: Double?) {
        guard times.count > 1 else { return nil }
        var intervals: [Double] = []
        intervals.reserveCapacity(times.count)
        for (place, time) in times.enumerated().dropFirst() where time > times[place - 1] {
            intervals.append(Double(time.subtractingClamped(times[place - 1])) / 1e9)
        }
        guard !intervals.isEmpty else { return nil }
        let known = period.flatMap { $0 > 0 && $0.isFinite ? $0 : nil }
        let typical = known ?? intervals.sorted()[intervals.count / 2]
        self.init(intervals: intervals, period: known, reach: max(typical, 1e-3) * Self.periods)
    }

    private init(intervals: [Double], period: Double?, reach: Double) {
        var counts = [Int](repeating: 0, count: Self.bars + 1)
        for interval in intervals {
            counts[min(Self.bars, Int(min(interval / reach, 2) * Double(Self.bars) + 0.5))] += 1
        }
        self.counts = counts
        self.period = period
        self.reach = reach
    }

    func svg(text: String) -> String {
        let height = 84.0
        let most = max(1, counts.max() ?? 1)
        let width = 0.94
        var bars = ""
        for (place, count) in counts.dropLast().enumerated() where count > 0 {
            bars += "M\(SVG.number(Double(place) - 0.45)) 100v-\(SVG.number(barHeight(count, most)))h.9V100z"
        }
        var content = SVG.plot(
            "bars", x: 0, y: 14, width: width, height: height - 14, units: (Double(Self.bars), 100),
            "<path d=\"\(bars)\"/>")
        if counts[Self.bars] > 0 {
            content += SVG.plot(
                "bars longer", x: 0.96, y: 14, width: 0.04, height: height - 14, units: (1, 100),
                "<path d=\"M0 100v-\(SVG.number(barHeight(counts[Self.bars], most)))h1V100z\"/>")
            content += SVG.label("longer", x: 1, y: height + 14, anchor: "end")
        }
        content += SVG.line("axis", x1: 0, y1: height, x2: 1, y2: height)
        if let period {
            let x = period / reach * width
            content += SVG.line("period", x1: x, y1: 10, x2: x, y2: height)
            content += SVG.label(
                Readable.seconds(period), x: x + 0.01, y: 10, anchor: "start", attributes: " class=\"mark\"")
        }
        for part in 0...(counts[Self.bars] > 0 ? 2 : 3) {
            let share = Double(part) / 3
            content += SVG.label(
                Readable.seconds(rounded(reach * share)), x: share * width, y: height + 14,
                anchor: part == 0 ? "start" : part == 3 ? "end" : "middle")
        }
        content += SVG.label("\(Readable.count(Int64(most)))×", x: 0, y: 10, anchor: "start")
        return SVG.picture("histogram", height: Int(height) + 20, text: text, content)
    }

    private func barHeight(_ count: Int, _ most: Int) -> Double { max(1.5, Double(count) / Double(most) * 100) }

    private func rounded(_ seconds: Double) -> Double { seconds < 10 ? seconds : seconds.rounded() }
}
