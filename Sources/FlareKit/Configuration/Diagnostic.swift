/// One complaint about the configuration: what is wrong, where, what was expected and what may have been meant.
public struct Diagnostic: Error, Sendable {
    /// How bad it is.
    public enum Level: String, Sendable {
        /// The configuration cannot be used.
        case error
        /// It can be used, and probably not as meant.
        case warning
    }

    /// An error unless said otherwise.
    public let level: Level
    /// The place; `nil` where the complaint has none, such as a file that cannot be read.
    public let mark: SourceMark?
    /// What is wrong, in one line that does not repeat the place.
    public let message: String
    /// What would have been right, as a phrase: `a whole number, at least 1`.
    public let expected: String?
    /// What to do or what may have been meant, as a phrase: `did you mean "paths"?`.
    public let suggestion: String?
    /// Texts that must not be shown, because they are secrets or look like one.
    var concealed: [Concealment] = []

    public init(
        _ message: String, at mark: SourceMark?, expected: String? = nil, suggestion: String? = nil,
        level: Level = .error
    ) {
        self.level = level
        self.mark = mark
        self.message = message
        self.expected = expected
        self.suggestion = suggestion
    }
}

extension Diagnostic: CustomStringConvertible {
    /// The complaint as it is printed, without an end of line:
    ///
    ///     home.yaml:12:5: error: unknown option "min_ocur" of detector "beacon"
    ///        12 |     min_ocur: 5
    ///           |     ^^^^^^^^
    ///           = expected one of min_occur, min_interval
    ///           = did you mean "min_occur"?
    public var description: String {
        var lines = [(mark.map { "\($0): " } ?? "") + "\(level.rawValue): \(printable(message))"]
        if let mark, let excerpt = Excerpt(mark, concealed: concealed) {
            lines += excerpt.lines
        }
        let indent = mark == nil ? "  " : Excerpt.gutter
        for hint in [expected.map { "expected " + $0 }, suggestion] {
            if let hint { lines.append("\(indent)= \(printable(hint))") }
        }
        return lines.joined(separator: "\n")
    }

    /// Control characters of a hostile file must not reach the terminal.
    private func printable(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map(Excerpt.printable)))
    }
}

/// A text that no excerpt of certain lines may show.
struct Concealment: Sendable {
    let text: String
    /// Where the text begins.
    let mark: SourceMark
    /// Whether it goes on in the lines below; how far is not known then.
    let isLong: Bool

    func applies(to other: SourceMark) -> Bool {
        other.source === mark.source && (isLong ? other.line >= mark.line : other.line == mark.line)
    }
}

/// The line a complaint is about, with carets under the place.
private struct Excerpt {
    static let gutter = "      "
    /// Lines longer than this are cut around the place.
    private static let widest = 120
    let lines: [String]

    init?(_ mark: SourceMark, concealed: [Concealment]) {
        let concealed = concealed.filter { $0.applies(to: mark) }.map(\.text)
        guard let line = mark.source.line(mark.line) else { return nil }
        // Concealed piece by piece, so that the carets stay under what they are about.
        let written = line.unicodeScalars
        let start = written.index(written.startIndex, offsetBy: mark.column - 1, limitedBy: written.endIndex)
        let from = start ?? written.endIndex
        let to = written.index(from, offsetBy: mark.length, limitedBy: written.endIndex) ?? written.endIndex
        let pieces = [written[..<from], written[from..<to], written[to...]].map {
            Self.conceal(Substring($0), texts: concealed).unicodeScalars.map(Self.printable)
        }
        let scalars = Array(pieces.joined())
        let column = pieces[0].count
        let first = column > Self.widest - 20 ? column - 40 : 0
        let shown = scalars[first..<min(scalars.count, first + Self.widest)]
        let before = first > 0 ? "…" : ""
        let after = first + Self.widest < scalars.count ? "…" : ""
        let carets = max(1, min(pieces[1].count, first + shown.count - column))
        let number = String(mark.line)
        let pad = String(repeating: " ", count: max(0, Self.gutter.count - 1 - number.count))
        lines = [
            "\(pad)\(number) | \(before)\(String(String.UnicodeScalarView(shown)))\(after)",
            Self.gutter + "| " + String(repeating: " ", count: column - first + before.count)
                + String(repeating: "^", count: carets),
        ]
    }

    private static func conceal(_ line: Substring, texts: [String]) -> String {
        var line = String(line)
        for text in texts.sorted(by: { $0.count > $1.count }) where !text.isEmpty {
            line = line.split(separator: text, omittingEmptySubsequences: false).joined(separator: "***")
        }
        return line
    }

    static func printable(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        switch scalar.properties.generalCategory {
        case .control where scalar == "\t": " "
        case .control, .format, .lineSeparator, .paragraphSeparator: "\u{FFFD}"
        default: scalar
        }
    }
}
