import FlareKit
import PeerMatching

/// The options of `allowlist`.
public struct AllowlistOptions: PluginOptions {
    public var lists: [ListReference] = []
    public var entries: [AllowlistEntry] = []
    public var action = AllowlistAction.drop
    public var maxShare = OptionShare(0.5)

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option(
                "lists", \.lists,
                "Files with entries: Flare's own YAML, MISP warning lists, plain lists of RITA's and Zeek's kind, "
                    + "top-site lists as CSV; plain, gzip or zstd. Each a path, or a mapping that says more."),
            Option("entries", \.entries, "Entries that stand in the pipeline file itself."),
            Option(
                "action", \.action,
                "What becomes of channels that an entry fits, where neither the entry nor its list says otherwise: drop "
                    + "leaves them out, tag keeps them and notes the entry. Lists of cloud ranges tag by default."),
            Option(
                "max_share", \.maxShare,
                "An entry that fits more than this share of the channels is refused, unless it says allow_broad; counted where "
                    + "there are at least 100 channels. Networks of fewer than four bits and top-level domains always are."
            ),
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
                    "How it is written: flare (YAML), plain (an entry a line), csv (rank,domain), misp (JSON); auto "
                        + "tells by the name's ending, else by the content."),
                Option("action", \.reference.action, "What its entries do, where they do not say it themselves."),
                Option(
                    "cutoff", \.reference.cutoff, "Of a list with ranks, how many from the top count.",
                    unit: "entries", range: 1...),
                Option(
                    "allow_broad", \.reference.allowBroad, "Accepts its entries however many channels they match."),
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
