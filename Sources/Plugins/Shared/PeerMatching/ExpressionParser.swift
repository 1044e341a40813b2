/// What an expression is made of.
indirect enum ExpressionNode {
    case empty
    case character(CharacterClass)
    case assertion(Expression.Assertion)
    case sequence([ExpressionNode])
    case choice([ExpressionNode])
    /// - most: `nil` for as often as there are.
    case repetition(ExpressionNode, least: Int, most: Int?)
}

/// Reads an expression.
struct ExpressionParser {
    private typealias Fault = Expression.Fault

    /// The most characters of an expression.
    private static let longest = 10_000
    /// How deep groups lie in each other at most.
    private static let deepest = 100
    /// The most that a repetition may ask for.
    private static let mostRepeats = 1000

    private let signs: [Unicode.Scalar]
    private var place = 0
    private var depth = 0
    private var dotTakesAll = false
    private var hasLines = false

    static func parse(_ pattern: String) throws(Expression.Fault) -> ExpressionNode {
        let (body, flags) = split(pattern)
        guard flags.allSatisfy({ "imsu".unicodeScalars.contains($0) }) else {
            throw Fault(description: "the flags \"\(String(String.UnicodeScalarView(flags)))\" are not known")
        }
        guard body.count <= longest else { throw Fault(description: "it is longer than \(longest) characters") }
        var parser = ExpressionParser(signs: body)
        parser.dotTakesAll = flags.contains("s")
        parser.hasLines = flags.contains("m")
        let node = try parser.choice()
        guard parser.place == parser.signs.count else {
            throw Fault(description: "a parenthesis closes that none opens")
        }
        return node
    }

    private init(signs: [Unicode.Scalar]) { self.signs = signs }

    /// `/…/i` as body and flags.
    private static func split(_ pattern: String) -> (body: [Unicode.Scalar], flags: [Unicode.Scalar]) {
        let signs = Array(pattern.unicodeScalars)
        guard signs.first == "/", let end = signs.lastIndex(of: "/"), end > 0 else { return (signs, []) }
        return (Array(signs[1..<end]), Array(signs[(end + 1)...]))
    }

    private var next: Unicode.Scalar? { place < signs.count ? signs[place] : nil }

    private mutating func take(_ text: String) -> Bool {
        guard signs[place...].starts(with: text.unicodeScalars) else { return false }
        place += text.unicodeScalars.count
        return true
    }

    private mutating func choice() throws(Expression.Fault) -> ExpressionNode {
        var branches = [try sequence()]
        while take("|") { branches.append(try sequence()) }
        return branches.count == 1 ? branches[0] : .choice(branches)
    }

    private mutating func sequence() throws(Expression.Fault) -> ExpressionNode {
        var nodes: [ExpressionNode] = []
        while let sign = next, sign != "|", sign != ")" {
            let node = try atom()
            nodes.append(try repeated(node))
        }
        return nodes.isEmpty ? .empty : .sequence(nodes)
    }

    private mutating func repeated(_ node: ExpressionNode) throws(Expression.Fault) -> ExpressionNode {
        guard let (least, most) = quantifier() else { return node }
        if least > Self.mostRepeats || (most ?? 0) > Self.mostRepeats || least > most ?? least {
            throw Fault(description: "a repetition of \(least) to \(most.map(String.init) ?? "any number")")
        }
        // Whether it takes as many as it can makes no difference to whether there is a match.
        _ = take("?")
        if let sign = next, "*+?".unicodeScalars.contains(sign) {
            throw Fault(description: "a repetition of a repetition")
        }
        return .repetition(node, least: least, most: most)
    }

    /// `*`, `+`, `?` or `{2,5}`; anything else in braces stands for itself.
    private mutating func quantifier() -> (least: Int, most: Int?)? {
        switch next {
        case "*":
            place += 1
            return (0, nil)
        case "+":
            place += 1
            return (1, nil)
        case "?":
            place += 1
            return (0, 1)
        case "{":
            guard let end = signs[place...].firstIndex(of: "}") else { return nil }
            let parts = String(String.UnicodeScalarView(signs[(place + 1)..<end]))
                .split(separator: ",", omittingEmptySubsequences: false)
            let numbers = parts.map { Int($0) }
            switch (parts.count, numbers.first ?? nil, numbers.last ?? nil) {
            case (1, let number?, _):
                place = end + 1
                return (number, number)
            case (2, let least?, let most) where most != nil || parts[1].isEmpty:
                place = end + 1
                return (least, most)
            case (2, nil, let most?) where parts[0].isEmpty:
                place = end + 1
                return (0, most)
            default: return nil
            }
        default: return nil
        }
    }

    private mutating func atom() throws(Expression.Fault) -> ExpressionNode {
        guard let sign = next else { return .empty }
        place += 1
        switch sign {
        case "(": return try group()
        case "[": return .character(try characterClass())
        case ".": return .character(dotTakesAll ? .any : .anyInLine)
        case "^": return .assertion(hasLines ? .lineStart : .start)
        case "$": return .assertion(hasLines ? .lineEnd : .end)
        case "\\": return try escaped()
        case "*", "+", "?": throw Fault(description: "a repetition of nothing")
        default: return .character(CharacterClass([sign...sign]))
        }
    }

    private mutating func group() throws(Expression.Fault) -> ExpressionNode {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.deepest else { throw Fault(description: "groups lie too deep in each other") }
        let flags = (dotTakesAll, hasLines)
        if take("?") {
            if try !groupKind() { return .empty }
        }
        let node = try choice()
        (dotTakesAll, hasLines) = flags
        guard take(")") else { throw Fault(description: "a parenthesis is not closed") }
        return node
    }

    /// What stands behind `(?`.
    ///
    /// - Returns: `false` for flags alone, which hold for what follows.
    private mutating func groupKind() throws(Expression.Fault) -> Bool {
        if take(":") { return true }
        for sign in ["=", "!", "<=", "<!"] where take(sign) { throw Fault(description: "a look-around") }
        if take("P<") || take("<") || take("'") {
            while let sign = next, sign != ">", sign != "'" { place += 1 }
            place += 1
            return true
        }
        var isOn = true
        while let sign = next {
            place += 1
            switch sign {
            case "i", "u": continue
            case "s": dotTakesAll = isOn
            case "m": hasLines = isOn
            case "-": isOn = false
            case ":": return true
            case ")": return false
            default: throw Fault(description: "a group that begins with (?\(sign)")
            }
        }
        throw Fault(description: "a parenthesis is not closed")
    }

    private mutating func escaped() throws(Expression.Fault) -> ExpressionNode {
        let assertions: [Unicode.Scalar: Expression.Assertion] = [
            "b": .boundary, "B": .noBoundary, "A": .start, "z": .end, "Z": .end,
        ]
        guard let assertion = next.flatMap({ assertions[$0] }) else { return .character(try escapedClass()) }
        place += 1
        return .assertion(assertion)
    }

    /// What a backslash makes of the next sign, in a class and outside.
    private mutating func escapedClass() throws(Expression.Fault) -> CharacterClass {
        guard let sign = next else { throw Fault(description: "a backslash at the end") }
        place += 1
        switch sign {
        case "d": return .digit
        case "D": return CharacterClass.digit.negated
        case "w": return .word
        case "W": return CharacterClass.word.negated
        case "s": return .space
        case "S": return CharacterClass.space.negated
        default:
            let scalar = try escapedScalar(sign)
            return CharacterClass([scalar...scalar])
        }
    }

    private mutating func escapedScalar(_ sign: Unicode.Scalar) throws(Expression.Fault) -> Unicode.Scalar {
        switch sign {
        case "t": return "\t"
        case "n": return "\n"
        case "r": return "\r"
        case "f": return "\u{0C}"
        case "v": return "\u{0B}"
        case "e": return "\u{1B}"
        case "x": return try hexadecimal(digits: 2)
        case "u": return try hexadecimal(digits: 4)
        case "a"..."z", "A"..."Z": throw Fault(description: "\\\(sign) is not known")
        case "0"..."9": throw Fault(description: "a back-reference")
        default: return sign
        }
    }

    private mutating func hexadecimal(digits: Int) throws(Expression.Fault) -> Unicode.Scalar {
        var end = min(place + digits, signs.count)
        var start = place
        if next == "{" {
            start += 1
            end = signs[place...].firstIndex(of: "}") ?? signs.count
        }
        let text = String(String.UnicodeScalarView(signs[min(start, end)..<end]))
        guard let scalar = UInt32(text, radix: 16).flatMap(Unicode.Scalar.init) else {
            throw Fault(description: "\"\(text)\" is no character's number")
        }
        place = start > place ? min(end + 1, signs.count) : end
        return scalar
    }

    private static let named: [(name: String, set: CharacterClass)] = [
        ("[:alpha:]", CharacterClass(["a"..."z"])), ("[:digit:]", .digit), ("[:lower:]", CharacterClass(["a"..."z"])),
        ("[:upper:]", CharacterClass(["a"..."z"])), ("[:alnum:]", CharacterClass(["a"..."z", "0"..."9"])),
        ("[:space:]", .space), ("[:xdigit:]", CharacterClass(["a"..."f", "0"..."9"])), ("[:word:]", .word),
        ("[:punct:]", CharacterClass(["!"..."/", ":"..."@", "["..."`", "{"..."~"])),
    ]

    private mutating func characterClass() throws(Expression.Fault) -> CharacterClass {
        var set = CharacterClass()
        set.isNegated = take("^")
        var isFirst = true
        while let sign = next, isFirst || sign != "]" {
            isFirst = false
            if let (name, other) = Self.named.first(where: { signs[place...].starts(with: $0.name.unicodeScalars) }) {
                place += name.unicodeScalars.count
                set.insert(other)
                continue
            }
            let (low, others) = try member()
            guard let low else {
                set.insert(others)
                continue
            }
            guard next == "-", place + 1 < signs.count, signs[place + 1] != "]" else {
                set.insert(low...low)
                continue
            }
            place += 1
            guard let high = try member().scalar, low <= high else {
                throw Fault(description: "a range in brackets that runs backwards")
            }
            set.insert(low...high)
        }
        guard take("]") else { throw Fault(description: "a bracket is not closed") }
        return set
    }

    /// One sign of a class, or the set that an escape such as `\d` stands for.
    private mutating func member() throws(Expression.Fault) -> (scalar: Unicode.Scalar?, set: CharacterClass) {
        guard let sign = next else { throw Fault(description: "a bracket is not closed") }
        place += 1
        guard sign == "\\" else { return (sign, CharacterClass()) }
        if take("b") { return ("\u{08}", CharacterClass()) }
        let set = try escapedClass()
        if !set.isNegated, set.ranges.count == 1, set.ranges[0].count == 1 {
            return (Unicode.Scalar(set.ranges[0].lowerBound), set)
        }
        return (nil, set)
    }
}

/// Makes a program of what an expression is made of.
enum ExpressionCompiler {
    static func program(of node: ExpressionNode) throws(Expression.Fault) -> [Expression.Instruction] {
        var program: [Expression.Instruction] = []
        try add(node, to: &program)
        program.append(.match)
        return program
    }

    private static func add(
        _ node: ExpressionNode, to program: inout [Expression.Instruction]
    ) throws(Expression.Fault) {
        guard program.count < Expression.mostInstructions else {
            throw Expression.Fault(description: "it stands for more than \(Expression.mostInstructions) steps")
        }
        switch node {
        // An instruction for nothing too, so that repeating it has an end.
        case .empty: program.append(.jump(program.count + 1))
        case .character(let set): program.append(.character(set))
        case .assertion(let assertion): program.append(.assertion(assertion))
        case .sequence(let nodes): for node in nodes { try add(node, to: &program) }
        case .choice(let nodes):
            var ends: [Int] = []
            for (place, node) in nodes.enumerated() {
                let split = program.count
                let isLast = place == nodes.count - 1
                if !isLast { program.append(.jump(split)) }
                try add(node, to: &program)
                if isLast { continue }
                ends.append(program.count)
                program.append(.jump(program.count))
                program[split] = .split(split + 1, program.count)
            }
            for end in ends { program[end] = .jump(program.count) }
        case .repetition(let node, let least, let most):
            for _ in 0..<least { try add(node, to: &program) }
            if let most {
                var splits: [Int] = []
                for _ in least..<most {
                    splits.append(program.count)
                    program.append(.jump(program.count))
                    try add(node, to: &program)
                }
                for split in splits { program[split] = .split(split + 1, program.count) }
            } else {
                let split = program.count
                program.append(.jump(split))
                try add(node, to: &program)
                program.append(.jump(split))
                program[split] = .split(split + 1, program.count)
            }
        }
    }
}
