/// What kind of value an option takes.
public indirect enum OptionType: Sendable, Hashable {
    case boolean
    case integer
    case number
    case text
    /// A file, a folder, a glob, `-` or `builtin:NAME`.
    case path
    /// `90s`, `5m`, `24h`, `7d`.
    case duration
    /// A point in time: `2024-05-01T06:00:00Z`, `2024-05-01`.
    case time
    /// `16 MB`, `64 KiB`, or a whole number of bytes.
    case byteSize
    /// A part of a whole: `0.01` or `1 %`.
    case share
    /// An IPv4 or IPv6 address.
    case address
    /// An IPv4 or IPv6 network with the length of its prefix, or one address.
    case network
    /// A text that comes from the environment or a file of its own.
    case secret
    /// One of several words.
    case choice([String])
    case list(OptionType)
    /// Free names, a value each.
    case map(OptionType)
    /// Fixed names, a value of its own type each.
    case object([OptionDescription])
    /// The first of several types that fits.
    case any([OptionType])
}

extension OptionType {
    /// What was expected, as a phrase: `a whole number`.
    public var phrase: String {
        switch self {
        case .boolean: "true or false"
        case .integer: "a whole number"
        case .number: "a number"
        case .text: "text"
        case .path: "a path"
        case .duration: "a duration such as 90s, 5m, 24h or 7d"
        case .time: "a time such as 2024-05-01T06:00:00Z or 2024-05-01"
        case .byteSize: "a size such as 16 MB or 64 KiB"
        case .share: "a share such as 0.01 or 1 %"
        case .address: "an IP address"
        case .network: "a network such as 10.0.0.0/8 or fd00::/8"
        case .secret: "a secret as ${NAME}"
        case .choice(let choices): choices.count == 1 ? choices[0] : "one of " + choices.joined(separator: ", ")
        case .list(let element): "a list, each \(element.phrase)"
        case .map(let value): "a mapping from names to \(value.phrase)"
        case .object(let options): "a mapping with " + options.map(\.name).joined(separator: ", ")
        case .any(let types): types.map(\.phrase).joined(separator: "; or ")
        }
    }

    /// Whether a value is a secret or has one among its parts.
    var holdsSecret: Bool {
        switch self {
        case .secret: true
        case .list(let element), .map(let element): element.holdsSecret
        case .object(let options): options.contains { $0.type.holdsSecret }
        case .any(let types): types.contains(where: \.holdsSecret)
        default: false
        }
    }

    /// The name of the type in lists of options and in descriptions of external plugins.
    public var name: String {
        switch self {
        case .boolean: "boolean"
        case .integer: "integer"
        case .number: "number"
        case .text: "text"
        case .path: "path"
        case .duration: "duration"
        case .time: "time"
        case .byteSize: "size"
        case .share: "share"
        case .address: "address"
        case .network: "network"
        case .secret: "secret"
        case .choice: "choice"
        case .list: "list"
        case .map: "map"
        case .object: "object"
        case .any: "any"
        }
    }

    /// The type as a short phrase for lists of options: `list of path`.
    public var shortPhrase: String {
        switch self {
        case .choice(let choices): choices.joined(separator: " | ")
        case .list(let element): "list of \(element.shortPhrase)"
        case .map(let value): "map to \(value.shortPhrase)"
        case .any(let types): types.map(\.shortPhrase).joined(separator: " | ")
        default: name
        }
    }

    /// The types that have neither parts nor choices, by name.
    static let simple: [String: OptionType] = Dictionary(
        uniqueKeysWithValues: [
            OptionType.boolean, .integer, .number, .text, .path, .duration, .time, .byteSize, .share, .address,
            .network, .secret,
        ].map { ($0.name, $0) })
}

extension OptionType {
    /// The named parts of an object, of a list's or map's objects, or of the object among several types.
    public var parts: [OptionDescription]? {
        switch self {
        case .object(let options): options
        case .list(let element), .map(let element): element.parts
        case .any(let types): types.lazy.compactMap(\.parts).first
        default: nil
        }
    }
}
