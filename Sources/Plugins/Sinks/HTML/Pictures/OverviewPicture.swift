import FlareKit
import Foundation
import OutputText

/// All findings at once: how often each calls against all that speaks for it, sized by how many calls there are and
/// coloured by severity.
///
/// Dots of one colour and size are one path, so that thousands of them are quick to draw. The script finds the dot
/// under the pointer from the findings themselves: the scales stand in the picture's attributes.
struct OverviewPicture {
    /// Diameters in pixels, by how many occurrences.
    static let diameters = [6, 8, 10, 13, 16, 20]
    /// Dots from which on they are drawn smaller.
    private static let many = 400
    private static let height = 118.0
    private static let left = 0.075
    private static let ticks: [(seconds: Double, label: String)] = [
        (0.01, "10 ms"), (0.1, "0.1 s"), (1, "1 s"), (10, "10 s"), (60, "1 min"), (600, "10 min"), (3600, "1 h"),
        (21_600, "6 h"), (86_400, "1 d"), (604_800, "7 d"), (2_592_000, "30 d"),
    ]

    struct Dot {
        let interval: Double
        /// In decibans.
        let weight: Double
        let occurrences: Int
        let severity: Severity
    }

    private let dots: [Dot]
    private let least: Double
    private let most: Double
    /// Tens of decibans that all dots lie between, even odds among them.
    private let low: Double
    private let high: Double

    init(_ dots: [Dot]) {
        self.dots = dots.filter { $0.interval > 0 && $0.interval.isFinite && $0.weight.isFinite }
        let intervals = self.dots.map(\.interval)
        let first = intervals.min() ?? 1
        let last = intervals.max() ?? 3600
        least = Self.ticks.last { $0.seconds < first * 0.95 }?.seconds ?? first / 2
        most = Self.ticks.first { $0.seconds > last * 1.05 }?.seconds ?? last * 2
        let weights = self.dots.map(\.weight)
        low = min(-10, ((weights.min() ?? 0) / 10 - 0.2).rounded(.down) * 10)
        high = max(10, ((weights.max() ?? 0) / 10 + 0.2).rounded(.up) * 10)
    }

    /// How many findings the picture shows; the others have no interval.
    var count: Int { dots.count }

    /// Which diameter a finding has.
    static func size(_ occurrences: Int) -> Int {
        min(diameters.count - 1, max(0, Int(log10(Double(max(1, occurrences))) * 1.6)))
    }

    func svg(text: String) -> String {
        let width = 1 - Self.left
        var content = ""
        for tick in Self.ticks where tick.seconds >= least && tick.seconds <= most {
            let x = Self.left + across(tick.seconds) * width
            content += SVG.line("grid", x1: x, y1: 8, x2: x, y2: Self.height)
            content += SVG.label(tick.label, x: x, y: Self.height + 16, anchor: x > 0.95 ? "end" : "middle")
        }
        let step = high - low > 40 ? 20.0 : 10.0
        for weight in stride(from: (low / step).rounded(.up) * step, through: high, by: step).prefix(30) {
            let y = 8 + (1 - up(weight)) * (Self.height - 8)
            content += SVG.line(weight == 0 ? "even" : "grid", x1: Self.left, y1: y, x2: 1, y2: y)
            content += SVG.label((weight > 0 ? "+" : "") + Readable.decimal(weight, 0), x: 0, y: y + 4, anchor: "start")
        }
        content += SVG.plot(
            "dots", x: Self.left, y: 8, width: width, height: Self.height - 8, units: (1000, 1000),
            attributes: " data-least=\"\(least)\" data-most=\"\(most)\" data-low=\"\(low)\" data-high=\"\(high)\"",
            paths)
        return SVG.picture(
            dots.count > Self.many ? "overview many" : "overview", height: Int(Self.height) + 22, text: text, content)
    }

    /// The largest first, so that small ones are not hidden; of one size the most urgent on top.
    private var paths: String {
        struct Look: Hashable {
            let size: Int
            let severity: Severity
        }
        var paths: [Look: String] = [:]
        for dot in dots {
            let x = Int(clamping: (across(dot.interval) * 1000).rounded(.down))
            let y = Int(clamping: ((1 - up(dot.weight)) * 1000).rounded(.down))
            paths[Look(size: Self.size(dot.occurrences), severity: dot.severity), default: ""] += "M\(x) \(y)h0"
        }
        return paths.sorted { ($1.key.size, $0.key.severity) < ($0.key.size, $1.key.severity) }.map { look, path in
            "<path class=\"\(look.severity.rawValue) d\(look.size)\" d=\"\(path)\"/>"
        }.joined()
    }

    private func across(_ interval: Double) -> Double { log(interval / least) / log(most / least) }

    private func up(_ weight: Double) -> Double { (weight - low) / (high - low) }
}
