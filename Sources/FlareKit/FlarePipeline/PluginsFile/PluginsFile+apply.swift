import FlareOptions
import FlarePlugins

extension PluginRegistry {
    /// Lays plugins.yaml files over what is built in.
    ///
    /// - Parameters:
    ///   - locations: the lowest layer first.
    ///   - environment: what `${NAME}` refers to.
    /// - Throws: all that is wrong with them.
    public mutating func apply(
        _ locations: [PluginsFile.Location], environment: [String: String]
    ) throws(ConfigurationError) {
        var context = DecodingContext(environment: environment)
        apply(locations, &context)
        try context.finish()
    }

    package mutating func apply(_ locations: [PluginsFile.Location], _ context: inout DecodingContext) {
        for location in locations {
            guard let file = PluginsFile.read(location, &context) else { continue }
            apply(file, &context)
        }
    }

    package mutating func apply(_ file: PluginsFile, _ context: inout DecodingContext) {
        var seen: [String: Int] = [:]
        for entry in file.entries {
            guard var descriptor = descriptor(for: entry, in: file, &context) else { continue }
            if let line = seen.updateValue(entry.mark.line, forKey: descriptor.phrase) {
                context.complain("\(descriptor.phrase) is listed twice, first in line \(line)", at: entry.mark)
                continue
            }
            if let isEnabled = entry.settings.isEnabled { descriptor.isEnabled = isEnabled }
            if let defaults = entry.defaults?.mapping {
                check(defaults, of: descriptor, at: entry.mark, &context)
                descriptor.defaults = descriptor.overlay(descriptor.defaults, defaults)
            }
            set(descriptor)
        }
    }

    /// Checks defaults when they are read, though a variable they name may not be set where no run needs it.
    private func check(
        _ defaults: YAMLMapping, of descriptor: PluginDescriptor, at mark: SourceMark,
        _ context: inout DecodingContext
    ) {
        var lenient = DecodingContext(environment: context.environment, leavesUnsetVariables: true)
        _ = OptionReader.readObject(
            defaults, descriptor.options.map(\.optional), at: mark, named: "", owner: descriptor.phrase, &lenient)
        context.take(lenient)
    }

    private func descriptor(
        for entry: PluginsFile.Entry, in file: PluginsFile, _ context: inout DecodingContext
    ) -> PluginDescriptor? {
        let settings = entry.settings
        if settings.library != nil || !settings.exec.isEmpty {
            return outside(entry, in: file, &context)
        }
        let known = find(settings.name).filter { settings.kind == nil || $0.kind == settings.kind }
        switch known.count {
        case 1 where settings.isBuiltIn == nil || settings.isBuiltIn == !known[0].isExternal: return known[0]
        case 1:
            let isExternal = known[0].isExternal
            context.complain(
                "\(known[0].phrase) is \(isExternal ? "not " : "")built in", at: entry.mark,
                suggestion: isExternal ? "it is: \(known[0].origin)" : "take out \"builtin: false\"")
        case 0:
            let what = settings.kind?.rawValue ?? "plugin"
            context.complain(
                "there is no \(what) \"\(settings.name)\"", at: entry.mark,
                expected: "a built-in plugin, or \"library\" or \"exec\" for one from outside",
                suggestion: suggestion(for: settings.name, settings.kind))
        default:
            let kinds = known.map(\.kind.rawValue).joined(separator: ", ")
            context.complain(
                "several plugins are called \"\(settings.name)\"", at: entry.mark, expected: "kind: one of \(kinds)")
        }
        return nil
    }

    private func outside(
        _ entry: PluginsFile.Entry, in file: PluginsFile, _ context: inout DecodingContext
    ) -> PluginDescriptor? {
        let settings = entry.settings
        if let reason = file.distrust {
            context.complain(
                "this file may not name code: \(reason)", at: entry.mark,
                suggestion: "put the entry into the plugins.yaml of your own configuration folder, or name the file "
                    + "with --plugins")
            return nil
        }
        guard let kind = settings.kind else {
            context.complain(
                "an external plugin needs its kind", at: entry.mark,
                expected: "kind: \(PluginKind.optionType.phrase)")
            return nil
        }
        if settings.isBuiltIn == true || (settings.library != nil && !settings.exec.isEmpty) {
            context.complain(
                "the plugin is in one place only", at: entry.mark, expected: "one of builtin, library, exec")
            return nil
        }
        if let existing = find(kind, settings.name), !existing.isExternal {
            context.complain(
                "\(existing.phrase) is built in and cannot be replaced", at: entry.mark,
                suggestion: "give the plugin another name")
            return nil
        }
        let folder = entry.mark.source.folder
        var descriptor = PluginDescriptor(
            kind: kind, name: settings.name, summary: settings.summary ?? "",
            origin: settings.library?.file.map { .library($0) } ?? .executable(settings.exec, folder: folder),
            options: entry.options, evidence: entry.evidence, make: nil)
        descriptor.outside = entry.record
        return descriptor
    }
}

extension PluginsFile.Entry {
    /// What the entry says of an external plugin beyond what every plugin has.
    fileprivate var record: ExternalRecord {
        var record = ExternalRecord()
        record.hash = settings.hash
        record.files = settings.files
        record.isPinned = settings.isPinned
        record.traits = traits
        record.limits = settings.limits
        record.sandbox = settings.sandbox
        record.onFailure = settings.onFailure
        record.environment = settings.environment
        record.place = mark.description
        return record
    }
}

extension OptionDescription {
    /// The option as one that need not be given.
    var optional: OptionDescription {
        OptionDescription(
            name: name, type: type, unit: unit, meaning: meaning, defaultValue: defaultValue, range: range)
    }
}
