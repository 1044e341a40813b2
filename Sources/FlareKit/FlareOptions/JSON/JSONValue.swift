/// A value of JSON, as external plugins write it.
public enum JSONValue: Sendable, Hashable {
    case null
    case boolean(Bool)
    case integer(Int64)
    /// Finite.
    case number(Double)
    case text(String)
    case list([JSONValue])
    /// Of a name that occurs twice the last value counts.
    case object([String: JSONValue])
}

extension JSONValue {
    /// The value under a name, if this is an object that has it; `nil` for `null` too.
    public subscript(name: String) -> JSONValue? {
        guard case .object(let values) = self, let value = values[name], value != .null else { return nil }
        return value
    }

    public var text: String? { if case .text(let text) = self { text } else { nil } }
    public var boolean: Bool? { if case .boolean(let flag) = self { flag } else { nil } }
    public var elements: [JSONValue]? { if case .list(let elements) = self { elements } else { nil } }
    public var values: [String: JSONValue]? { if case .object(let values) = self { values } else { nil } }

    /// A whole number, also one that is written with decimals of 0.
    public var integer: Int64? {
        switch self {
        case .integer(let number): number
        case .number(let number): Int64(exactly: number)
        default: nil
        }
    }

    public var number: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .number(let number): number
        default: nil
        }
    }

    /// What kind of value it is, as a phrase: `a list`.
    package var phrase: String {
        switch self {
        case .null: "null"
        case .boolean(let flag): flag ? "true" : "false"
        case .integer(let number): "\(number)"
        case .number(let number): "\(number)"
        case .text(let text): text.utf8.count > 60 ? "\"\(text.prefix(60))…\"" : "\"\(text)\""
        case .list: "a list"
        case .object: "an object"
        }
    }
}

extension JSONValue: Codable {
    /// The value as a text of JSON.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        do {
            self = try JSONReader.read(Array(text.utf8))
        } catch {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: error.description)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        var text = JSONText()
        text.append(self)
        try container.encode(String(decoding: text.bytes, as: UTF8.self))
    }
}
