/// The `${NAME}` and `${NAME:-default}` in a text, and `$$` for a `$` of its own.
///
/// A default stands in where the variable is unset or empty, as in a shell. A `$` before anything else is itself.
/// What a variable holds is never looked through again.
struct EnvironmentReferences {
    /// A piece of the text.
    enum Part: Equatable {
        case literal(String)
        case variable(name: String, fallback: String?)
    }

    /// What is wrong with a reference.
    enum Fault: Error, Equatable {
        /// `${` without `}`.
        case unclosed
        /// What stands between the braces is no name: letters, digits and `_`, no digit first.
        case badName(String)
        /// The variable is not set and has no default.
        case unset(String)
    }

    let parts: [Part]

    init(_ text: String) throws(Fault) {
        var parts: [Part] = []
        var literal = ""
        // Scalar by scalar: a combining mark behind a dollar sign or a brace makes one character of both.
        var rest = text.unicodeScalars[...]
        while let dollar = rest.firstIndex(of: "$") {
            literal.unicodeScalars += rest[..<dollar]
            rest = rest[rest.index(after: dollar)...]
            if rest.first == "$" {
                literal += "$"
                rest = rest.dropFirst()
            } else if rest.first == "{" {
                guard let close = rest.firstIndex(of: "}") else { throw .unclosed }
                if !literal.isEmpty { parts.append(.literal(literal)) }
                literal = ""
                parts.append(try Self.variable(Substring(rest[..<close].dropFirst())))
                rest = rest[rest.index(after: close)...]
            } else {
                literal += "$"
            }
        }
        literal.unicodeScalars += rest
        if !literal.isEmpty { parts.append(.literal(literal)) }
        self.parts = parts
    }

    private static func variable(_ inside: Substring) throws(Fault) -> Part {
        let name: Substring
        var fallback: String?
        if let mark = inside.firstRange(of: ":-") {
            name = inside[..<mark.lowerBound]
            fallback = String(inside[mark.upperBound...])
        } else {
            name = inside
        }
        let isName = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: false
            }
        }
        guard let first = name.first, isName, !first.isNumber else { throw .badName(String(inside)) }
        return .variable(name: String(name), fallback: fallback)
    }

    /// Whether the text names at least one variable.
    var hasVariables: Bool {
        parts.contains { if case .variable = $0 { true } else { false } }
    }

    /// The name, if the text is one variable without a default and nothing else.
    var onlyVariable: String? {
        if parts.count == 1, case .variable(let name, nil) = parts[0] { name } else { nil }
    }

    /// The text with the variables' values.
    func resolved(in environment: [String: String]) throws(Fault) -> String {
        var text = ""
        for part in parts {
            switch part {
            case .literal(let literal): text += literal
            case .variable(let name, let fallback):
                if let value = environment[name], !(value.isEmpty && fallback != nil) {
                    text += value
                } else if let fallback {
                    text += fallback
                } else {
                    throw .unset(name)
                }
            }
        }
        return text
    }
}
