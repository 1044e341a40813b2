import FlareOptions
import FlarePlugins

/// Reads the document of a pipeline file.
struct PipelineReader {
    let registry: PluginRegistry
    /// The absolute folder of the pipeline file.
    let folder: String
    var context: DecodingContext

    /// - Returns: `nil` after a complaint.
    mutating func read(_ root: YAMLNode, path: String) -> PipelineDefinition? {
        guard let mapping = root.mapping else {
            context.complain(
                root.isNull ? "the file is empty" : "this is no pipeline", at: root.mark,
                expected: "version, sources, detectors, sinks")
            return nil
        }
        let sections = PluginKind.allCases.map(\.section)
        let values = OptionReader.readObject(
            mapping, PipelineSettings.descriptions, at: root.mark, named: "", owner: "a pipeline", further: sections,
            &context)
        var settings: PipelineSettings?
        if let values { settings = self.settings(values, root) }
        let sources: [ConfiguredPlugin<any Source>] = plugins(.source, mapping, root.mark)
        let enrichers: [ConfiguredPlugin<any Enricher>] = plugins(.enricher, mapping, root.mark)
        let detectors: [ConfiguredPlugin<any Detector>] = plugins(.detector, mapping, root.mark)
        let sinks: [ConfiguredPlugin<any Sink>] = plugins(.sink, mapping, root.mark)
        guard let settings, !context.hasErrors else { return nil }
        return PipelineDefinition(
            path: path, version: settings.version, name: settings.name ?? Self.name(of: path),
            sensor: settings.sensor, window: settings.window, maxAge: settings.maxAge,
            maxRejected: settings.maxRejected,
            acceptsEmpty: settings.onEmpty == .ok, threads: settings.threads, memoryLimit: settings.memoryLimit,
            every: settings.every,
            severity: settings.severity,
            sources: sources, enrichers: enrichers, detectors: detectors, sinks: sinks, warnings: [])
    }

    private mutating func settings(_ values: [String: OptionDatum], _ root: YAMLNode) -> PipelineSettings? {
        do throws(OptionComplaint) {
            let settings = try PipelineSettings(datum: .object(values))
            let rule = settings.severity
            guard rule.medium <= rule.high, rule.high <= rule.critical else {
                throw OptionComplaint("medium, high and critical do not rise", option: "severity")
            }
            return settings
        } catch {
            context.complain(error, about: root, at: root.mark)
            return nil
        }
    }

    /// The plugins of a list. Only the list of enrichers may be missing or empty.
    private mutating func plugins<Role: Sendable>(
        _ kind: PluginKind, _ mapping: YAMLMapping, _ start: SourceMark
    ) -> [ConfiguredPlugin<Role>] {
        guard let entry = mapping.entry(kind.section) else {
            if kind != .enricher, !isMisspelt(kind.section, in: mapping) {
                context.complain(
                    "a pipeline needs \"\(kind.section)\"", at: start,
                    expected: "\(kind.section): a list, each with \"plugin: NAME\"",
                    suggestion: known(kind))
            }
            return []
        }
        guard let elements = entry.value.elements else {
            if entry.value.isNull, kind == .enricher { return [] }
            context.complain(
                "\(kind.section): this is no list", at: entry.value.mark,
                expected: "a list, each with \"plugin: NAME\"", suggestion: known(kind))
            return []
        }
        if elements.isEmpty, kind != .enricher {
            context.complain("\(kind.section): the list is empty", at: entry.value.mark, suggestion: known(kind))
        }
        return elements.enumerated().compactMap { plugin(kind, $0, $1) }
    }

    private mutating func plugin<Role: Sendable>(
        _ kind: PluginKind, _ index: Int, _ node: YAMLNode
    ) -> ConfiguredPlugin<Role>? {
        let place = "\(kind.section)[\(index)]"
        guard let mapping = node.mapping, let named = mapping[PipelineFrame.plugin] else {
            let name = node.scalar.flatMap { $0.value == .null ? nil : $0.text }
            context.complain(
                "\(place): it does not say which plugin", at: node.mark, expected: "plugin: NAME",
                suggestion: name.map { "write plugin: \($0)" } ?? known(kind))
            return nil
        }
        let reader = OptionReader(type: .text)
        guard case .text(let name)? = reader.read(named, named: "\(place).plugin", &context),
            let descriptor = descriptor(kind, name, at: named.mark)
        else { return nil }
        let frame = frame(kind, mapping, place, node)
        let placed = PluginContext(place: place, folder: folder)
        let made = descriptor.instance(
            mapping, at: named.mark, frame: PipelineFrame.keys(of: kind), in: placed, outside: registry.outside,
            &context)
        guard let frame, let made, let instance = made.plugin as? Role else { return nil }
        return ConfiguredPlugin(
            descriptor: descriptor, index: index, mark: named.mark, options: made.values, instance: instance,
            given: made.given, groupBy: frame.groupBy, ignore: frame.ignore.map(Set.init))
    }

    private mutating func frame(
        _ kind: PluginKind, _ mapping: YAMLMapping, _ place: String, _ node: YAMLNode
    ) -> DetectorFrame? {
        let options = PipelineFrame.options(of: kind)
        let names = Set(options.map(\.name))
        let own = YAMLMapping(mapping.entries.filter { names.contains($0.key) })
        let values = OptionReader.readObject(own, options, at: node.mark, named: "", &context)
        return values.flatMap { try? DetectorFrame(datum: .object($0)) }
    }

    private mutating func descriptor(_ kind: PluginKind, _ name: String, at mark: SourceMark) -> PluginDescriptor? {
        if let descriptor = registry.find(kind, name) {
            if descriptor.isEnabled { return descriptor }
            context.complain(
                "\(descriptor.phrase) is disabled in this installation", at: mark,
                suggestion: "enable it in a plugins.yaml: {name: \(name), kind: \(kind.rawValue), enabled: true}")
            return nil
        }
        if let other = registry.find(name).first {
            context.complain(
                "\"\(name)\" is no \(kind.rawValue)", at: mark,
                suggestion: "it is a plugin of another kind: put it under \(other.kind.section)")
            return nil
        }
        context.complain(
            "there is no \(kind.rawValue) \"\(name)\"", at: mark, expected: known(kind)?.replacing("known: ", with: ""),
            suggestion: registry.suggestion(for: name, kind))
        return nil
    }

    /// Whether the file has a name that is no key of a pipeline and near to this one.
    private func isMisspelt(_ section: String, in mapping: YAMLMapping) -> Bool {
        let known = PipelineSettings.descriptions.map(\.name) + PluginKind.allCases.map(\.section)
        return mapping.keys.contains { !known.contains($0) && NearestName.find($0, among: known) == section }
    }

    /// The names of the plugins of a kind that may be used.
    private func known(_ kind: PluginKind) -> String? {
        let names = registry.descriptors.filter { $0.kind == kind && $0.isEnabled }.map(\.name)
        return names.isEmpty ? nil : "known: \(names.joined(separator: ", "))"
    }

    /// The file's name without its extension.
    private static func name(of path: String) -> String {
        let file = path.split(separator: "/").last.map(String.init) ?? path
        for ending in [".yaml", ".yml"] where file.hasSuffix(ending) { return String(file.dropLast(ending.count)) }
        return file
    }
}
