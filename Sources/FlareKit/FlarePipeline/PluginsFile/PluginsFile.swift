import FlareModel
import FlareOptions
import FlarePlugins

/// A plugins.yaml: which plugins there are, whether they are enabled, and defaults for their options.
///
/// Later files go over earlier ones, entry by entry (``locations(pipeline:named:environment:executable:)``).
public struct PluginsFile: Sendable {
    /// What a file is there for, which decides its place among the layers and whether it is trusted.
    public enum Role: String, Sendable, CaseIterable {
        /// Beside the command or one folder up.
        case installation
        /// In the user's configuration folder.
        case user
        /// Beside a pipeline file. It may come from anywhere, as the pipeline file may.
        case pipeline
        /// Named by `$FLARE_PLUGINS`.
        case environment
        /// Named by `--plugins`.
        case commandLine

        /// Whether a file in this role may name code from outside.
        public var mayNameCode: Bool { self != .pipeline }
        /// Whether the user named the file, so that it has to be there.
        public var isNamed: Bool { self == .environment || self == .commandLine }
    }

    /// A place to look for a plugins.yaml.
    public struct Location: Sendable, Hashable {
        public let path: String
        public let role: Role

        public init(_ path: String, _ role: Role) {
            self.path = path
            self.role = role
        }
    }

    /// One plugin of the file.
    struct Entry: Sendable {
        let settings: PluginsFileEntry
        let mark: SourceMark
        let defaults: YAMLNode?
        let options: [OptionDescription]
        let evidence: [Field]
        let traits: ExternalTraits
    }

    let location: Location
    let entries: [Entry]

    /// Reads a file.
    ///
    /// - Returns: `nil` if it is not there and nobody named it, or after a complaint about the file as a whole.
    static func read(_ location: Location, _ context: inout DecodingContext) -> PluginsFile? {
        if FileBytes.resolved(location.path) == nil, !location.role.isNamed { return nil }
        do throws(ConfigurationError) {
            let root = try YAMLReader.read(contentsOf: location.path)
            return PluginsFile(root, location, &context)
        } catch {
            for diagnostic in error.diagnostics { context.add(diagnostic) }
            return nil
        }
    }

    /// Reads the document of a file. What is wrong goes to the context; entries that are wrong are left out.
    package init(_ root: YAMLNode, _ location: Location, _ context: inout DecodingContext) {
        self.location = location
        guard !root.isNull, let mapping = root.mapping else {
            entries = []
            if !root.isNull {
                context.complain("this is no list of plugins", at: root.mark, expected: "version: 1, plugins: […]")
            }
            return
        }
        _ = OptionReader.readObject(
            mapping, PluginsFileHead.descriptions, at: root.mark, named: "", owner: "a plugins.yaml",
            further: ["plugins"], &context)
        guard let plugins = mapping["plugins"], !plugins.isNull else {
            entries = []
            return
        }
        guard let elements = plugins.elements else {
            context.complain("plugins: this is no list", at: plugins.mark, expected: "a list, each with name and kind")
            entries = []
            return
        }
        var entries: [Entry] = []
        for (index, element) in elements.enumerated() {
            if let entry = Entry(element, named: "plugins[\(index)]", &context) { entries.append(entry) }
        }
        self.entries = entries
    }
}

/// The keys of a plugins.yaml beside its list.
struct PluginsFileHead: PluginOptions {
    var version = 1

    static var options: [Option<Self>] {
        [Option("version", \.version, "The version of the file's format.", range: 1...1, required: true)]
    }
}

/// What an entry of plugins.yaml says beside the defaults, and beside the description of an external plugin.
struct PluginsFileEntry: PluginOptions {
    var name = ""
    var kind: PluginKind?
    var isBuiltIn: Bool?
    var library: OptionPath?
    var exec: [String] = []
    var isEnabled: Bool?
    var summary: String?
    var hash: String?
    var isPinned = false
    var files: [String: String] = [:]
    var limits = ExternalLimits()
    var sandbox = ExternalRecord.Sandbox.none
    var onFailure = ExternalRecord.OnFailure.endRun
    var environment: [String] = []

    static var options: [Option<Self>] {
        [
            Option("name", \.name, "What pipeline files call the plugin.", required: true),
            Option("kind", \.kind, "Its role; may be left out for a built-in plugin whose name is the only one."),
            Option("builtin", \.isBuiltIn, "True for a plugin that is part of the command."),
            Option("library", \.library, "The dynamic library that holds an external plugin."),
            Option("exec", \.exec, "The command line of an external plugin that is a program."),
            Option("enabled", \.isEnabled, "Whether pipelines may use it."),
            Option("summary", \.summary, "What an external plugin says of itself in one sentence."),
            Option("hash", \.hash, "The hash of the description that an external plugin gave."),
            Option("pin", \.isPinned, "Whether the files of the command have to be those that were recorded."),
            Option("files", \.files, "SHA-256 of the files of a pinned command, by their absolute paths."),
            Option("limits", \.limits, "What a program may use, and how long it may take."),
            Option(
                "sandbox", \.sandbox,
                "What a program is locked into: nothing, or bubblewrap, without network and unable to write files."),
            Option(
                "on_failure", \.onFailure,
                "Whether a run ends, or goes on without the plugin, if it fails. Without an enricher or a sink a run always "
                    + "goes on."),
            Option(
                "environment", \.environment,
                "Names of environment variables that a program gets beside PATH, HOME, LANG, LC_ALL, TZ and TMPDIR."),
        ]
    }
}

extension PluginsFile.Entry {
    /// The keys that are not options of ``PluginsFileEntry``.
    private static let further = ["defaults", "options", "evidence", "traits"]
    private static let ownOptions = PluginsFileEntry.descriptions

    init?(_ node: YAMLNode, named name: String, _ context: inout DecodingContext) {
        guard let mapping = node.mapping else {
            context.complain("\(name): this is no plugin", at: node.mark, expected: "a mapping with name and kind")
            return nil
        }
        let values = OptionReader.readObject(
            mapping, Self.ownOptions, at: node.mark, named: name, owner: "an entry of plugins.yaml",
            further: Self.further, &context)
        let errors = context.errorCount
        if let defaults = mapping["defaults"], defaults.mapping == nil, !defaults.isNull {
            context.complain(
                "\(name).defaults: this is no mapping", at: defaults.mark, expected: "options with their values")
        }
        let options = Self.decode([OptionDescription].self, "options", of: mapping, &context) ?? []
        let evidence = Self.decode([Field].self, "evidence", of: mapping, &context) ?? []
        let traits = Self.decode(ExternalTraits.self, "traits", of: mapping, &context) ?? ExternalTraits()
        guard let values, context.errorCount == errors,
            let settings = try? PluginsFileEntry(datum: .object(values))
        else { return nil }
        self.settings = settings
        self.mark = mapping.entry("name")?.value.mark ?? node.mark
        self.defaults = mapping["defaults"].flatMap { $0.isNull ? nil : $0 }
        self.options = options
        self.evidence = evidence
        self.traits = traits
    }

    private static func decode<Value: Decodable>(
        _ type: Value.Type, _ key: String, of mapping: YAMLMapping, _ context: inout DecodingContext
    ) -> Value? {
        guard let node = mapping[key], !node.isNull else { return nil }
        do throws(Diagnostic) {
            return try YAMLDecoding.decode(type, from: node)
        } catch {
            context.add(error)
            return nil
        }
    }
}
