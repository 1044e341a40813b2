import FlareKit

/// Rows of comma-separated values (RFC 4180), safe to open in a spreadsheet.
package enum CSVText {
    /// One row with its line end (CR LF).
    package static func row(_ cells: [String]) -> String {
        line(cells) + "\r\n"
    }

    /// Cells without a line end.
    package static func line(_ cells: [String]) -> String { cells.map(quoted).joined(separator: ",") }

    /// A value as a cell; empty where there is none. Numbers are numbers, whatever their sign; text cannot become a
    /// formula.
    package static func cell(_ value: Value?) -> String {
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
        let (bytes, end) = (text.utf8, " more".utf8)
        return bytes.first == UInt8(ascii: "+") && bytes.suffix(end.count).elementsEqual(end)
            && bytes.dropFirst().dropLast(end.count).allSatisfy { (48...57).contains($0) }
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
        var isFirst = true
        for scalar in text.unicodeScalars {
            // Between cells a line break is one more separator, and what follows it is looked at.
            if startsCell, triggers.contains(scalar), isFirst || !separators.contains(scalar) { result.append("'") }
            isFirst = false
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
        let blank = UInt8(ascii: " ")
        guard needsQuotes || cell.utf8.first == blank || cell.utf8.last == blank else { return cell }
        // Scalar by scalar: a combining mark behind a quote makes one character of both, and it still is a quote to
        // whoever reads the file.
        var quoted = String.UnicodeScalarView("\"".unicodeScalars)
        for scalar in cell.unicodeScalars {
            if scalar == "\"" { quoted.append("\"") }
            quoted.append(scalar)
        }
        quoted.append("\"")
        return String(quoted)
    }
}
