/// What a plugin promises to write about a finding: the column of a CSV, the property of an index mapping,
/// the label on a page and the entry in the reference all come from it.
public struct Field: Hashable, Sendable, Codable {
    /// snake_case, unique among all fields of a run.
    public let name: String
    public let type: FieldType
    /// `s`, `bytes`, `%` …; `nil` for a bare number or text.
    public let unit: String?
    /// One sentence.
    public let meaning: String

    public init(_ name: String, _ type: FieldType, unit: String? = nil, _ meaning: String) {
        self.name = name
        self.type = type
        self.unit = unit
        self.meaning = meaning
    }
}

extension Field {
    /// What every detector that may be grouped by name declares; `Finding(detector:channel:…)` fills it.
    public static let addresses = Field(
        "addresses", .texts, "Addresses behind the destination's name; empty where the destination is an address.")
    /// Likewise.
    public static let proxy = Field("proxy", .text, "The proxy that the calls go through, as address:port.")
    /// The modifiers in words, for outputs that hold columns alone; those that hold objects have the modifiers
    /// themselves under this name.
    public static let modifiers = Field(
        "modifiers", .texts, "What speaks for and against it, with weights in decibans and reasons.")

    /// Names that JSON lines and documents have for what is no column. A plugin's field cannot have them too.
    package static let reserved: Set<String> = [
        "id", "pipeline", "version", "window", modifiers.name,
    ]
}

/// What kind of value a field of evidence or a column holds.
public enum FieldType: String, Sendable, Codable, CaseIterable {
    case text, integer, number, boolean, time, address
    /// Several texts.
    case texts
}

/// One value of a field.
public enum Value: Hashable, Sendable {
    case text(String)
    case integer(Int64)
    case number(Double)
    case boolean(Bool)
    case time(Timestamp)
    case address(IPAddress)
    case texts([String])
}

extension Value: CustomStringConvertible {
    /// The value as a cell of a table: a number without needless decimals, times in RFC 3339, texts joined by `; `.
    public var description: String {
        switch self {
        case .text(let text): text
        case .integer(let number): String(number)
        case .number(let number): Self.plain(number)
        case .boolean(let flag): flag ? "true" : "false"
        case .time(let time): time.description
        case .address(let address): address.description
        case .texts(let texts): texts.joined(separator: "; ")
        }
    }

    private static func plain(_ number: Double) -> String {
        number == number.rounded() && abs(number) < 1e15 ? String(Int64(number)) : String(number)
    }
}

extension Value: Codable {
    /// Plain JSON: a text, a number, a flag, or a list of texts. Times and addresses are read back as texts.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let flag = try? container.decode(Bool.self) {
            self = .boolean(flag)
        } else if let number = try? container.decode(Int64.self) {
            self = .integer(number)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let texts = try? container.decode([String].self) {
            self = .texts(texts)
        } else {
            self = .text(try container.decode(String.self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let text): try container.encode(text)
        case .integer(let number): try container.encode(number)
        case .number(let number): try container.encode(number)
        case .boolean(let flag): try container.encode(flag)
        case .time(let time): try container.encode(time.description)
        case .address(let address): try container.encode(address)
        case .texts(let texts): try container.encode(texts)
        }
    }
}
