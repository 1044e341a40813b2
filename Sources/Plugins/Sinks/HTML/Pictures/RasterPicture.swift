import FlareKit
import OutputText

/// Arrivals over the window, a stroke each: a row a day, so that what comes at the same hour stands in one column. A
/// window of a day is one row, or a row an hour where there are too many calls for one.
struct RasterPicture {
    /// Strokes of one picture; of more of them, those that stand too close are drawn as one.
    static let strokeLimit = 2500
    /// A window up to this long is one row.
    private static let oneRow: Int64 = 26 * 3600
    private static let rowLengths: [Int64] = [86_400, 7 * 86_400, 28 * 86_400, 364 * 86_400]
    private static let hour: Int64 = 3600
    /// Strokes that one row has room for.
    private static let roomInRow = 240
    private static let rowLimit: Int64 = 31
    /// The share of the width left of the rows, for their names.
    static let margin = 0.11

    let rows: [Span]
    /// Seconds between strokes that are told apart.
    let grain: Int64
    private let seconds: [Int64]

    init(times: [Int64], window: Span) {
        rows = Self.rows(of: window, calls: times.count)
        var seconds: [Int64] = []
        for time in times {
            let second = Span.second(time)
            if seconds.last != second { seconds.append(second) }
        }
        var grain: Int64 = 1
        while seconds.count > Self.strokeLimit {
            grain = grain == 1 ? 5 : grain * 2
            var coarse: [Int64] = []
            for second in seconds {
                let start = second - ((second % grain) + grain) % grain
                if coarse.last != start { coarse.append(start) }
            }
            seconds = coarse
        }
        self.grain = grain
        self.seconds = seconds
    }

    private static func rows(of window: Span, calls: Int) -> [Span] {
        let isShort = window.length <= oneRow
        if isShort, calls <= roomInRow || window.length <= 2 * hour { return [window] }
        let length = isShort ? hour : rowLengths.first { window.length / $0 < rowLimit } ?? window.length
        let first = window.start - ((window.start % length) + length) % length
        return stride(from: first, to: window.end, by: Int(length)).prefix(Int(rowLimit) + 1).map {
            Span(start: $0, end: $0 + length)
        }
    }

    func svg(text: String) -> String {
        let rowHeight = rows.count == 1 ? 34.0 : rows.count <= 8 ? 18.0 : 7.0
        let gap = rows.count == 1 ? 0.0 : rows.count <= 8 ? 3.0 : 2.0
        let bottom = Double(rows.count) * (rowHeight + gap)
        var content = ""
        for second in TimeTicks.seconds(in: rows[0]) {
            let x = place(rows[0].share(of: second))
            content += SVG.line("grid", x1: x, y1: 0, x2: x, y2: bottom)
            content += axisLabel(second, x: x, y: bottom + 14)
        }
        for (place, row) in rows.enumerated() {
            let top = Double(place) * (rowHeight + gap)
            if rows.count > 1, place.isMultiple(of: rows.count <= 8 ? 1 : rows[0].length == Self.hour ? 3 : 2) {
                content += SVG.moment(row.start, x: 0, y: top + rowHeight / 2 + 4, anchor: "start")
            }
            content += SVG.plot(
                "row", x: rows.count == 1 ? 0 : Self.margin, y: top, width: rows.count == 1 ? 1 : 1 - Self.margin,
                height: rowHeight, units: (Double(row.length), 1), attributes: " data-start=\"\(row.start)\"",
                "<path d=\"\(path(in: row))\"/>")
        }
        return SVG.picture("raster", height: Int(bottom) + 20, text: text, content)
    }

    /// A stroke from top to bottom for each arrival; the pen's place is in seconds from the row's start.
    private func path(in row: Span) -> String {
        var path = ""
        var pen: Int64?
        for second in seconds where second >= row.start && second < row.end {
            if let pen { path += "m\(second - pen)-1v1" } else { path += "M\(second - row.start) 0v1" }
            pen = second
        }
        return path
    }

    private func place(_ share: Double) -> Double { rows.count == 1 ? share : Self.margin + share * (1 - Self.margin) }

    private func anchor(_ x: Double) -> String { x < 0.03 ? "start" : x > 0.97 ? "end" : "middle" }

    /// Below one row, the moment; below several days or hours, the hour or the minute that all rows share.
    private func axisLabel(_ second: Int64, x: Double, y: Double) -> String {
        let offset = second - rows[0].start
        switch rows[0].length {
        case _ where rows.count == 1: return SVG.moment(second, x: x, y: y, anchor: anchor(x))
        case Self.hour: return SVG.label(":" + Self.two(offset / 60), x: x, y: y, anchor: anchor(x))
        case 86_400:
            return SVG.label(
                Self.two(offset / 3600) + ":00", x: x, y: y, anchor: anchor(x), attributes: " data-h=\"\(second)\"")
        default: return SVG.label("day \(offset / 86_400 + 1)", x: x, y: y, anchor: anchor(x))
        }
    }

    private static func two(_ number: Int64) -> String { (number < 10 ? "0" : "") + String(number) }
}
