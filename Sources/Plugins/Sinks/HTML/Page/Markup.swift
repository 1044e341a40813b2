import FlareKit
import Mustache
import OutputText

/// Text on its way into HTML.
enum Markup {
    /// Characters of a value that are shown; the rest is cut.
    static let valueLimit = 200

    /// Characters of a sentence that are shown.
    private static let sentenceLimit = 1200

    /// A text from the network: made safe to read, cut, and escaped.
    static func shown(_ text: String) -> String { escape(cut(text)) }

    /// Lines of a file: made safe to read, whole, and escaped.
    static func lines(_ text: String) -> String { escape(SafeText.shown(text, keeping: ["\n", "\t"])) }

    /// A text from the network: made safe to read, and cut.
    static func cut(_ text: String, limit: Int = valueLimit) -> String { SafeText.line(text, limit: limit) }

    /// A sentence, or a list of values: what is long in it is cut word by word, so that its end stays, which often holds
    /// the reason.
    static func sentence(_ text: String) -> String {
        let words = SafeText.line(text, limit: sentenceLimit).split(separator: " ", omittingEmptySubsequences: false)
        return words.map { cut(String($0)) }.joined(separator: " ")
    }

    /// The value of a column as text.
    static func text(_ value: Value, of column: Column) -> String {
        switch value {
        case .texts: sentence(value.description)
        default: column.field.isSentence ? sentence(value.description) : cut(value.description)
        }
    }

    /// The text with each character escaped that means something in HTML, in text and in quoted attributes alike.
    ///
    /// Byte by byte: a combining mark behind a quote makes one character of both, which a comparison of characters
    /// would let pass.
    static func escape(_ text: String) -> String {
        guard text.utf8.contains(where: { replacement(of: $0) != nil }) else { return text }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count + 16)
        for byte in text.utf8 {
            if let replacement = replacement(of: byte) { bytes += replacement.utf8 } else { bytes.append(byte) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A JSON text that can stand inside a script element: nothing in it ends the element or begins a comment.
    static func json(_ json: String) -> String {
        let opening = UInt8(ascii: "<")
        guard json.utf8.contains(opening) else { return json }
        return String(decoding: json.utf8.flatMap { $0 == opening ? Array("\\u003c".utf8) : [$0] }, as: UTF8.self)
    }

    private static func replacement(of byte: UInt8) -> String? {
        switch byte {
        case UInt8(ascii: "&"): "&amp;"
        case UInt8(ascii: "<"): "&lt;"
        case UInt8(ascii: ">"): "&gt;"
        case UInt8(ascii: "\""): "&quot;"
        case UInt8(ascii: "'"): "&#39;"
        default: nil
        }
    }
}

/// The content type of Flare's templates, `{{% CONTENT_TYPE:PAGE}}`: what they insert is made safe to read and escaped
/// by ``Markup``.
struct PageContent: MustacheContentType {
    static let name = "PAGE"

    func escapeText(_ text: String) -> String { Markup.escape(SafeText.shown(text)) }
}
