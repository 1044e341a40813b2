/// What is known of an option without its plugin's code: enough to check a pipeline file, to list it, and to
/// describe it to an editor.
public struct OptionDescription: Sendable, Hashable {
    /// snake_case, unique in its plugin.
    public let name: String
    /// What kind of value it takes.
    public let type: OptionType
    /// `s`, `flows`, `%` …; `nil` for a bare number and for types that carry their unit.
    public let unit: String?
    /// One or more sentences.
    public let meaning: String
    /// What the option is without an entry; ``OptionDatum/null`` for nothing.
    public let defaultValue: OptionDatum
    /// The bounds of its value, or of each of a list's elements; `nil` where there are none.
    public let range: OptionRange?
    /// Whether a pipeline has to give it.
    public let isRequired: Bool

    public init(
        name: String, type: OptionType, unit: String? = nil, meaning: String, defaultValue: OptionDatum = .null,
        range: OptionRange? = nil, isRequired: Bool = false
    ) {
        self.name = name
        self.type = type
        self.unit = unit
        self.meaning = meaning
        self.defaultValue = isRequired ? .null : defaultValue
        self.range = range
        self.isRequired = isRequired
    }

    /// Whether its value comes from the environment or a file of its own, and never shows.
    public var isSecret: Bool { type == .secret }
    /// Whether it can be set to `null`, which takes back a default from plugins.yaml.
    public var isNullable: Bool { !isRequired && defaultValue == .null }
    /// The words it can be, for a choice or a list of choices.
    public var choices: [String]? { Self.choices(of: type) }

    private static func choices(of type: OptionType) -> [String]? {
        switch type {
        case .choice(let choices): choices
        case .list(let element): choices(of: element)
        default: nil
        }
    }
}

extension OptionDescription: Codable {
    private enum CodingKeys: String, CodingKey {
        case name, type, of, choices, options, unit, meaning, `default`, minimum, maximum, below, required
    }

    /// Reads the form in which external plugins describe themselves and plugins.yaml records them:
    ///
    ///     {"name": "min_flows", "type": "integer", "unit": "flows", "meaning": "…", "default": 10, "minimum": 1}
    ///     {"name": "mode", "type": "choice", "choices": ["fast", "exact"], "meaning": "…", "required": true}
    ///     {"name": "names", "type": "list", "of": {"type": "text"}, "meaning": "…"}
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let type = try OptionType(from: decoder)
        func datum(_ key: CodingKeys, _ type: OptionType) throws -> OptionDatum? {
            guard let node = try container.decodeIfPresent(PlainNode.self, forKey: key)?.node else { return nil }
            var context = DecodingContext()
            let reader = OptionReader(type: type)
            guard let datum = reader.read(node, named: key.rawValue, &context), !context.hasErrors else {
                let message = context.diagnostics.first.map(\.message) ?? "\(type.phrase) was expected"
                throw DecodingError.dataCorruptedError(forKey: key, in: container, debugDescription: message)
            }
            return datum
        }
        let least = try datum(.minimum, type.bounded)
        let most = try datum(.maximum, type.bounded)
        let below = try datum(.below, type.bounded)
        let hasRange = least != nil || most != nil || below != nil
        self.init(
            name: try container.decode(String.self, forKey: .name), type: type,
            unit: try container.decodeIfPresent(String.self, forKey: .unit),
            meaning: try container.decode(String.self, forKey: .meaning),
            defaultValue: try datum(.default, type) ?? .null,
            range: hasRange
                ? OptionRange(minimum: least, maximum: most ?? below, excludesMaximum: below != nil) : nil,
            isRequired: try container.decodeIfPresent(Bool.self, forKey: .required) ?? false)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try type.encode(to: encoder)
        try container.encodeIfPresent(unit, forKey: .unit)
        try container.encode(meaning, forKey: .meaning)
        if defaultValue != .null { try container.encode(PlainNode(defaultValue), forKey: .default) }
        try container.encodeIfPresent(range?.minimum.map(PlainNode.init), forKey: .minimum)
        let most: CodingKeys = range?.excludesMaximum == true ? .below : .maximum
        try container.encodeIfPresent(range?.maximum.map(PlainNode.init), forKey: most)
        if isRequired { try container.encode(true, forKey: .required) }
    }
}

extension OptionType {
    /// The type of a range's bounds: a list's bounds are those of its elements.
    fileprivate var bounded: OptionType { if case .list(let element) = self { element.bounded } else { self } }
}

extension OptionType: Codable {
    private enum CodingKeys: String, CodingKey { case type, of, choices, options, any }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let name = try container.decode(String.self, forKey: .type)
        switch name {
        case "choice": self = .choice(try container.decode([String].self, forKey: .choices))
        case "list": self = .list(try container.decode(OptionType.self, forKey: .of))
        case "map": self = .map(try container.decode(OptionType.self, forKey: .of))
        case "object": self = .object(try container.decode([OptionDescription].self, forKey: .options))
        case "any": self = .any(try container.decode([OptionType].self, forKey: .any))
        default:
            guard let type = Self.simple[name] else {
                let known = Self.simple.keys.sorted() + ["choice", "list", "map", "object", "any"]
                let hint = NearestName.suggestion(for: name, among: known) ?? known.joined(separator: ", ")
                throw DecodingError.dataCorruptedError(
                    forKey: .type, in: container,
                    debugDescription: "\"\(name)\" is not a type of option; \(hint)")
            }
            self = type
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .type)
        switch self {
        case .choice(let choices): try container.encode(choices, forKey: .choices)
        case .list(let element): try container.encode(element, forKey: .of)
        case .map(let value): try container.encode(value, forKey: .of)
        case .object(let options): try container.encode(options, forKey: .options)
        case .any(let types): try container.encode(types, forKey: .any)
        default: break
        }
    }
}
