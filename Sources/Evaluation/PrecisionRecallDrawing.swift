/// The curves of precision over recall of several detectors, as an SVG.
public struct PrecisionRecallDrawing {
    private let figures: EvaluationFigures

    public init(_ figures: EvaluationFigures) { self.figures = figures }

    private static let (width, height, margin, legend) = (640, 480, 56, 22)
    /// Okabe and Ito's palette, which colour-blind people can tell apart.
    private static let colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"]

    public var svg: String {
        let total = Self.height + figures.detectors.count * Self.legend
        var lines = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(Self.width) \(total)\" font-family=\"sans-serif\" "
                + "font-size=\"13\">",
            "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>",
        ]
        lines += grid
        for (place, detector) in figures.detectors.enumerated() {
            let colour = Self.colours[place % Self.colours.count]
            lines.append(
                "<polyline fill=\"none\" stroke=\"\(colour)\" stroke-width=\"2\" points=\"\(points(detector))\"/>")
            let y = Self.height + place * Self.legend + 8
            lines.append("<rect x=\"\(Self.margin)\" y=\"\(y - 9)\" width=\"14\" height=\"10\" fill=\"\(colour)\"/>")
            lines.append(
                "<text x=\"\(Self.margin + 22)\" y=\"\(y)\">\(Self.escaped(detector.detector)): average precision "
                    + "\(Self.short(detector.harm?.averagePrecision ?? 0)), \(detector.positives) positives</text>")
        }
        return (lines + ["</svg>"]).joined(separator: "\n") + "\n"
    }

    private var grid: [String] {
        var lines: [String] = []
        for step in 0...5 {
            let share = Double(step) / 5
            let (x, y) = (Self.x(share), Self.y(share))
            lines.append(
                "<path d=\"M\(x) \(Self.y(0))V\(Self.y(1))M\(Self.x(0)) \(y)H\(Self.x(1))\" stroke=\"#ddd\" fill=\"none\"/>"
            )
            lines.append("<text x=\"\(x)\" y=\"\(Self.y(0) + 18)\" text-anchor=\"middle\">\(Self.short(share))</text>")
            lines.append("<text x=\"\(Self.x(0) - 8)\" y=\"\(y + 4)\" text-anchor=\"end\">\(Self.short(share))</text>")
        }
        lines.append(
            "<text x=\"\(Self.width / 2)\" y=\"\(Self.height - 14)\" text-anchor=\"middle\">recall</text>")
        lines.append(
            "<text transform=\"translate(16 \(Self.height / 2)) rotate(-90)\" text-anchor=\"middle\">precision</text>")
        return lines
    }

    private func points(_ detector: DetectorFigures) -> String {
        let curve = detector.harm?.curve ?? []
        guard let first = curve.first else { return "" }
        let start = DetectorFigures.Point(threshold: 1, precision: first.precision, recall: 0)
        return ([start] + curve).map { "\(Self.x($0.recall)),\(Self.y($0.precision))" }.joined(separator: " ")
    }

    private static func x(_ recall: Double) -> Int { margin + Int(recall * Double(width - margin - 24)) }
    private static func y(_ precision: Double) -> Int {
        height - margin - Int(precision * Double(height - margin - 24))
    }

    /// Two decimals.
    static func short(_ share: Double) -> String {
        let hundredths = Int((share * 100).rounded())
        return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing("\"", with: "&quot;")
    }
}
