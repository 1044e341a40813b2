import FlareKit
import Foundation
import OutputFiles
import OutputText

/// Standard error, for progress and remarks.
enum StandardError {
    /// Credentials are masked.
    static func write(_ text: String) { write(Data(Redaction.redacted(text).utf8)) }

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

/// Standard output, for what a command answers.
enum StandardOutput {
    /// Writes all of a text, now: `print` would lose it on a full disk without a word.
    ///
    /// - Throws: `PluginError` where it cannot be written whole.
    static func print(_ text: String, terminator: String = "\n") throws {
        try FileSystem.write(Array((text + terminator).utf8), to: STDOUT_FILENO, "standard output")
    }
}

/// Text from the network or a file, made safe for a terminal: no control characters, nothing that turns the
/// direction of writing (Unicode TR36, section 2.7), no credentials.
enum TerminalText {
    static func safe(_ text: String, keeping kept: Set<Unicode.Scalar> = ["\n"]) -> String {
        SafeText.shown(Redaction.redacted(text), keeping: kept)
    }
}
