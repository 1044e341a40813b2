import Synchronization

/// A pattern over a text, which has to be tried: it cannot be looked up.
public final class TextPattern: Sendable {
    public enum Form: Sendable, Hashable {
        /// Occurs anywhere in the text.
        case substring
        /// `*` stands for any characters, `?` for one; the whole text has to fit.
        case glob
        /// A regular expression that matches anywhere in the text, perhaps as `/…/i`.
        case regularExpression
    }

    /// Why a pattern cannot be used.
    public struct Fault: Error, Sendable, CustomStringConvertible {
        public let description: String
    }

    public let text: String
    public let form: Form
    private let needle: [UInt8]
    /// In a lock since a `Regex` may be used by one thread at a time only.
    private let expression: Mutex<Regex<AnyRegexOutput>>?

    /// The longest text that a regular expression is tried on: what backtracks must have an end.
    private static let longestText = 1024

    public init(_ text: String, _ form: Form) throws(Fault) {
        self.text = text
        self.form = form
        needle = Array(text.lowercased().utf8)
        if needle.isEmpty { throw Fault(description: "an empty pattern matches everything") }
        expression = form == .regularExpression ? Mutex(try Self.expression(text)) : nil
    }

    private static func expression(_ text: String) throws(Fault) -> sending Regex<AnyRegexOutput> {
        var body = text[...]
        var flags = ""[...]
        if text.hasPrefix("/"), let end = text.lastIndex(of: "/"), end > text.startIndex {
            body = text[text.index(after: text.startIndex)..<end]
            flags = text[text.index(after: end)...]
        }
        guard flags.allSatisfy({ "imsu".contains($0) }) else {
            throw Fault(description: "the flags \"\(flags)\" are not known")
        }
        do {
            // Names know no case, whatever the flags say.
            return try Regex(String(body)).ignoresCase()
        } catch {
            throw Fault(description: "\"\(text)\" is not a regular expression: \(error)")
        }
    }

    /// Whether a text fits, whatever the case of its letters.
    public func matches(_ text: String) -> Bool {
        switch form {
        case .substring: Self.contains(Array(text.lowercased().utf8), needle)
        case .glob: Self.globs(needle, Array(text.lowercased().utf8))
        case .regularExpression:
            expression?.withLock { (try? $0.firstMatch(in: text.prefix(Self.longestText))) != nil } ?? false
        }
    }

    private static func contains(_ text: [UInt8], _ needle: [UInt8]) -> Bool {
        guard text.count >= needle.count else { return false }
        return (0...(text.count - needle.count)).contains { text[$0..<$0 + needle.count].elementsEqual(needle) }
    }

    /// Linear but for one memory of the last star, which is enough since a later star never needs an earlier one.
    private static func globs(_ pattern: [UInt8], _ text: [UInt8]) -> Bool {
        var (place, next) = (0, 0)
        var star: (pattern: Int, text: Int)?
        while place < text.count {
            if next < pattern.count, pattern[next] == UInt8(ascii: "*") {
                star = (next, place)
                next += 1
            } else if next < pattern.count, pattern[next] == text[place] || pattern[next] == UInt8(ascii: "?") {
                next += 1
                place += 1
            } else if let last = star {
                star = (last.pattern, last.text + 1)
                next = last.pattern + 1
                place = last.text + 1
            } else {
                return false
            }
        }
        return pattern[next...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
