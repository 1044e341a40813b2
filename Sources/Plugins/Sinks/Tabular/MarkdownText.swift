import FlareKit
import OutputText

/// Text inside Markdown (CommonMark with GitHub's tables), where it can start nothing: no link, no picture, no mention,
/// no HTML.
enum MarkdownText {
    /// Characters of a value that are shown.
    private static let valueLimit = 200
    private static let plain = Set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ,.:;%()±→…-/=".unicodeScalars)

    /// The text as it is where it is words and numbers, else as code: a reader of a ticket sees each character, and no
    /// tool takes any of them for more.
    static func shown(_ text: String) -> String {
        let line = SafeText.line(text, limit: valueLimit)
        let lowered = line.lowercased()
        let isWords =
            line.unicodeScalars.allSatisfy { plain.contains($0) } && !lowered.contains("://")
            && !lowered.contains("www.") && !startsBlock(line)
        return isWords ? line : code(line)
    }

    /// The text as code in a cell or a sentence; empty where there is none.
    static func code(_ text: String) -> String {
        let line = SafeText.line(text, limit: valueLimit)
        guard !line.isEmpty else { return "" }
        // A backtick would end the code, and a bar the cell: even in code, unless it is escaped. Not every reader takes
        // it for escaped behind a backslash of the text's own.
        var inside = String.UnicodeScalarView()
        for scalar in line.unicodeScalars {
            switch scalar {
            case "`": inside.append("ˋ")
            case "|":
                let backslashes = inside.reversed().prefix { $0 == "\\" }.count
                inside.removeLast(backslashes)
                inside.append(contentsOf: repeatElement("⧵", count: backslashes))
                inside.append(contentsOf: "\\|".unicodeScalars)
            default: inside.append(scalar)
            }
        }
        // Blanks at both ends would be taken away, and blanks alone are no code.
        let needsBlank = inside.first == " " || inside.last == " " || inside.last == "\\"
        return "`" + String(inside) + (needsBlank ? "\u{A0}`" : "`")
    }

    /// Whether a line would begin a list, a rule or a heading.
    private static func startsBlock(_ line: String) -> Bool {
        line.hasPrefix("-") || line.hasPrefix("=") || line.hasPrefix(" ")
            || line.prefix { $0.isNumber }.count > 0
                && line.drop { $0.isNumber }.first.map { ".)".contains($0) } ?? false
    }
}
