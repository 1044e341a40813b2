import FlareModel
import Logging

/// What enrichers know of the run whose findings they see.
public struct RunContext: Sendable {
    public let header: RunHeader
    public let window: TimeWindow
    /// The channels that were judged, a table for each grouping.
    public let tables: [Grouping: ChannelTable]
    public let censuses: [Grouping: Census]
    /// The score of every judgement, also of those that became no finding, by detector.
    public var scores: [String: [ChannelKey: Double]] { judged.mapValues(\.byKey) }
    /// The sources that can be asked again.
    public let contextSources: [any ContextSource]
    /// What ``scores`` is made of.
    package var judged: [String: JudgedScores] = [:]
    /// The fields of evidence that the run's plugins declare.
    public let fields: [Field]
    public let logger: Logger
    /// What the enricher that is called is named in this run.
    public package(set) var stage = ""
    /// How many threads read, and what tells that the run is to end.
    package var threads = 1
    package var meter = ReadMeter()
    /// Where it puts down what it took out, and remarks.
    public let ledger: RunLedger

    public init(
        header: RunHeader, window: TimeWindow, tables: [Grouping: ChannelTable] = [:],
        censuses: [Grouping: Census] = [:],
        contextSources: [any ContextSource] = [], fields: [Field] = [], logger: Logger = Logger(label: "flare"),
        stage: String = "",
        ledger: RunLedger = RunLedger()
    ) {
        self.header = header
        self.window = window
        self.tables = tables
        self.censuses = censuses
        self.contextSources = contextSources
        self.fields = fields
        self.logger = logger
        self.stage = stage
        self.ledger = ledger
    }

    /// The number of records in a finding's channels.
    public func recordCount(of finding: Finding) -> Int {
        finding.channels.reduce(0) { $0.addingClamped(recordCount(of: $1) ?? 0) }
    }

    /// A channel; `nil` where it was not among those that could be judged.
    package func view(of key: ChannelKey) -> ChannelView? {
        for table in tables.values { if let channel = table.id(of: key) { return table.view(channel) } }
        return nil
    }

    /// The number of a channel's records in the window; `nil` where it was not among those that could be judged.
    public func recordCount(of key: ChannelKey) -> Int? {
        for table in tables.values { if let channel = table.id(of: key) { return table.recordCount(of: channel) } }
        return nil
    }
}
