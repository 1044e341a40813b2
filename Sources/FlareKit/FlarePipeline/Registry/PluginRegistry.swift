import FlareOptions
import FlarePlugins

/// The plugins that an installation offers.
public struct PluginRegistry: Sendable {
    private struct Key: Hashable {
        let kind: PluginKind
        let name: String
    }

    private var plugins: [Key: PluginDescriptor] = [:]
    /// Makes external plugins; where there is none, a pipeline that uses one is refused.
    public var outside: ExternalPluginMaker?

    public init() {}

    /// All plugins, by kind in the order of a pipeline, then by name.
    public var descriptors: [PluginDescriptor] {
        plugins.values.sorted { ($0.kind, $0.name) < ($1.kind, $1.name) }
    }

    /// Adds a built-in plugin.
    ///
    /// - Precondition: no plugin of the kind has the name, and no option has a name that the pipeline uses itself.
    public mutating func register<P: BuiltInPlugin>(_ type: P.Type, as kind: PluginKind) {
        let descriptor = PluginDescriptor(type, as: kind)
        let names = descriptor.options.map(\.name)
        precondition(find(kind, P.name) == nil, "two \(kind.section) are called \(P.name)")
        precondition(Set(names).count == names.count, "two options of \(descriptor.phrase) have one name")
        precondition(
            Set(names).isDisjoint(with: PipelineFrame.keys(of: kind)),
            "an option of \(descriptor.phrase) has the name of one of the pipeline's own keys")
        set(descriptor)
    }

    /// The plugin of a kind and name.
    public func find(_ kind: PluginKind, _ name: String) -> PluginDescriptor? {
        plugins[Key(kind: kind, name: name)]
    }

    /// All plugins of a name, one a kind at most.
    public func find(_ name: String) -> [PluginDescriptor] {
        PluginKind.allCases.compactMap { find($0, name) }
    }

    /// What to say to somebody who asked for a plugin that is not there: the nearest name, `nil` if none is near.
    public func suggestion(for name: String, _ kind: PluginKind? = nil) -> String? {
        let names = descriptors.filter { kind == nil || $0.kind == kind }.map(\.name)
        return NearestName.suggestion(for: name, among: names)
    }

    /// Puts a plugin in the place of the one with its kind and name.
    mutating func set(_ descriptor: PluginDescriptor) {
        plugins[Key(kind: descriptor.kind, name: descriptor.name)] = descriptor
    }
}
