import FlareModel
import FlareOptions

/// Adds to findings, and may drop some.
public protocol Enricher: Plugin {
    /// Names of the fields it reads. The run puts it after whoever writes them, whatever their order in the file;
    /// one that nobody writes is complained about.
    var reads: Set<String> { get }
    /// Names of fields it makes use of where somebody writes them: it is put after those, and can do without.
    var uses: Set<String> { get }
    /// Whether it makes use of a field: one of ``uses``, or one of a kind that it looks for.
    func uses(_ field: Field) -> Bool
    /// The fields it writes.
    var writes: [Field] { get }
    /// Kinds of record it asks for again after detection, of a `ContextSource`.
    var kinds: [RecordKind: Set<ColumnName>] { get }

    /// Whether it is also given channels that no detector reports (``Finding/shortfall``): what adds evidence or takes findings out
    /// is, so that evidence can make a finding of them; what costs much for each finding is not.
    var takesCandidates: Bool { get }

    /// What is wrong with configuration of its own beyond the pipeline file, such as a list of rules.
    ///
    /// Reads such files and nothing else: no input, no network. Called whenever a pipeline file is checked.
    ///
    /// - Returns: complaints without a place are shown where the pipeline file names the enricher.
    func complaints(in setting: EnricherSetting) -> [Diagnostic]

    /// Called once, before a run reads anything: the moment to load what findings will be compared with.
    ///
    /// - Returns: the enricher that takes part in the run, and remarks for the run's report.
    /// - Throws: where the run had better not begin.
    func prepared(for run: RunPreparation) async throws -> PreparedEnricher

    /// Adds to the findings, and takes out those that are not to be reported.
    ///
    /// - Throws: where it cannot. The run goes on with the findings as they were, names the error, and counts as not
    ///   whole.
    func enrich(_ findings: inout [Finding], _ run: RunContext) async throws
}

extension Enricher {
    public var reads: Set<String> { [] }
    public var uses: Set<String> { [] }
    public func uses(_ field: Field) -> Bool { uses.contains(field.name) }
    public var writes: [Field] { [] }
    public var kinds: [RecordKind: Set<ColumnName>] { [:] }
    public var takesCandidates: Bool { true }
    public func complaints(in setting: EnricherSetting) -> [Diagnostic] { [] }
    public func prepared(for run: RunPreparation) async throws -> PreparedEnricher { PreparedEnricher(self) }
    public func enrich(_ findings: inout [Finding], _ run: RunContext) async throws {}
}

/// What an enricher can count on in the pipeline it stands in.
public struct EnricherSetting: Sendable {
    /// The names of the fields that detectors and other enrichers write, those of every finding not among them.
    public let written: Set<String>
    /// What detectors group channels by.
    public let groupings: Set<Grouping>

    public init(written: Set<String> = [], groupings: Set<Grouping> = []) {
        self.written = written
        self.groupings = groupings
    }
}

/// What an enricher is told before a run.
public struct RunPreparation: Sendable {
    /// The run's clock when it began.
    public let started: Timestamp
    private let sources: [any Source]

    public init(started: Timestamp, sources: [any Source] = []) {
        self.started = started
        self.sources = sources
    }

    /// The site's own networks, as the first records of the run's sources name them; `nil` where none does.
    public func ownNetworks() async -> OwnNetworks? {
        var own: OwnNetworks?
        for source in sources {
            guard let told = await source.ownNetworks() else { continue }
            own = own.map { $0.joined(with: told) } ?? told
        }
        return own
    }
}

/// An enricher that is ready to take part in a run.
public struct PreparedEnricher: Sendable {
    public let enricher: any Enricher
    /// What a reader of the results has to know, such as rules that are out of date.
    public let remarks: [String]

    public init(_ enricher: any Enricher, remarks: [String] = []) {
        self.enricher = enricher
        self.remarks = remarks
    }
}

/// An enricher that can already allow or drop a channel by its key, before detection.
public protocol ChannelFilter: Enricher {
    /// The rule as data, true for channels that are kept; `nil` where it cannot be said so.
    var predicate: Predicate? { get }
    /// What becomes of a channel. Called in parallel; pure.
    func verdict(_ key: ChannelKey) -> Verdict
    /// What the reader of the results has to know of the filter's setting, in a line: what counts as inside.
    var statement: String? { get }
    /// How to keep more channels, where the filter left none: the options that decide it.
    var remedy: String? { get }
    /// Called before the filter speaks on any channel: the moment to set itself by the channels there are.
    ///
    /// - Returns: `nil` where it stays as it is.
    func adjusted(to channels: ChannelSurvey) async -> (any ChannelFilter)?
    /// Called once the filter has spoken on all channels: the moment to take back a rule that took out too many.
    ///
    /// - Parameters:
    ///   - dropped: what its own rules took out.
    ///   - channels: how many channels it spoke on.
    /// - Returns: the filter with fewer rules that is asked anew, and why; `nil` where it stands by its verdicts.
    func narrowed(after dropped: [DroppedChannels], of channels: Int) -> NarrowedFilter?
}

extension ChannelFilter {
    public var statement: String? { nil }
    public var remedy: String? { nil }
    public func adjusted(to channels: ChannelSurvey) async -> (any ChannelFilter)? { nil }
    public func narrowed(after dropped: [DroppedChannels], of channels: Int) -> NarrowedFilter? { nil }
}

/// A filter that took rules back.
public struct NarrowedFilter: Sendable {
    public let filter: any ChannelFilter
    /// Which rules, and why.
    public let remarks: [String]

    public init(_ filter: any ChannelFilter, remarks: [String]) {
        self.filter = filter
        self.remarks = remarks
    }
}

/// What a filter says of a channel.
public enum Verdict: Hashable, Sendable {
    case keep
    /// Neither judged nor reported; counted under the rule's name, and under the list that the rule is of.
    case drop(rule: String, list: String? = nil)
}
