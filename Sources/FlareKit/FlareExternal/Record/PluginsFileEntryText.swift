import FlareOptions
import FlarePipeline
import FoundationEssentials

/// An entry of plugins.yaml for an external plugin, as a text.
struct PluginsFileEntryText {
    let description: ExternalDescription
    let origin: PluginDescriptor.Origin
    let record: ExternalRecord

    /// The order in which the parts of an option are written; others follow by the alphabet.
    private static let order = [
        "name", "type", "of", "choices", "options", "any", "unit", "meaning", "default", "minimum", "maximum", "below",
        "required",
    ]

    /// The lines of the entry, without indentation before the first.
    func lines() throws -> [String] {
        var lines = ["- name: \(description.name)", "  kind: \(description.kind.rawValue)"]
        switch origin {
        case .builtIn: lines.append("  builtin: true")
        case .library(let path): lines.append("  library: \(Self.quoted(path))")
        case .executable(let command, _):
            lines.append("  exec: [\(command.map(Self.quoted).joined(separator: ", "))]")
        }
        lines.append("  summary: \(Self.quoted(description.summary))")
        lines.append("  hash: \(description.hash)")
        if record.isPinned {
            lines.append("  pin: true")
            lines.append("  files:")
            lines += record.files.sorted { $0.key < $1.key }.map { "    \(Self.quoted($0.key)): \($0.value)" }
        }
        if record.sandbox != .none { lines.append("  sandbox: \(record.sandbox.rawValue)") }
        if record.onFailure != .endRun { lines.append("  on_failure: \(record.onFailure.rawValue)") }
        lines += try Self.list("options", description.options)
        lines += try Self.list("evidence", description.evidence)
        let traits = try Self.flow(description.traits)
        if traits != "{}" { lines.append("  traits: \(traits)") }
        return lines
    }

    private static func list(_ name: String, _ values: [some Encodable]) throws -> [String] {
        guard !values.isEmpty else { return [] }
        return try ["  \(name):"] + values.map { "    - \(try flow($0))" }
    }

    private static func flow(_ value: some Encodable) throws -> String {
        flow(try JSONReader.read(Array(try JSONEncoder().encode(value))))
    }

    /// JSON is YAML, if a space follows each colon.
    private static func flow(_ value: JSONValue) -> String {
        switch value {
        case .list(let elements): return "[" + elements.map(flow).joined(separator: ", ") + "]"
        case .object(let values):
            let names = values.keys.sorted { (place(of: $0), $0) < (place(of: $1), $1) }
            return "{" + names.map { "\($0): \(flow(values[$0] ?? .null))" }.joined(separator: ", ") + "}"
        case .text(let text): return quoted(text)
        default:
            var text = JSONText()
            text.append(value)
            return String(decoding: text.bytes, as: UTF8.self)
        }
    }

    private static func place(of name: String) -> Int { order.firstIndex(of: name) ?? order.count }

    /// A text as it stands in YAML: in quotes where it might be taken for something else, `$` doubled where that would
    /// be a variable.
    private static func quoted(_ text: String) -> String {
        let isPlain =
            text.first?.isLetter == true && YAMLValue(plain: text) == .text(text)
            && text.unicodeScalars.allSatisfy {
                $0.isASCII
                    && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || "._-/".unicodeScalars.contains($0))
            }
        if isPlain { return text }
        var json = JSONText()
        json.append(text)
        return String(decoding: json.bytes, as: UTF8.self)
    }
}
