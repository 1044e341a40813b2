import FlareModel
import FlareOptions
import FlarePlugins

/// The keys of a pipeline file beside its four lists of plugins.
struct PipelineSettings: PluginOptions {
    var version = 1
    var name: String?
    var sensor: String?
    var window = WindowRequest.last(OptionDuration.hours(24).nanoseconds)
    var maxAge: OptionDuration?
    var maxRejected = OptionShare(0.01)
    var onEmpty = OnEmpty.fail
    var threads: Int?
    var memoryLimit: ByteSize?
    var every = OptionDuration.minutes(5)
    var severity = SeverityRule()

    /// What a run does in whose window there was no record of interest.
    enum OnEmpty: String, CaseIterable, OptionValue { case ok, fail }

    static var options: [Option<Self>] {
        [
            Option("version", \.version, "The version of the file's format.", range: 1...1, required: true),
            Option("name", \.name, "Name of the pipeline in reports; by default the file's name."),
            Option(
                "sensor", \.sensor,
                "Name of the sensor whose records these are, on all findings; by default the name of this machine."),
            Option(
                "window", \.window,
                "Span of time that Flare judges: the last hours before the newest record (files) or before now "
                    + "(servers), from one time to another, or all records."),
            Option(
                "max_age", \.maxAge,
                "A run fails if its newest record is older, so that a dead sensor does not look like a quiet night.",
                range: .seconds(1)...),
            Option(
                "max_rejected", \.maxRejected,
                "Share of unreadable records above which a run is incomplete."),
            Option("on_empty", \.onEmpty, "Whether a window without records fails the run."),
            Option("threads", \.threads, "Number of threads; by default one a processor.", range: 1...1024),
            Option(
                "memory_limit", \.memoryLimit,
                "Memory that a run may take; by default half of the machine's. Records that need more than a quarter of it wait in a "
                    + "temporary file (in TMPDIR, else /tmp), which takes longer and changes no finding.",
                range: .megabytes(16)...),
            Option(
                "every", \.every, "Interval of evaluations of a live run (--follow), by the records' own time.",
                range: .seconds(1)...),
            Option(
                "severity", \.severity,
                "From which priority on a finding is medium, high or critical, and how much evidence that needs."),
        ]
    }
}

extension SeverityRule: PluginOptions {
    public static var options: [Option<Self>] {
        [
            Option("medium", \.medium, "Findings below this priority are low.", range: 0...1),
            Option("high", \.high, "From this priority on a finding is high.", range: 0...1),
            Option("critical", \.critical, "From this priority on a finding is critical.", range: 0...1),
            Option(
                "high_sides", \.highSides,
                "Independent sides of evidence that high needs where the finding is a rhythm; an alert or a list counts as two.",
                range: 0...12),
            Option("critical_sides", \.criticalSides, "The same for critical.", range: 0...12),
        ]
    }
}

/// The ends of a window, either of which may be open.
private struct WindowBounds: PluginOptions {
    var since: Timestamp?
    var until: Timestamp?

    static var options: [Option<Self>] {
        [
            Option("since", \.since, "The earliest start of a record, inside the window."),
            Option("until", \.until, "The latest start of a record, outside the window."),
        ]
    }
}

/// `24h`, `{since: 2024-05-01, until: 2024-05-02}` or `all`.
extension WindowRequest: OptionValue {
    public static var optionType: OptionType { .any([.duration, .choice(["all"]), WindowBounds.optionType]) }

    public init(datum: OptionDatum) throws(OptionComplaint) {
        switch datum {
        case .text: self = .all
        case .duration(let duration):
            guard duration.nanoseconds > 0 else { throw OptionComplaint("a window cannot be empty") }
            self = .last(duration.nanoseconds)
        default:
            let bounds = try WindowBounds(datum: datum)
            if bounds.since == nil, bounds.until == nil {
                throw OptionComplaint("neither end is given", expected: "since, until or both")
            }
            if let since = bounds.since, let until = bounds.until, since >= until {
                throw OptionComplaint("\(until) is not later than since, \(since)", option: "until")
            }
            self = .between(TimeWindow(since: bounds.since, until: bounds.until))
        }
    }

    public var datum: OptionDatum {
        switch self {
        case .all: .text("all")
        case .last(let nanoseconds): .duration(OptionDuration(nanoseconds: nanoseconds))
        case .between(let window): WindowBounds(since: window.since, until: window.until).datum
        }
    }
}

/// The keys of a plugin's entry in a pipeline file that belong to the pipeline, not to the plugin.
package enum PipelineFrame {
    /// The key that names the plugin.
    static let plugin = "plugin"

    /// The options of the frame for a kind of plugin, beside ``plugin``.
    static func options(of kind: PluginKind) -> [OptionDescription] {
        kind == .detector ? DetectorFrame.descriptions : []
    }

    package static func keys(of kind: PluginKind) -> [String] { [plugin] + options(of: kind).map(\.name) }
}

/// What a pipeline says of a detector's channels.
struct DetectorFrame: PluginOptions {
    var groupBy: Grouping.PeerForm?
    var ignore: [Grouping.Part]?

    static var options: [Option<Self>] {
        [
            Option(
                "group_by", \.groupBy,
                "Grouping of channels: by destination address, by the host name of the request, or by the DNS "
                    + "domain looked up; by default the detector's own."),
            Option(
                "ignore", \.ignore,
                "Parts of a channel's key that do not separate channels; by default the detector's own."),
        ]
    }
}

extension PluginKind {
    /// The keys of a plugin's entry that belong to the pipeline and not to the plugin, beside `plugin` itself.
    public var pipelineOptions: [OptionDescription] { PipelineFrame.options(of: self) }
}
