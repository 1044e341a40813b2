/// A regular expression that is matched in bounded time: all ways through it at once, a step a character (Thompson, CACM
/// 11(6), 1968), never one after the other as engines with back-references do.
///
/// It says whether there is a match anywhere in a text, whatever the case of letters. It knows the syntax that
/// expressions of lists have in common, without what takes memory of the text: look-around and back-references.
struct Expression: Sendable {
    /// Why an expression cannot be used.
    struct Fault: Error {
        let description: String
    }

    enum Instruction: Sendable {
        /// One character of a set.
        case character(CharacterClass)
        /// Goes on at both places.
        case split(Int, Int)
        case jump(Int)
        /// Holds at a place, without taking a character.
        case assertion(Assertion)
        case match
    }

    enum Assertion: Sendable {
        case start, end, lineStart, lineEnd, boundary, noBoundary
    }

    /// The most instructions of an expression: what a character of a text costs at most.
    static let mostInstructions = 2000

    private let program: [Instruction]

    init(_ pattern: some StringProtocol) throws(Fault) {
        program = try ExpressionCompiler.program(of: ExpressionParser.parse(String(pattern)))
    }

    /// Whether the expression matches anywhere in a text.
    ///
    /// - Complexity: O(characters · instructions).
    func matches(_ text: some Collection<Unicode.Scalar>) -> Bool {
        var ways = Ways(program)
        var before: Unicode.Scalar?
        for (place, scalar) in zip(text.indices, text) {
            let after = text.index(after: place)
            let next = after < text.endIndex ? text[after] : nil
            // A match may begin at every place.
            ways.enter(0, between: before, scalar, isLast: next == nil)
            if ways.isAtMatch { return true }
            ways.take(scalar, next, isLast: next == nil ? true : text.index(after: after) == text.endIndex)
            if ways.isAtMatch { return true }
            before = scalar
        }
        ways.enter(0, between: before, nil, isLast: true)
        return ways.isAtMatch
    }

    /// The places of a program at which a text has arrived.
    private struct Ways {
        private let program: [Instruction]
        private var places: [Int] = []
        private var next: [Int] = []
        /// The step at which a place was last entered.
        private var entered: [Int]
        private var step = 1
        private var open: [Int] = []
        private(set) var isAtMatch = false

        init(_ program: [Instruction]) {
            self.program = program
            entered = Array(repeating: 0, count: program.count)
        }

        /// Goes to a place, and on from there as far as no character is needed.
        ///
        /// - Parameter isLast: whether the following character, if there is one, is the text's last.
        mutating func enter(
            _ place: Int, between before: Unicode.Scalar?, _ after: Unicode.Scalar?, isLast: Bool
        ) {
            open.append(place)
            while let place = open.popLast() {
                guard entered[place] != step else { continue }
                entered[place] = step
                switch program[place] {
                case .character: places.append(place)
                case .split(let first, let second): open += [second, first]
                case .jump(let target): open.append(target)
                case .assertion(let assertion):
                    if assertion.holds(between: before, after, isLast: isLast) { open.append(place + 1) }
                case .match: isAtMatch = true
                }
            }
        }

        /// Takes a character.
        mutating func take(_ scalar: Unicode.Scalar, _ following: Unicode.Scalar?, isLast: Bool) {
            step += 1
            swap(&places, &next)
            places.removeAll(keepingCapacity: true)
            for place in next {
                if case .character(let set) = program[place], set.contains(scalar) {
                    enter(place + 1, between: scalar, following, isLast: isLast)
                }
            }
        }
    }
}

extension Expression.Assertion {
    fileprivate func holds(between before: Unicode.Scalar?, _ after: Unicode.Scalar?, isLast: Bool) -> Bool {
        switch self {
        case .start: before == nil
        case .end: after == nil || (after == "\n" && isLast)
        case .lineStart: before == nil || before == "\n"
        case .lineEnd: after == nil || after == "\n"
        case .boundary: Self.isOfWord(before) != Self.isOfWord(after)
        case .noBoundary: Self.isOfWord(before) == Self.isOfWord(after)
        }
    }

    private static func isOfWord(_ scalar: Unicode.Scalar?) -> Bool {
        scalar.map { CharacterClass.word.contains($0) } ?? false
    }
}

/// A set of characters, whatever the case of letters.
struct CharacterClass: Sendable {
    private(set) var ranges: [ClosedRange<UInt32>] = []
    var isNegated = false

    init(_ ranges: [ClosedRange<Unicode.Scalar>] = [], isNegated: Bool = false) {
        self.ranges = ranges.map { $0.lowerBound.value...$0.upperBound.value }
        self.isNegated = isNegated
    }

    static let digit = CharacterClass(["0"..."9"])
    static let word = CharacterClass(["a"..."z", "A"..."Z", "0"..."9", "_"..."_"])
    static let space = CharacterClass([" "..." ", "\t"..."\r", "\u{85}"..."\u{85}", "\u{A0}"..."\u{A0}"])
    static let any = CharacterClass(isNegated: true)
    static let anyInLine = CharacterClass(["\n"..."\n"], isNegated: true)

    var negated: CharacterClass {
        var other = self
        other.isNegated.toggle()
        return other
    }

    mutating func insert(_ range: ClosedRange<Unicode.Scalar>) {
        ranges.append(range.lowerBound.value...range.upperBound.value)
    }

    /// Adds what another set holds.
    mutating func insert(_ other: CharacterClass) {
        guard other.isNegated else { return ranges += other.ranges }
        var start: UInt32 = 0
        for range in other.ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if range.lowerBound > start { ranges.append(start...range.lowerBound - 1) }
            start = max(start, range.upperBound + 1)
        }
        if start <= 0x10FFFF { ranges.append(start...0x10FFFF) }
    }

    func contains(_ scalar: Unicode.Scalar) -> Bool { holds(scalar) != isNegated }

    private func holds(_ scalar: Unicode.Scalar) -> Bool {
        if has(scalar.value) { return true }
        switch scalar.value {
        case 65...90: return has(scalar.value + 32)
        case 97...122: return has(scalar.value - 32)
        case ..<128: return false
        default:
            let (lower, upper) = (scalar.properties.lowercaseMapping, scalar.properties.uppercaseMapping)
            return [lower, upper].contains { other in
                let scalars = other.unicodeScalars
                return scalars.count == 1 && scalars.first.map { has($0.value) } == true
            }
        }
    }

    private func has(_ value: UInt32) -> Bool { ranges.contains { $0.contains(value) } }
}
