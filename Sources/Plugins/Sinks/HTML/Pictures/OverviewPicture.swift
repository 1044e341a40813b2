import FlareKit
import Foundation
import OutputText

/// All findings at once: how often each calls against how sure the detector is, sized by how many calls there are and
/// coloured by who owns the destination.
///
/// Dots of one colour and size are one path, so that thousands of them are quick to draw. The script finds the dot
/// under the pointer from the findings themselves: the scales stand in the picture's attributes.
struct OverviewPicture {
    /// Owners with a colour of their own; the rest share one.
    static let owners = 7
    /// Diameters in pixels, by how many occurrences.
    static let diameters = [6, 8, 10, 13, 16, 20]
    /// Dots from which on they are drawn smaller.
    private static let many = 400
    private static let height = 230.0
    private static let left = 0.05
    private static let ticks: [(seconds: Double, label: String)] = [
        (0.01, "10 ms"), (0.1, "0.1 s"), (1, "1 s"), (10, "10 s"), (60, "1 min"), (600, "10 min"), (3600, "1 h"),
        (21_600, "6 h"), (86_400, "1 d"), (604_800, "7 d"), (2_592_000, "30 d"),
    ]

    struct Dot {
        let interval: Double
        let score: Double
        let occurrences: Int
        /// The place of its owner among those with a colour; `owners` for all others.
        let colour: Int
    }

    private let dots: [Dot]
    private let least: Double
    private let most: Double
    private let floor: Double

    init(_ dots: [Dot]) {
        self.dots = dots.filter { $0.interval > 0 && $0.interval.isFinite }
        let intervals = self.dots.map(\.interval)
        let first = intervals.min() ?? 1
        let last = intervals.max() ?? 3600
        least = Self.ticks.last { $0.seconds < first * 0.95 }?.seconds ?? first / 2
        most = Self.ticks.first { $0.seconds > last * 1.05 }?.seconds ?? last * 2
        floor = max(0, ((self.dots.map(\.score).min() ?? 0) * 10 - 0.5).rounded(.down) / 10)
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
            content += SVG.label(tick.label, x: x, y: Self.height + 16, anchor: x > 0.97 ? "end" : "middle")
        }
        for step in 0...Int(((1 - floor) * 10).rounded()) {
            let score = floor + Double(step) / 10
            guard 1 - floor <= 0.5 || step.isMultiple(of: 2) else { continue }
            let y = 8 + (1 - up(score)) * (Self.height - 8)
            content += SVG.line("grid", x1: Self.left, y1: y, x2: 1, y2: y)
            content += SVG.label(Readable.decimal(score, 1), x: 0, y: y + 4, anchor: "start")
        }
        content += SVG.plot(
            "dots", x: Self.left, y: 8, width: width, height: Self.height - 8, units: (1000, 1000),
            attributes: " data-least=\"\(least)\" data-most=\"\(most)\" data-floor=\"\(floor)\"", paths)
        return SVG.picture(
            dots.count > Self.many ? "overview many" : "overview", height: Int(Self.height) + 24, text: text, content)
    }

    private var paths: String {
        var paths: [Int: String] = [:]
        for dot in dots {
            let x = Int(clamping: (across(dot.interval) * 1000).rounded(.down))
            let y = Int(clamping: ((1 - up(dot.score)) * 1000).rounded(.down))
            paths[dot.colour * 100 + Self.size(dot.occurrences), default: ""] += "M\(x) \(y)h0"
        }
        // The largest first, so that small ones are not hidden.
        return paths.sorted { ($0.key % 100, $1.key) > ($1.key % 100, $0.key) }.map { key, path in
            "<path class=\"o\(key / 100) d\(key % 100)\" d=\"\(path)\"/>"
        }.joined()
    }

    private func across(_ interval: Double) -> Double { log(interval / least) / log(most / least) }

    private func up(_ score: Double) -> Double { floor < 1 ? min(1, max(0, (score - floor) / (1 - floor))) : 1 }
}
