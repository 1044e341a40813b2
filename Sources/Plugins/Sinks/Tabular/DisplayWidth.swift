/// How many columns of a terminal a text takes.
enum DisplayWidth {
    /// The columns of a text: two for wide characters (UAX 11: East Asian Width W and F) and emoji, none for marks
    /// that stand on the letter before and for what is not seen.
    static func of(_ text: String) -> Int {
        if text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) { return text.utf8.count }
        return text.reduce(0) { $0 + of($1) }
    }

    /// The text in lines of at most `width` columns, broken between words; the second and later ones are indented.
    static func wrapped(_ text: String, to width: Int) -> [String] {
        let indent = "  "
        var lines: [String] = []
        for word in text.split(separator: " ") {
            if let last = lines.last, of(last) + 1 + of(String(word)) <= width {
                lines[lines.count - 1] = "\(last) \(word)"
            } else {
                lines.append(cut(lines.isEmpty ? String(word) : indent + word, to: width))
            }
        }
        return lines
    }

    /// The text cut to `width` columns, an ellipsis where something was cut: in its last column, or in its first.
    static func cut(_ text: String, to width: Int, keepingEnd: Bool = false) -> String {
        if text.utf8.count <= width { return text }
        guard width > 0 else { return "" }
        if keepingEnd { return String(cut(String(text.reversed()), to: width).reversed()) }
        var used = 0
        var end = text.startIndex
        // Where the cut goes if the text turns out to be too long.
        var lastFit = text.startIndex
        for character in text {
            used += of(character)
            if used > width { return text[..<lastFit] + "…" }
            end = text.index(after: end)
            if used <= width - 1 { lastFit = end }
        }
        return text
    }

    private static func of(_ character: Character) -> Int {
        var width = 0
        for scalar in character.unicodeScalars {
            if scalar.value == 0xFE0F { width = 2 }
            width = max(width, of(scalar))
        }
        return width
    }

    private static func of(_ scalar: Unicode.Scalar) -> Int {
        if scalar.value < 0x300 { return 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        if scalar.properties.isEmojiPresentation { return 2 }
        return wide.contains { $0.contains(scalar.value) } ? 2 : 1
    }

    /// Blocks of wide characters (Unicode 15, EastAsianWidth.txt; the gaps inside are unassigned).
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3,
        0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18D08,
        0x1B000...0x1B2FB, 0x20000...0x3FFFD,
    ]
}
