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
    ///           = expected one of min_flows, min_interval
    ///           = did you mean "min_flows"?
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

    /// Control characters of a hostile file must not reach the terminal, nor credentials.
    private func printable(_ text: String) -> String {
        String(String.UnicodeScalarView(Redaction.redacted(text).unicodeScalars.map(Excerpt.printable)))
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
        guard let line = mark.source.line(mark.line) else { return nil }
        let secrets = Redaction.credentials(
            in: Array(line.utf8), and: concealed.filter { $0.applies(to: mark) }.map { Array($0.text.utf8) },
            isConfiguration: mark.source.origin == .file)
        let (from, to) = (mark.column - 1, mark.column - 1 + mark.length)
        // Where the place begins and ends in what is shown.
        var (column, end): (Int?, Int?)
        var scalars: [Unicode.Scalar] = []
        var rest = secrets[...]
        var byte = 0
        for (place, scalar) in line.unicodeScalars.enumerated() {
            while let secret = rest.first, byte >= secret.upperBound { rest = rest.dropFirst() }
            let isConcealed = rest.first.map { $0.contains(byte) } ?? false
            if isConcealed, rest.first?.lowerBound == byte { scalars += Redaction.mask.unicodeScalars }
            let start = isConcealed ? scalars.count - Redaction.mask.count : scalars.count
            if !isConcealed { scalars.append(Self.printable(scalar)) }
            if place == from { column = start }
            if place >= from, place < to { end = scalars.count }
            byte += UTF8.width(scalar)
        }
        let marked = (column ?? scalars.count)..<max(end ?? 0, column ?? scalars.count)
        let first = marked.lowerBound > Self.widest - 20 ? marked.lowerBound - 40 : 0
        let shown = scalars[first..<min(scalars.count, first + Self.widest)]
        let before = first > 0 ? "…" : ""
        let after = first + Self.widest < scalars.count ? "…" : ""
        let carets = max(1, min(marked.count, first + shown.count - marked.lowerBound))
        let number = String(mark.line)
        let pad = String(repeating: " ", count: max(0, Self.gutter.count - 1 - number.count))
        lines = [
            "\(pad)\(number) | \(before)\(String(String.UnicodeScalarView(shown)))\(after)",
            Self.gutter + "| " + String(repeating: " ", count: marked.lowerBound - first + before.count)
                + String(repeating: "^", count: carets),
        ]
    }

    static func printable(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        switch scalar.properties.generalCategory {
        case .control where scalar == "\t": " "
        case .control, .format, .lineSeparator, .paragraphSeparator: "\u{FFFD}"
        default: scalar
        }
    }
}
