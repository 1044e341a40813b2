/// A pattern over a text, which has to be tried: it cannot be looked up.
public struct TextPattern: Sendable {
    public enum Form: Sendable, Hashable {
        /// Occurs anywhere in the text.
        case substring
        /// `*` stands for any characters, `?` for one; the whole text has to fit.
        case glob
        /// A regular expression that matches anywhere in the text, perhaps as `/…/i`; without look-around and
        /// back-references, which have no bound in time.
        case regularExpression
    }

    /// Why a pattern cannot be used.
    public struct Fault: Error, Sendable, CustomStringConvertible {
        public let description: String
    }

    public let text: String
    public let form: Form
    private let needle: [UInt8]
    private let expression: Expression?

    /// The longest text that a regular expression is tried on.
    private static let longestText = 1024

    public init(_ text: String, _ form: Form) throws(Fault) {
        self.text = text
        self.form = form
        needle = Array(text.lowercased().utf8)
        if needle.isEmpty { throw Fault(description: "an empty pattern matches everything") }
        do throws(Expression.Fault) {
            // Names know no case, whatever the flags say.
            expression = form == .regularExpression ? try Expression(text) : nil
        } catch {
            throw Fault(description: "\"\(text)\" is no regular expression that can be used: \(error.description)")
        }
    }

    /// Whether a text fits, whatever the case of its letters.
    public func matches(_ text: String) -> Bool {
        switch form {
        case .substring: Self.contains(Array(text.lowercased().utf8), needle)
        case .glob: Self.globs(needle, Array(text.lowercased().utf8))
        case .regularExpression:
            expression?.matches(text.unicodeScalars.prefix(Self.longestText)) ?? false
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
