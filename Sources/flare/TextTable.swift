/// Lines of cells, each column as wide as its widest cell; and paragraphs.
enum TextTable {
    /// - Parameter rows: of as many cells each; the last cell of a row is not padded.
    static func lines(_ rows: [[String]], indent: Int = 0) -> [String] {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            rows.compactMap { $0.indices.contains(column) ? $0[column].count : nil }.max() ?? 0
        }
        return rows.map { row in
            let cells = zip(row, widths).enumerated().map { index, cell in
                index == row.count - 1 ? cell.0 : padded(cell.0, cell.1)
            }
            return String(repeating: " ", count: indent) + cells.joined(separator: "  ")
        }
    }

    /// A value in one line of the terminal.
    static func cell(_ text: String) -> String {
        TerminalText.safe(
            text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).joined(separator: " "))
    }

    static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    /// A paragraph broken between words.
    static func wrapped(_ text: String, width: Int = 100, indent: Int) -> [String] {
        let margin = String(repeating: " ", count: indent)
        var lines: [String] = []
        for word in text.split(separator: " ") {
            if let last = lines.last, last.count + word.count < width {
                lines[lines.count - 1] = "\(last) \(word)"
            } else {
                lines.append(margin + word)
            }
        }
        return lines
    }
}
