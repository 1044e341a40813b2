import FlareModel
import FlareOptions

/// A plugin that is compiled into the command.
///
///     struct Classic: Detector, BuiltInPlugin {
///         static let name = "beacon-classic"
///         static let summary = "Finds channels whose flows come at one interval."
///
///         init(_ options: ClassicOptions, _ context: PluginContext) throws { … }
///     }
public protocol BuiltInPlugin: Plugin {
    associatedtype Options: PluginOptions

    /// What a pipeline file calls it: lower case with hyphens, unique among the plugins of its kind.
    static var name: String { get }
    /// One sentence in one line.
    static var summary: String { get }
    /// The fields it writes about findings.
    static var evidence: [Field] { get }
    /// Of a detector what its findings would be: ids of MITRE ATT&CK.
    static var techniques: [String] { get }

    /// Makes the plugin. Pure: it reads no file, opens no connection and starts nothing.
    ///
    /// - Throws: ``OptionComplaint`` for options that do not go together; it is shown with their line.
    init(_ options: Options, _ context: PluginContext) throws
}

extension BuiltInPlugin {
    public static var evidence: [Field] { [] }
    public static var techniques: [String] { [] }
}

/// Where in a configuration a plugin stands.
public struct PluginContext: Sendable, Hashable {
    /// The entry: `sources[0]`.
    public var place: String
    /// The absolute folder of the pipeline file, which relative paths that are not options belong to.
    public var folder: String
    /// The folders whose files may name code, as a configuration of ssh does.
    public var codeFolders: [String]

    public init(
        place: String = "", folder: String = "/",
        codeFolders: [String] = TrustedFiles.codeFolders(ProcessEnvironment.current)
    ) {
        self.codeFolders = codeFolders
        self.place = place
        self.folder = folder
    }
}

extension Detector where Self: BuiltInPlugin {
    public var name: String { Self.name }
    public var evidence: [Field] { Self.evidence }
    public var techniques: [String] { Self.techniques }
}

extension Enricher where Self: BuiltInPlugin {
    public var writes: [Field] { Self.evidence }
}
