import Foundation

/// Standard error, for progress and remarks.
enum StandardError {
    static func write(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }

    static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }
}

/// Text from the network or a file, made safe for a terminal: no control characters, nothing that turns the
/// direction of writing (Unicode TR36, section 2.7).
enum TerminalText {
    static func safe(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    let isHarmful =
                        (scalar.properties.generalCategory == .control && scalar != "\n")
                        || scalar.properties.isBidiControl
                    return isHarmful ? "\u{FFFD}" : scalar
                }))
    }
}
