import FlareOptions
import FlarePlugins

/// The JSON Schema (draft 2020-12) of the pipeline file, for editors and checks: it comes from the same descriptions of
/// options as decoding does, over all enabled plugins, built in and from outside.
///
/// It says less than the decoder in a few places: bounds of durations and sizes, the calendar in times, and whatever only
/// a plugin knows of its own options.
public struct PipelineSchema {
    private let registry: PluginRegistry

    public init(_ registry: PluginRegistry) { self.registry = registry }

    /// The schema as a text, indented.
    public var text: String { schema.indentedText + "\n" }

    var schema: JSONValue {
        var properties: [String: JSONValue] = [:]
        for option in PipelineSettings.descriptions { properties[option.name] = Self.property(option) }
        var definitions: [String: JSONValue] = [:]
        for kind in PluginKind.allCases {
            properties[kind.section] = section(kind)
            for plugin in plugins(kind) { definitions["\(kind.rawValue).\(plugin.name)"] = Self.definition(plugin) }
        }
        let required =
            PipelineSettings.descriptions.filter(\.isRequired).map(\.name) + ["sources", "detectors", "sinks"]
        return .object([
            "$schema": .text("https://json-schema.org/draft/2020-12/schema"),
            "title": .text("Flare pipeline"),
            "description": .text("A pipeline of Flare: sources, enrichers, detectors and sinks."),
            "type": .text("object"),
            "properties": .object(properties),
            "required": .list(required.map(JSONValue.text)),
            "additionalProperties": .boolean(false),
            "$defs": .object(definitions),
        ])
    }

    private func plugins(_ kind: PluginKind) -> [PluginDescriptor] {
        registry.descriptors.filter { $0.kind == kind && $0.isEnabled }
    }

    /// The list of a kind: each entry names its plugin, which decides what else it may hold.
    private func section(_ kind: PluginKind) -> JSONValue {
        let plugins = plugins(kind)
        let choice: JSONValue = .object([
            "enum": .list(plugins.map { .text($0.name) }), "description": .text("Which \(kind.rawValue)."),
        ])
        let cases = plugins.map { plugin -> JSONValue in
            .object([
                "if": .object([
                    "properties": .object(["plugin": .object(["const": .text(plugin.name)])]),
                    "required": .list([.text("plugin")]),
                ]),
                "then": .object(["$ref": .text("#/$defs/\(kind.rawValue).\(plugin.name)")]),
            ])
        }
        var list: [String: JSONValue] = [
            "type": .text("array"),
            "items": .object([
                "type": .text("object"), "required": .list([.text("plugin")]),
                "properties": .object(["plugin": choice]), "allOf": .list(cases),
            ]),
        ]
        if kind == .enricher {
            list["type"] = .list([.text("array"), .text("null")])
        } else {
            list["minItems"] = .integer(1)
        }
        return .object(list)
    }

    private static func definition(_ plugin: PluginDescriptor) -> JSONValue {
        // What plugins.yaml gives need not be given again.
        let options = plugin.options + plugin.kind.pipelineOptions
        var schema = object(options, except: Set(plugin.defaults.keys))
        schema["description"] = .text(plugin.summary)
        if case .object(var properties)? = schema["properties"] {
            properties[PipelineFrame.plugin] = .object(["const": .text(plugin.name)])
            schema["properties"] = .object(properties)
        }
        return .object(schema)
    }

    /// A mapping with known names.
    ///
    /// - Parameter given: options that need not be given though they are required.
    private static func object(_ options: [OptionDescription], except given: Set<String> = []) -> [String: JSONValue] {
        var properties: [String: JSONValue] = [:]
        var required: [JSONValue] = []
        var alternatives: [JSONValue] = []
        for option in options {
            properties[option.name] = property(option)
            let file = Secret.fileOption(of: option.name)
            if option.isSecret {
                properties[file] = .object([
                    "type": .text("string"), "minLength": .integer(1),
                    "description": .text("A file that holds \(option.name)."),
                ])
            }
            guard option.isRequired, !given.contains(option.name) else { continue }
            if option.isSecret {
                alternatives.append(
                    .object([
                        "anyOf": .list(
                            [option.name, file].map { .object(["required": .list([.text($0)])]) })
                    ]))
            } else {
                required.append(.text(option.name))
            }
        }
        var schema: [String: JSONValue] = [
            "type": .text("object"), "properties": .object(properties), "additionalProperties": .boolean(false),
        ]
        if !required.isEmpty { schema["required"] = .list(required) }
        if !alternatives.isEmpty { schema["allOf"] = .list(alternatives) }
        return schema
    }

    private static func property(_ option: OptionDescription) -> JSONValue {
        var schema = OptionSchema(option.type, unit: option.unit, range: option.range).schema
        // What has to be given has to hold something.
        if option.isRequired, case .list = option.type { schema["minItems"] = .integer(1) }
        if option.isNullable { schema = ["anyOf": .list([.object(schema), .object(["type": .text("null")])])] }
        let unit = option.unit.map { " (\($0))" } ?? ""
        schema["description"] = .text(option.meaning + unit)
        if option.defaultValue != .null, !option.isSecret {
            schema["default"] = (try? JSONReader.read(plain(option.defaultValue))) ?? .null
        }
        return .object(schema)
    }

    /// A value as it is written in a pipeline file, as JSON.
    private static func plain(_ datum: OptionDatum) -> [UInt8] {
        var text = JSONText()
        text.append(written: datum)
        return text.bytes
    }

    /// The parts of an object among the types of options.
    static func nested(_ options: [OptionDescription]) -> [String: JSONValue] { object(options) }
}

extension JSONText {
    /// A value with the words of a pipeline file: `24h`, `16 MB`, `1 %`.
    mutating func append(written datum: OptionDatum) {
        switch datum {
        case .null: appendNull()
        case .boolean(let flag): append(flag)
        case .integer(let number): append(number)
        case .number(let number):
            if let whole = Int64(exactly: number) { append(whole) } else { append(number) }
        case .text(let text): append(text)
        case .path(let path): append(path.text)
        case .list(let elements): list { list in for element in elements { list.append(written: element) } }
        case .object(let values):
            object { text in
                for (name, value) in values.sorted(by: { $0.key < $1.key }) where value != .null {
                    text.key(name)
                    text.append(written: value)
                }
            }
        default: append(datum.description)
        }
    }
}

extension JSONValue {
    /// The value over several lines, names sorted, short lists in one line.
    var indentedText: String { indented(by: "") }

    private func indented(by indent: String) -> String {
        let deeper = indent + "  "
        switch self {
        case .list(let elements) where elements.contains { $0.elements != nil || $0.values != nil }:
            return "[\n" + elements.map { deeper + $0.indented(by: deeper) }.joined(separator: ",\n") + "\n\(indent)]"
        case .object(let values) where !values.isEmpty:
            let lines = values.sorted { $0.key < $1.key }.map { name, value in
                "\(deeper)\(JSONValue.text(name).line): \(value.indented(by: deeper))"
            }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
        default: return line
        }
    }

    private var line: String {
        if case .list(let elements) = self { return "[" + elements.map(\.line).joined(separator: ", ") + "]" }
        var text = JSONText()
        text.append(self)
        return String(decoding: text.bytes, as: UTF8.self)
    }
}
