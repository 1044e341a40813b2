import FlareModel
import FlareOptions
import FlarePlugins

/// A pipeline file, read and checked: the plugins it names are made, and nothing has been started.
public struct PipelineDefinition: Sendable {
    /// The path as it was given.
    public let path: String
    /// The version of the file's format: 1.
    public let version: Int
    /// What reports call the pipeline: its own name, else the file's.
    public let name: String
    /// Whose records these are; `nil` for the machine's that Flare runs on.
    public let sensor: String?
    /// The span of time that is judged.
    public let window: WindowRequest
    /// A run fails if its newest record is older; `nil` for any age.
    public let maxAge: OptionDuration?
    /// The share of the records of interest that may be rejected before a run counts as not whole.
    public let maxRejected: OptionShare
    /// Whether a window without records of interest is all right.
    public let acceptsEmpty: Bool
    /// `nil` for one a processor.
    public let threads: Int?
    /// `nil` for half of the machine's memory.
    public let memoryLimit: ByteSize?
    /// How often a live run judges anew, by the records' own time.
    public let every: OptionDuration
    /// From when on a finding is urgent.
    public let severity: SeverityRule
    /// At least one.
    public let sources: [ConfiguredPlugin<any Source>]
    /// In the order of the file, which is not the order they run in.
    public let enrichers: [ConfiguredPlugin<any Enricher>]
    /// At least one.
    public let detectors: [ConfiguredPlugin<any Detector>]
    /// At least one.
    public let sinks: [ConfiguredPlugin<any Sink>]
    /// What is probably not as meant.
    public let warnings: [Diagnostic]
}

/// A plugin as a pipeline file configures it.
public struct ConfiguredPlugin<Role: Sendable>: Sendable {
    /// What is known of the plugin without running it.
    public let descriptor: PluginDescriptor
    /// The entry's index in its list, from 0.
    public let index: Int
    /// Where the file names the plugin.
    public let mark: SourceMark
    /// All options with their values; secrets do not show.
    public let options: OptionValues
    /// The plugin itself; nothing of it was started.
    public let instance: Role
    /// The options as they are written, defaults of plugins.yaml among them.
    let given: YAMLMapping
    /// For a detector: takes the place of the form of peer it asks for.
    public let groupBy: Grouping.PeerForm?
    /// For a detector: takes the place of the parts of the key it leaves out.
    public let ignore: Set<Grouping.Part>?

    /// The entry in complaints and reports: `sources[0]`.
    public var place: String { "\(descriptor.kind.section)[\(index)]" }

    /// Where an option stands, a path such as `columns.2`; the plugin's own place for one that is not given.
    func mark(of option: String) -> SourceMark {
        YAMLNode(.mapping(given), at: mark).mark(of: option, otherwise: mark)
    }
}

extension ConfiguredPlugin where Role == any Detector {
    /// The grouping that the pipeline asks for in place of the detector's own; `nil` if it says nothing.
    public var grouping: Grouping? {
        if groupBy == nil, ignore == nil { return nil }
        let own = instance.demand.grouping
        return Grouping(by: groupBy ?? own.by, ignoring: ignore ?? own.ignoring)
    }
}

extension PipelineDefinition {
    /// Reads a pipeline file and checks all that can be checked without looking at the world.
    ///
    /// - Parameters:
    ///   - path: absolute, or relative to the working directory.
    ///   - overrides: what `--set` gives, each `PATH=VALUE`, in their order.
    ///   - registry: the plugins there are.
    ///   - environment: what `${NAME}` refers to.
    ///   - pluginsFiles: plugins.yaml files to lay over the registry, the lowest layer first.
    /// - Throws: everything that is wrong, in one go.
    public static func load(
        path: String, overrides: [String] = [], registry: PluginRegistry, environment: [String: String],
        pluginsFiles: [PluginsFile.Location] = []
    ) throws(ConfigurationError) -> PipelineDefinition {
        let root = Result { () throws(ConfigurationError) in try YAMLReader.read(contentsOf: path) }
        return try load(
            root, path: path, overrides: overrides, registry: registry, environment: environment,
            pluginsFiles: pluginsFiles)
    }

    /// Reads a pipeline from a text, as ``load(path:overrides:registry:environment:pluginsFiles:)`` does from a file.
    ///
    /// - Parameters:
    ///   - text: the pipeline file's text.
    ///   - file: how complaints name it.
    ///   - folder: the absolute folder that relative paths belong to.
    ///   - overrides: what `--set` gives, each `PATH=VALUE`, in their order.
    ///   - registry: the plugins there are.
    ///   - environment: what `${NAME}` refers to.
    ///   - pluginsFiles: plugins.yaml files to lay over the registry, the lowest layer first.
    /// - Throws: everything that is wrong, in one go.
    public static func read(
        _ text: String, file: String, folder: String, overrides: [String] = [], registry: PluginRegistry,
        environment: [String: String] = [:], pluginsFiles: [PluginsFile.Location] = []
    ) throws(ConfigurationError) -> PipelineDefinition {
        let root = Result { () throws(ConfigurationError) in
            try YAMLReader.read(text, file: file, folder: folder)
        }
        return try load(
            root, path: file, overrides: overrides, registry: registry, environment: environment,
            pluginsFiles: pluginsFiles)
    }

    private static func load(
        _ root: Result<YAMLNode, ConfigurationError>, path: String, overrides: [String], registry: PluginRegistry,
        environment: [String: String], pluginsFiles: [PluginsFile.Location]
    ) throws(ConfigurationError) -> PipelineDefinition {
        var context = DecodingContext(environment: environment)
        let parsed = overrides.compactMap { PipelineOverride($0, &context) }
        var definition: PipelineDefinition?
        var installed: [PluginDescriptor] = []
        switch root {
        case .failure(let error):
            for diagnostic in error.diagnostics { context.add(diagnostic) }
        case .success(var root):
            context.begin(root.mark.source)
            var registry = registry
            registry.apply(pluginsFiles, &context)
            for override in parsed { override.apply(to: &root, &context) }
            var reader = PipelineReader(
                registry: registry, folder: root.mark.source.folder, context: context)
            definition = reader.read(root, path: path)
            context = reader.context
            installed = registry.descriptors.filter(\.isEnabled)
        }
        let warnings = try context.finish()
        guard var definition else { throw ConfigurationError(warnings) }
        for complaint in definition.complaints(installed: installed) { context.add(complaint) }
        definition = definition.with(warnings: try context.finish())
        return definition
    }
}
