import FlareModel
import FlareOptions
import FlarePlugins

/// What is known of a plugin without running it.
public struct PluginDescriptor: Sendable {
    /// Where a plugin's code is.
    public enum Origin: Sendable, Hashable {
        /// In the command.
        case builtIn
        /// In a dynamic library: its absolute path.
        case library(String)
        /// In a program: its command line, and the absolute folder it runs in.
        case executable([String], folder: String)
    }

    /// Makes the plugin of values that were checked against its options.
    typealias Maker = @Sendable ([String: OptionDatum], PluginContext) throws -> any Plugin

    /// Its role in a pipeline.
    public let kind: PluginKind
    /// What pipeline files call it, unique among the plugins of its kind.
    public let name: String
    /// One sentence.
    public let summary: String
    /// Where its code is.
    public let origin: Origin
    /// In the order they are listed.
    public let options: [OptionDescription]
    /// The fields it writes about findings.
    public let evidence: [Field]
    /// Of a detector in the command what its findings would be: ids of MITRE ATT&CK.
    public internal(set) var techniques: [String] = []
    /// The kinds of record that it can be asked for again after detection.
    public internal(set) var contextKinds: Set<RecordKind> = []
    /// Whether a pipeline may use it.
    public internal(set) var isEnabled = true
    /// What plugins.yaml files give for its options, a pipeline's own values over it.
    public internal(set) var defaults = YAMLMapping()
    /// What plugins.yaml records of an external plugin; `nil` for a built-in one.
    public internal(set) var outside: ExternalRecord?
    /// `nil` for an external plugin.
    let make: Maker?

    init(
        kind: PluginKind, name: String, summary: String, origin: Origin, options: [OptionDescription],
        evidence: [Field], make: Maker?
    ) {
        self.kind = kind
        self.name = name
        self.summary = summary
        self.origin = origin
        self.options = options
        self.evidence = evidence
        self.make = make
    }

    /// Describes a built-in plugin.
    init<P: BuiltInPlugin>(_ type: P.Type, as kind: PluginKind) {
        self.init(
            kind: kind, name: P.name, summary: P.summary, origin: .builtIn, options: P.Options.descriptions,
            evidence: P.evidence,
            make: { values, context in try P(P.Options(datum: .object(values)), context) })
        techniques = P.techniques
        if kind == .source { contextKinds = (type as? any ContextSource.Type)?.contextKinds ?? [] }
    }

    /// Whether the plugin is code from outside the command.
    public var isExternal: Bool { origin != .builtIn }

    /// What complaints call it: `detector "beacon"`.
    package var phrase: String { "\(kind.rawValue) \"\(name)\"" }
}

extension PluginDescriptor.Origin: CustomStringConvertible {
    /// `built in`, the library's path or the command line.
    public var description: String {
        switch self {
        case .builtIn: "built in"
        case .library(let path): "library \(path)"
        case .executable(let command, _): "command \(command.joined(separator: " "))"
        }
    }
}

extension PluginDescriptor {
    /// Makes the plugin from what a pipeline gives for its options, laid over the defaults of plugins.yaml.
    ///
    /// - Parameters:
    ///   - entry: the options, with the names of the pipeline's own keys among them.
    ///   - mark: where complaints about what is missing point to.
    ///   - frame: the names of the pipeline's own keys.
    ///   - outside: makes external plugins; they are refused where there is none.
    /// - Returns: `nil` after a complaint.
    func instance(
        _ entry: YAMLMapping, at mark: SourceMark, frame: [String], in place: PluginContext,
        outside: ExternalPluginMaker?, _ context: inout DecodingContext
    ) -> (plugin: any Plugin, values: OptionValues, given: YAMLMapping)? {
        let given = overlay(defaults, entry.without(Set(frame)))
        let values = OptionReader.readObject(
            given, options, at: mark, named: "", owner: phrase, further: frame, &context)
        guard let values else { return nil }
        let all = OptionValues(values, defaultsOf: options)
        do {
            let plugin: any Plugin
            if let make {
                plugin = try make(values, place)
            } else if let outside {
                plugin = try outside(self, all, place)
            } else {
                context.complain(
                    "\(phrase) is code from outside (\(origin)), which this command cannot run", at: mark,
                    suggestion: "use a built-in \(kind.rawValue), or a newer version of Flare")
                return nil
            }
            guard kind.isPlayed(by: plugin) else {
                context.complain("\(phrase) is registered as a \(kind.rawValue) and is none", at: mark)
                return nil
            }
            return (plugin, all, given)
        } catch let complaint as OptionComplaint {
            context.complain(complaint, about: YAMLNode(.mapping(given), at: mark), at: mark)
        } catch {
            context.complain("\(phrase): \(error)", at: mark)
        }
        return nil
    }

    /// Values laid over others. A secret's two forms, itself and its file, take each other's place.
    func overlay(_ below: YAMLMapping, _ above: YAMLMapping) -> YAMLMapping {
        Self.overlay(below, above, options)
    }

    private static func overlay(
        _ below: YAMLMapping, _ above: YAMLMapping, _ options: [OptionDescription]
    ) -> YAMLMapping {
        var replaced: Set<String> = []
        for option in options where option.isSecret {
            let file = Secret.fileOption(of: option.name)
            if above[option.name] != nil { replaced.insert(file) }
            if above[file] != nil { replaced.insert(option.name) }
        }
        var above = above
        for option in options {
            guard case .object(let parts) = option.type, var entry = above.entry(option.name),
                let under = below[option.name]?.mapping, let over = entry.value.mapping
            else { continue }
            entry.value.content = .mapping(overlay(under, over, parts))
            above.set(entry)
            replaced.insert(option.name)
        }
        return below.without(replaced).overlaid(with: above)
    }
}

/// Makes a plugin whose code is outside of the command, without running any of that code yet.
public typealias ExternalPluginMaker =
    @Sendable (PluginDescriptor, OptionValues, PluginContext) throws -> any Plugin
