/// What is known of a run before it reads anything.
public struct RunHeader: Sendable, Codable {
    /// The pipeline's name.
    public var pipeline: String
    /// Flare's version.
    public var version: String
    public var started: Timestamp
    /// One line for each source: what is read.
    public var sources: [String]

    public init(pipeline: String, version: String, started: Timestamp, sources: [String]) {
        self.pipeline = pipeline
        self.version = version
        self.started = started
        self.sources = sources
    }
}

/// What a run did: counts that add up, and times.
public struct Run: Sendable, Codable {
    public var header: RunHeader
    /// The window that was judged, both ends as the records had them or as they were asked for.
    public var window: TimeWindow
    /// All records that were read: used, skipped, rejected.
    public var account: Account
    /// The account of each source by itself.
    public var accounts: [String: Account]
    public var channels: Int = 0
    /// Channels that a filter took out, by filter and rule, with the records in them.
    public var dropped: [DroppedChannels] = []
    public var detectors: [DetectorReport] = []
    public var findings: Int = 0
    /// Findings by severity.
    public var severities: [String: Int] = [:]
    /// Wall-clock seconds by step: `read`, `judge`, `enrich`, `write`, and `total`.
    public var seconds: [String: Double] = [:]
    public var outputs: [OutputReport] = []
    /// What went wrong with plugins that the run went on without.
    public var failures: [String] = []
    /// Remarks that a reader of the results has to know.
    public var warnings: [String] = []

    public init(header: RunHeader, window: TimeWindow, account: Account, accounts: [String: Account]) {
        self.header = header
        self.window = window
        self.account = account
        self.accounts = accounts
    }
}

/// Channels that one rule of a filter took out before detection.
public struct DroppedChannels: Sendable, Codable, Hashable {
    public var filter: String
    public var rule: String
    public var channels: Int
    public var records: Int

    public init(filter: String, rule: String, channels: Int, records: Int) {
        self.filter = filter
        self.rule = rule
        self.channels = channels
        self.records = records
    }
}

/// What a detector did.
public struct DetectorReport: Sendable, Codable {
    public var name: String
    /// Channels with enough records, after the filters.
    public var judged: Int
    public var findings: Int
}

/// What became of a sink's output.
public struct OutputReport: Sendable, Codable {
    public var sink: String
    public var destination: String?
    public var findings: Int
    /// Why it failed; `nil` where it did not.
    public var failure: String?
}
