extension PluginRegistry {
    /// The built-in plugins as a plugins.yaml, each with all of its defaults; the one that is shipped.
    ///
    /// Values are the plugins' own, whatever files were laid over them.
    public var shippedPluginsFile: String {
        let entries = descriptors.filter { !$0.isExternal }.map(Self.entry)
        return """
            # The plugins of this installation, each with the defaults of its options. What a pipeline file says goes
            # over it; "flare plugins show NAME" tells what an option means, "flare plugins list" what is in force.
            # An external plugin has "library: PATH" or "exec: [COMMAND, …]" in place of "builtin: true".
            version: 1
            plugins:

            """ + entries.joined(separator: "\n")
    }

    private static func entry(_ plugin: PluginDescriptor) -> String {
        var lines = [
            "  # \(plugin.summary)", "  - name: \(plugin.name)", "    kind: \(plugin.kind.rawValue)",
            "    builtin: true", "    enabled: true",
        ]
        let defaults = plugin.options.filter { $0.defaultValue != .null }
        if !defaults.isEmpty { lines.append("    defaults:") }
        lines += defaults.map { option in
            "      \(option.name): \(option.defaultValue)" + (option.unit.map { "  # \($0)" } ?? "")
        }
        return lines.map { $0 + "\n" }.joined()
    }
}
