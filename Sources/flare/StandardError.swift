import Foundation

/// Standard error, for progress and remarks.
enum StandardError {
    static func write(_ text: String) { write(Data(text.utf8)) }

    /// Writes as much as it takes: that nobody reads remarks, or that their disk is full, ends no run.
    static func write(_ bytes: Data) {
        bytes.withUnsafeBytes { buffer in
            // The pointer lives in this closure alone; `written` never passes the buffer's count.
            var written = 0
            while written < buffer.count {
                let rest = UnsafeRawBufferPointer(rebasing: buffer[written...])
                let count = Foundation.write(STDERR_FILENO, rest.baseAddress, rest.count)
                if count > 0 {
                    written += count
                } else if errno != EINTR {
                    return
                }
            }
        }
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
