import FlareKit
import OutputText

/// Rows of comma-separated values (RFC 4180), safe to open in a spreadsheet.
enum CSVText {
    /// One row with its line end (CR LF).
    static func row(_ cells: [String]) -> String {
        cells.map(quoted).joined(separator: ",") + "\r\n"
    }

    /// A value as a cell; empty where there is none. Numbers are numbers, whatever their sign; text cannot become a
    /// formula.
    static func cell(_ value: Value?) -> String {
        switch value {
        case nil: ""
        case .integer, .number, .boolean, .time, .address: value?.description ?? ""
        case .text(let text): inert(safe(text))
        // Plugins end a list that they cut with how many more there are; that is no formula.
        case .texts(let texts):
            texts.map { isCount($0) ? $0 : inert(safe($0)) }.joined(separator: "; ")
        }
    }

    private static func safe(_ text: String) -> String { SafeText.shown(text, keeping: ["\t", "\r", "\n"]) }

    /// Whether a text is `+3 more`.
    private static func isCount(_ text: String) -> Bool {
        text.hasPrefix("+") && text.hasSuffix(" more")
            && text.dropFirst().dropLast(5).utf8.allSatisfy { (48...57).contains($0) }
    }

    /// Characters with which a spreadsheet begins a formula, in their wide forms too (OWASP, "CSV Injection").
    private static let triggers: Set<Unicode.Scalar> = ["=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n"]
    /// Where a spreadsheet that was told another separator begins a new cell, inside quotes too.
    private static let separators: Set<Unicode.Scalar> = [";", "\t", "\r", "\n"]

    /// The text with an apostrophe before whatever could begin a formula: at its start, and where a spreadsheet with
    /// another separator would start a cell.
    static func inert(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var startsCell = true
        for scalar in text.unicodeScalars {
            if startsCell, triggers.contains(scalar) { result.append("'") }
            // Blanks and quotes before a formula do not stop every spreadsheet.
            startsCell = separators.contains(scalar) || startsCell && (scalar == " " || scalar == "\"")
            result.append(scalar)
        }
        return String(result)
    }

    private static func quoted(_ cell: String) -> String {
        let needsQuotes = cell.utf8.contains { byte in
            byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: ";") || byte < 0x20
        }
        guard needsQuotes || cell.hasPrefix(" ") || cell.hasSuffix(" ") else { return cell }
        return "\"" + cell.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
