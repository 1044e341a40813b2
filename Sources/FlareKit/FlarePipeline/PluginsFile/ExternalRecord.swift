import FlareOptions

/// What plugins.yaml holds of an external plugin beyond what every plugin has.
public struct ExternalRecord: Sendable, Hashable {
    /// What becomes of a run in which the plugin fails.
    public enum OnFailure: String, Sendable, CaseIterable, OptionValue {
        /// The run fails too.
        case endRun = "end_run"
        /// The run goes on without the plugin, and ends as not whole.
        case goOn = "go_on"
    }

    /// What a program is locked into.
    public enum Sandbox: String, Sendable, CaseIterable, OptionValue {
        case none
        /// Bubblewrap: no network, nothing of the file system can be written.
        case bubblewrap
    }

    /// The hash of the description at the time it was recorded.
    public var hash: String?
    /// SHA-256 of files of the command by their absolute paths, where it is pinned.
    public var files: [String: String] = [:]
    public var isPinned = false
    public var traits = ExternalTraits()
    public var limits = ExternalLimits()
    public var sandbox = Sandbox.none
    public var onFailure = OnFailure.endRun
    /// The names of environment variables that a program is given beside the few that everyone needs.
    public var environment: [String] = []
    /// Where it is recorded: `plugins.yaml:12:5`.
    public var place = ""

    public init() {}
}

/// What a program from outside may use, and how long it may take.
public struct ExternalLimits: PluginOptions, Hashable {
    /// Address space.
    public var memory = ByteSize.megabytes(4000)
    public var cpu = OptionDuration.hours(1)
    public var start = OptionDuration.seconds(30)
    public var answer = OptionDuration.seconds(60)
    public var line = ByteSize.megabytes(64)
    public var errors = ByteSize.megabytes(64)

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option("memory", \.memory, "The most address space.", range: .megabytes(1)...),
            Option("cpu", \.cpu, "The most processor time.", range: .seconds(1)...),
            Option("start", \.start, "How long it may take to introduce itself.", range: .milliseconds(1)...),
            Option(
                "answer", \.answer, "How long it may go without any answer while it owes one.",
                range: .milliseconds(1)...),
            Option("line", \.line, "The longest line it may write.", range: .kibibytes(1)...),
            Option("errors", \.errors, "The most it may write to standard error.", range: .kibibytes(1)...),
        ]
    }
}
