import FlareModel

/// The value of an option, of whichever type.
///
/// Built-in plugins read it into a property of their options (``OptionValue``); external plugins get it as it is.
public enum OptionDatum: Sendable, Hashable {
    /// An option without a value.
    case null
    case boolean(Bool)
    case integer(Int64)
    case number(Double)
    case text(String)
    case path(OptionPath)
    case duration(OptionDuration)
    case time(Timestamp)
    case byteSize(ByteSize)
    case share(OptionShare)
    case address(IPAddress)
    case network(CIDR)
    case secret(Secret)
    case list([OptionDatum])
    case object([String: OptionDatum])
}

extension OptionDatum: CustomStringConvertible {
    /// The value as one would write it in a pipeline file, in one line. A secret is `***`.
    public var description: String {
        switch self {
        case .null: "null"
        case .boolean(let value): value.description
        case .integer(let value): value.description
        case .number(let value): value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : value.description
        case .text(let value): Self.quoted(value)
        case .path(let value): Self.quoted(value.text)
        case .duration(let value): value.description
        case .time(let value): value.description
        case .byteSize(let value): value.description
        case .share(let value): value.description
        case .address(let value): value.description
        case .network(let value): value.description
        case .secret: "***"
        case .list(let elements): "[" + elements.map(\.description).joined(separator: ", ") + "]"
        case .object(let values):
            "{" + values.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ") + "}"
        }
    }

    /// A text in quotes where YAML would take it for something else without them.
    private static func quoted(_ text: String) -> String {
        let special = CharacterClass.needsQuotes
        let isPlain =
            YAMLValue(plain: text) == .text(text) && !text.unicodeScalars.contains(where: special)
            && text.first.map { !"-?*&!|>%@".contains($0) || (text.count > 1 && $0 == "-" && text != "--") } == true
            && !text.hasPrefix("- ") && !text.hasSuffix(" ") && !text.hasPrefix(" ")
        if isPlain { return text }
        let escaped = text.unicodeScalars.map { scalar in
            switch scalar {
            case "\"": "\\\""
            case "\\": "\\\\"
            case "\n": "\\n"
            case "\t": "\\t"
            default: String(scalar)
            }
        }
        return "\"" + escaped.joined() + "\""
    }

    private enum CharacterClass {
        static func needsQuotes(_ scalar: Unicode.Scalar) -> Bool {
            ":#,[]{}\"'`\n\t".unicodeScalars.contains(scalar) || scalar.value < 0x20
        }
    }
}

extension OptionDatum {
    /// The place of the value in an order, for ranges; `nil` for values that have none.
    var magnitude: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        case .duration(let value): Double(value.nanoseconds)
        case .byteSize(let value): Double(value.bytes)
        case .share(let value): value.fraction
        default: nil
        }
    }
}
