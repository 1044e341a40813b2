import FlareOptions

/// The JSON Schema of an option's type.
struct OptionSchema {
    private let type: OptionType
    private let unit: String?
    private let range: OptionRange?

    init(_ type: OptionType, unit: String? = nil, range: OptionRange? = nil) {
        self.type = type
        self.unit = unit
        self.range = range
    }

    /// Where any value may come from the environment instead.
    private static let reference = "\\$\\{[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\\}"
    private static let duration =
        "^(?=.)([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?([0-9]+us)?([0-9]+ns)?"
        + "([0-9]+\\.[0-9]+(w|d|h|m|s|ms|us|ns))?$"
    private static let time =
        "^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]{1,9})?)?([Zz]|[+-][0-9]{2}:?[0-9]{0,2})?)?$"
    private static let size = "^[0-9]+(\\.[0-9]+)? *([kKmMgGtT][iI]?[bB]|[bB])$|^[0-9]+$"
    private static let share = "^[0-9]+(\\.[0-9]*)? *%$"
    private static let address =
        "^((25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(\\.(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)"

    var schema: [String: JSONValue] {
        switch type {
        case .boolean: orReference(["type": .text("boolean")])
        case .integer: orReference(bounded(["type": .text("integer")]))
        case .number: orReference(bounded(["type": .text("number")]))
        case .text: ["type": .text("string")]
        case .path: ["type": .text("string"), "minLength": .integer(1)]
        case .duration: string(Self.duration)
        case .time: string(Self.time)
        case .byteSize:
            [
                "anyOf": .list([
                    .object(string(Self.size)), .object(["type": .text("integer"), "minimum": .integer(0)]),
                ])
            ]
        case .share:
            [
                "anyOf": .list([
                    .object(string(Self.share)),
                    .object(["type": .text("number"), "minimum": .integer(0), "maximum": .integer(1)]),
                ])
            ]
        case .address: string(Self.address + "$")
        case .network: string(Self.address + "(/[0-9]{1,3})?$")
        case .secret: ["type": .text("string"), "pattern": .text("^\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}$")]
        case .choice(let words):
            [
                "anyOf": .list([
                    .object(["enum": .list(words.map(JSONValue.text))]),
                    .object(["type": .text("string"), "pattern": .text(Self.reference)]),
                ])
            ]
        case .list(let element):
            ["type": .text("array"), "items": .object(OptionSchema(element, unit: unit, range: range).schema)]
        case .map(let value):
            ["type": .text("object"), "additionalProperties": .object(OptionSchema(value).schema)]
        case .object(let options): PipelineSchema.nested(options)
        case .any(let types): ["anyOf": .list(types.map { .object(Self.alternative($0)) })]
        }
    }

    /// One of several types. An object without anything in it chooses none.
    private static func alternative(_ type: OptionType) -> [String: JSONValue] {
        var schema = OptionSchema(type).schema
        if case .object = type { schema["minProperties"] = .integer(1) }
        return schema
    }

    private func string(_ pattern: String) -> [String: JSONValue] {
        ["type": .text("string"), "pattern": .text("\(pattern)|\(Self.reference)")]
    }

    private func orReference(_ schema: [String: JSONValue]) -> [String: JSONValue] {
        [
            "anyOf": .list([
                .object(schema), .object(["type": .text("string"), "pattern": .text("^.*\(Self.reference)")]),
            ])
        ]
    }

    private func bounded(_ schema: [String: JSONValue]) -> [String: JSONValue] {
        var schema = schema
        func number(_ datum: OptionDatum?) -> JSONValue? {
            switch datum {
            case .integer(let value): .integer(value)
            case .number(let value): .number(value)
            default: nil
            }
        }
        if let least = range?.minimum {
            // "More than 0" is said with the least number above it.
            if case .number(.leastNonzeroMagnitude) = least {
                schema["exclusiveMinimum"] = .integer(0)
            } else {
                schema["minimum"] = number(least)
            }
        }
        schema[range?.excludesMaximum == true ? "exclusiveMaximum" : "maximum"] = number(range?.maximum)
        return schema
    }
}
