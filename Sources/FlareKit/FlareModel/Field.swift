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
    /// The part of a report that shows it; `nil` is ``FieldSection/details``.
    public let section: FieldSection?
    /// Its name for people, in a few words; `nil` for the words of `name`.
    public let label: String?
    /// The field of the Elastic Common Schema that holds the same, such as `tls.client.ja3`.
    public let ecs: String?
    /// What a threat list can hold of it; `nil` where lists are not compared with it.
    public let indicator: IndicatorKind?
    private let sentence: Bool?

    /// Whether its text is a sentence, which may take a line of its own.
    public var isSentence: Bool { sentence ?? false }

    public init(
        _ name: String, _ type: FieldType, unit: String? = nil, _ meaning: String, section: FieldSection? = nil,
        label: String? = nil, ecs: String? = nil, indicator: IndicatorKind? = nil, isSentence: Bool = false
    ) {
        self.name = name
        self.type = type
        self.unit = unit
        self.meaning = meaning
        self.section = section
        self.label = label
        self.ecs = ecs
        self.indicator = indicator
        sentence = isSentence ? true : nil
    }

    /// Words that are written in capitals.
    private static let acronyms = ["asn", "as", "ja3", "ja4", "ip", "dns", "tls", "http", "url", "sni", "id", "uid"]

    /// Its name for people: `Certificate issuer`, `TLS version`.
    public var title: String {
        if let label { return label }
        let words = name.split(separator: "_").map { Self.acronyms.contains(String($0)) ? $0.uppercased() : String($0) }
            .joined(separator: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }
}

/// The part of a report that shows a field, in the order in which parts tell most.
public enum FieldSection: String, Sendable, Codable, CaseIterable {
    /// The head of a finding says it.
    case head
    /// Who and what the destination is.
    case identity
    /// Which program and which user on the source's machine call.
    case process
    /// What sensors and lists warn of.
    case alerts
    /// Names and addresses of the destination.
    case names
    /// What clients and servers said of themselves, and what was asked for.
    case requests
    /// TLS: fingerprints and certificates.
    case handshakes
    /// What else belongs to it.
    case relations
    case numbers
    /// What only some want to know.
    case details
    /// A URL at which there is more of it.
    case links

    /// Whether it says what a finding is about.
    public var isDescription: Bool {
        switch self {
        case .identity, .process, .alerts, .names, .requests, .handshakes, .relations: true
        case .head, .numbers, .details, .links: false
        }
    }
}

/// What a threat list can hold.
public enum IndicatorKind: String, Sendable, Codable, CaseIterable {
    case address, host, url
    /// A fingerprint or the hash of a certificate or a file.
    case hash
}

extension Field {
    /// What every detector that may be grouped by name declares; `Finding(detector:channel:…)` fills it.
    public static let addresses = Field(
        "addresses", .texts, "Addresses behind the destination's name; empty where the destination is an address.",
        section: .names, indicator: .address)
    /// Likewise.
    public static let proxy = Field(
        "proxy", .text, "The proxy that the calls go through, as address:port.", section: .relations)
    /// Filled by the enricher `whois`, or by another one that knows.
    public static let sourceOwner = Field(
        "src_whois", .text, "Owner of the source address.", section: .identity, label: "Source's owner",
        isSentence: true)
    public static let destinationOwner = Field(
        "dest_whois", .text, "Owner of the destination address.", section: .identity, label: "Owner",
        isSentence: true)
    /// The modifiers in words, for outputs that hold columns alone; those that hold objects have the modifiers
    /// themselves under this name.
    public static let modifiers = Field(
        "modifiers", .texts, "What speaks for and against it, with weights in decibans and reasons.", section: .head)

    /// Of every finding; filled by the engine.
    public static let techniques = Field(
        "techniques", .texts,
        "Techniques of MITRE ATT&CK that it would be, if it is what it looks like: of what its detector saw and of its evidence.",
        section: .identity, label: "ATT&CK", ecs: "threat.technique.id")

    /// Names that JSON lines and documents have for what is no column. A plugin's field cannot have them too.
    package static let reserved: Set<String> = [
        "id", "pipeline", "sensor", "run", "run_host", "version", "window", modifiers.name, techniques.name,
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
