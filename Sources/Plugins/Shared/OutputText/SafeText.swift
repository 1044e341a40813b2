/// Text from the network made safe to show: a terminal obeys control characters, and readers believe what stands
/// where bidirectional controls moved it.
package enum SafeText {
    /// Marks stacked on one letter that are kept; more of them run over the lines above and below.
    private static let marksKept = 4

    /// The text with each control character (C0, DEL, C1), each line and paragraph separator and each bidirectional
    /// control in U+FFFD, and with tall stacks of combining marks cut.
    ///
    /// - Parameter kept: control characters that are left as they are.
    package static func shown(_ text: String, keeping kept: Set<Unicode.Scalar> = []) -> String {
        // Most text is printable ASCII, and stays as it is.
        if text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) { return text }
        var safe = String.UnicodeScalarView()
        var marks = 0
        for scalar in text.unicodeScalars {
            if isCombining(scalar) {
                marks += 1
                if marks <= marksKept { safe.append(scalar) }
                continue
            }
            marks = 0
            safe.append(isControl(scalar) && !kept.contains(scalar) ? "\u{FFFD}" : scalar)
        }
        return String(safe)
    }

    /// The text with marks of a format in other words, scalar by scalar: a mark with an accent is a mark still to whoever
    /// reads the format.
    package static func escaped(_ text: String, _ marks: [Unicode.Scalar: String]) -> String {
        text.unicodeScalars.reduce(into: "") { result, scalar in
            if let words = marks[scalar] { result += words } else { result.unicodeScalars.append(scalar) }
        }
    }

    /// Whether a scalar steers whoever shows it: line ends, escape sequences, direction (Unicode's UAX 9, section 2),
    /// and characters that no one sees.
    package static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00...0x1F, 0x7F...0x9F: true
        case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
        case 0x2028, 0x2029: true
        case 0x00AD, 0x200B, 0x2060...0x2064, 0x206A...0x206F, 0xFEFF, 0xFFF9...0xFFFB: true
        case 0xE0000...0xE007F: true
        default: false
        }
    }

    private static func isCombining(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value >= 0x300
            && (scalar.properties.generalCategory == .nonspacingMark
                || scalar.properties.generalCategory == .enclosingMark)
    }
}
