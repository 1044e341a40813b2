import FlareKit
import Foundation
import OutputText

/// What was sent, a dot each: bytes toward the peer over the window.
struct SizesPicture {
    /// Dots of one picture; of more, each stands for several neighbours, the largest and the smallest of them.
    static let dotLimit = 800

    private let window: Span
    private let dots: [(second: Int64, size: Int64)]
    private let least: Int64
    private let most: Int64

    /// - Returns: `nil` where the sizes are not known.
    init?(times: [Int64], sizes: [Int64], window: Span) {
        guard !sizes.isEmpty, sizes.count == times.count, let least = sizes.min(), let most = sizes.max() else {
            return nil
        }
        self.window = window
        self.least = max(0, least)
        self.most = max(1, most)
        let stride = max(1, (times.count * 2 + Self.dotLimit - 1) / Self.dotLimit)
        var dots: [(second: Int64, size: Int64)] = []
        var place = 0
        while place < times.count {
            let end = min(times.count, place + (times.count > Self.dotLimit ? stride : 1))
            let part = place..<end
            if let low = part.min(by: { sizes[$0] < sizes[$1] }), let high = part.max(by: { sizes[$0] < sizes[$1] }) {
                dots.append((Span.second(times[min(low, high)]), sizes[min(low, high)]))
                if sizes[low] != sizes[high] {
                    dots.append((Span.second(times[max(low, high)]), sizes[max(low, high)]))
                }
            }
            place = end
        }
        self.dots = dots
    }

    func svg(text: String) -> String {
        let height = 72.0
        var path = ""
        for dot in dots {
            path += "M\(dot.second - window.start) \(Readable.decimal((1 - share(dot.size)) * 100, 1))h0"
        }
        var content = ""
        for second in TimeTicks.seconds(in: window) {
            let x = window.share(of: second)
            content += SVG.line("grid", x1: x, y1: 14, x2: x, y2: height)
            content += SVG.moment(
                second, x: x, y: height + 14, anchor: x < 0.03 ? "start" : x > 0.97 ? "end" : "middle")
        }
        content += SVG.line("axis", x1: 0, y1: height, x2: 1, y2: height)
        content += SVG.plot(
            "dots", x: 0, y: 18, width: 1, height: height - 24, units: (Double(window.length), 100),
            "<path d=\"\(path)\"/>")
        content += SVG.label(range, x: 0, y: 10, anchor: "start")
        content += SVG.label(
            isLogarithmic ? "log scale" : "scale 0 to \(Readable.bytes(most))", x: 1, y: 10, anchor: "end")
        return SVG.picture("sizes", height: Int(height) + 20, text: text, content)
    }

    private var range: String {
        if least == most { return "\(Readable.bytes(most)) each" }
        let (low, high) = (Readable.bytes(least), Readable.bytes(most))
        return low == high ? "\(Readable.count(least)) to \(Readable.count(most)) B" : "\(low) to \(high)"
    }

    /// Whether sizes are so far apart that small ones would lie on the floor of a linear scale.
    private var isLogarithmic: Bool { least > 0 && Double(most) / Double(least) > 50 }

    private func share(_ size: Int64) -> Double {
        guard isLogarithmic else { return Double(max(0, size)) / Double(most) }
        return log(Double(max(size, least)) / Double(least)) / log(Double(most) / Double(least))
    }
}
