import FlareKit

/// Pieces of a picture. Numbers are short, since a page holds thousands of them.
enum SVG {
    /// A number with at most two decimals.
    static func number(_ value: Double) -> String { Readable.decimal(value, 2) }

    /// A share of the picture's width.
    static func percent(_ share: Double) -> String { number(share * 100) + "%" }

    /// A picture as wide as its place, with a text for those who do not see it.
    static func picture(_ kind: String, height: Int, text: String, _ content: String) -> String {
        "<svg class=\"picture \(kind)\" width=\"100%\" height=\"\(height)\" role=\"img\" aria-label=\"\(Markup.escape(text))\">"
            + content + "</svg>"
    }

    /// A part of a picture with units of its own, stretched to its place.
    static func plot(
        _ kind: String, x: Double, y: Double, width: Double, height: Double, units: (width: Double, height: Double),
        attributes: String = "", _ content: String
    ) -> String {
        "<svg class=\"\(kind)\" x=\"\(percent(x))\" y=\"\(number(y))\" width=\"\(percent(width))\" height=\"\(number(height))\""
            + " viewBox=\"0 0 \(number(units.width)) \(number(units.height))\" preserveAspectRatio=\"none\"\(attributes)>"
            + content + "</svg>"
    }

    static func line(_ kind: String, x1: Double, y1: Double, x2: Double, y2: Double) -> String {
        "<line class=\"\(kind)\" x1=\"\(percent(x1))\" y1=\"\(number(y1))\" x2=\"\(percent(x2))\" y2=\"\(number(y2))\"/>"
    }

    /// A word at a place; `x` is a share of the width.
    static func label(_ text: String, x: Double, y: Double, anchor: String = "middle", attributes: String = "")
        -> String
    {
        "<text x=\"\(percent(x))\" y=\"\(number(y))\" text-anchor=\"\(anchor)\"\(attributes)>\(Markup.escape(text))</text>"
    }

    /// A moment's label, which the script can turn to local time.
    static func moment(_ second: Int64, x: Double, y: Double, anchor: String = "middle") -> String {
        label(TimeTicks.label(second), x: x, y: y, anchor: anchor, attributes: " data-t=\"\(second)\"")
    }
}
