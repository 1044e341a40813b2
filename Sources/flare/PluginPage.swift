import FlareKit

/// All that is known of a plugin, as `flare plugins show` prints it.
struct PluginPage {
    private let plugin: PluginDescriptor

    init(_ plugin: PluginDescriptor) { self.plugin = plugin }

    var text: String {
        let state = plugin.isEnabled ? "enabled" : "disabled"
        var lines = ["\(plugin.name): \(plugin.kind.rawValue), \(plugin.origin), \(state)"]
        lines += TextTable.wrapped(plugin.summary, indent: 2)
        lines += section("Options", plugin.options, named: "")
        if plugin.kind == .detector {
            lines += section("Options of every detector", PluginKind.detector.pipelineOptions, named: "")
        }
        if !plugin.techniques.isEmpty {
            lines += ["", "ATT&CK: what its findings would be", "  " + plugin.techniques.joined(separator: ", ")]
        }
        if !plugin.evidence.isEmpty {
            lines += ["", "Evidence it writes"]
            for field in plugin.evidence {
                lines.append("  \(field.name)  \(field.type.rawValue)" + (field.unit.map { ", \($0)" } ?? ""))
                lines += TextTable.wrapped(field.meaning, indent: 6)
            }
        }
        lines += ["", "In a pipeline file", "  \(plugin.kind.section):", "    - plugin: \(plugin.name)"]
        lines += plugin.options.filter(\.isRequired).map { "      \($0.name): …" }
        return lines.joined(separator: "\n")
    }

    private func section(_ title: String, _ options: [OptionDescription], named prefix: String) -> [String] {
        if options.isEmpty { return ["", "\(title): none"] }
        return ["", title] + options.flatMap { option($0, named: prefix) }
    }

    private func option(_ option: OptionDescription, named prefix: String) -> [String] {
        let name = prefix + option.name
        var facts = [option.type.shortPhrase]
        if let unit = option.unit { facts.append(unit) }
        if let range = option.range?.phrase { facts.append(range) }
        facts.append(standing(of: option, isNested: !prefix.isEmpty))
        if option.isSecret { facts.append("as ${NAME}, or \(option.name)_file: PATH") }
        var lines = ["  \(name)  " + facts.joined(separator: ", ")]
        lines += TextTable.wrapped(option.meaning, indent: 6)
        if let parts = option.type.parts {
            lines += parts.flatMap { self.option($0, named: "\(name).") }
        }
        return lines
    }

    /// Whether an option is required, else its default and where that comes from.
    private func standing(of option: OptionDescription, isNested: Bool) -> String {
        if !isNested, let value = plugin.defaults[option.name] {
            let shown = option.isSecret ? "***" : value.flowText
            return "default \(shown) (\(value.mark.file):\(value.mark.line))"
        }
        if option.isRequired { return "required" }
        return option.defaultValue == .null ? "no default" : "default \(option.defaultValue)"
    }
}
