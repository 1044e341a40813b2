/// What a scalar means by the core schema (YAML 1.2.2, section 10.3).
public enum YAMLValue: Sendable, Hashable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case number(Double)
    case text(String)

    /// Reads a scalar written without quotes.
    ///
    /// A whole number beyond 64 bits becomes a floating-point one.
    public init(plain text: String) {
        switch text {
        case "", "~", "null", "Null", "NULL": self = .null
        case "true", "True", "TRUE": self = .boolean(true)
        case "false", "False", "FALSE": self = .boolean(false)
        case ".nan", ".NaN", ".NAN": self = .number(.nan)
        case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": self = .number(.infinity)
        case "-.inf", "-.Inf", "-.INF": self = .number(-.infinity)
        default: self = Self.number(text) ?? .text(text)
        }
    }

    private static func number(_ text: String) -> YAMLValue? {
        let bytes = Array(text.utf8)
        if text.hasPrefix("0x") { return prefixed(text, radix: 16) }
        if text.hasPrefix("0o") { return prefixed(text, radix: 8) }
        guard let shape = shape(of: bytes) else { return nil }
        if shape == .whole, let whole = Int64(text) { return .integer(whole) }
        return Double(text).map(YAMLValue.number)
    }

    private static func prefixed(_ text: String, radix: Int) -> YAMLValue? {
        let digits = text.dropFirst(2)
        guard let first = digits.utf8.first, first != UInt8(ascii: "-"), first != UInt8(ascii: "+") else { return nil }
        return Int64(digits, radix: radix).map(YAMLValue.integer)
    }

    private enum Shape { case whole, decimal }

    /// `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`, `nil` for anything else.
    private static func shape(of bytes: [UInt8]) -> Shape? {
        var rest = bytes[...]
        func sign() { if let first = rest.first, first == 0x2B || first == 0x2D { rest = rest.dropFirst() } }
        func digits() -> Int {
            let run = rest.prefix { (0x30...0x39).contains($0) }.count
            rest = rest.dropFirst(run)
            return run
        }
        sign()
        let whole = digits()
        var shape = Shape.whole
        var fraction = 0
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            fraction = digits()
            shape = .decimal
        }
        guard whole + fraction > 0 else { return nil }
        if let first = rest.first, first == UInt8(ascii: "e") || first == UInt8(ascii: "E") {
            rest = rest.dropFirst()
            sign()
            guard digits() > 0 else { return nil }
            shape = .decimal
        }
        return rest.isEmpty ? shape : nil
    }
}
