import FlareKit
import PeerMatching

/// The options of `allowlist`.
public struct AllowlistOptions: PluginOptions {
    public var lists: [ListReference] = []
    public var entries: [AllowlistEntry] = []
    public var action = AllowlistAction.drop

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option(
                "lists", \.lists,
                "Files with entries: Flare's YAML, MISP warning lists, plain lists as RITA and Zeek read them, "
                    + "top-site lists as CSV; plain or compressed. Each is a path or a mapping."),
            Option("entries", \.entries, "Entries in the pipeline file itself."),
            Option(
                "action", \.action,
                "Default action: drop removes the channels that match an entry, tag keeps them and names the entry in the "
                    + "finding. An entry or a list can set another. Lists of cloud ranges tag by default."),
        ]
    }
}

/// What becomes of a channel that an entry fits.
public enum AllowlistAction: String, CaseIterable, OptionValue {
    /// Neither judged nor reported.
    case drop
    /// Judged and reported, the entry noted with the finding.
    case tag
}

/// A list as a pipeline file names it.
public struct ListReference: OptionValue, Equatable {
    public enum Format: String, CaseIterable, OptionValue { case auto, flare, plain, csv, misp }

    public var path: OptionPath = ""
    public var format = Format.auto
    public var action: AllowlistAction?
    public var cutoff: Int?
    public var allowBroad = false

    /// Whether the list came with Flare.
    var isBundled: Bool { if case .builtIn = path.location { true } else { false } }

    private struct Details: PluginOptions {
        var reference = ListReference()

        static var options: [Option<Self>] {
            [
                Option("path", \.reference.path, "The file, or builtin:NAME.", required: true),
                Option(
                    "format", \.reference.format,
                    "flare (YAML), plain (an entry a line), csv (rank,domain) or misp (JSON); auto recognizes "
                        + "them by file name and content."),
                Option("action", \.reference.action, "Default action of its entries."),
                Option(
                    "cutoff", \.reference.cutoff, "Number of entries used from the top of a ranked list.",
                    unit: "entries", range: 1...),
                Option(
                    "allow_broad", \.reference.allowBroad,
                    "Accepts entries that match more than half of the channels, whole top-level domains, and networks with a prefix below /4."
                ),
            ]
        }
    }

    public static var optionType: OptionType { .any([.path, Details.optionType]) }

    init(path: OptionPath) { self.path = path }
    private init() {}

    public init(datum: OptionDatum) throws(OptionComplaint) {
        if case .path(let path) = datum { self.path = path } else { self = try Details(datum: datum).reference }
    }

    public var datum: OptionDatum {
        if self == ListReference(path: path) { return .path(path) }
        var details = Details()
        details.reference = self
        return details.datum
    }
}
