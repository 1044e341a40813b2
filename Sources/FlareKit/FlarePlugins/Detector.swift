import FlareModel

/// What a detector needs of a run.
public struct Demand: Sendable, Hashable {
    /// How records become channels.
    public var grouping: Grouping
    /// Channels with fewer records are neither judged nor counted as judged.
    public var minimumCount: Int
    /// Columns of the channels' records beyond the head.
    public var columns: Set<ColumnName>
    /// Numbers that are worked out of further columns, and kept in their place.
    public var derived: [DerivedColumn]
    /// Further kinds that have to be read for this detector.
    public var kinds: [RecordKind: Set<ColumnName>]

    public init(
        grouping: Grouping = Grouping(), minimumCount: Int = 1,
        columns: Set<ColumnName> = [.bytesToServer, .bytesToClient],
        derived: [DerivedColumn] = [], kinds: [RecordKind: Set<ColumnName>] = [:]
    ) {
        self.grouping = grouping
        self.minimumCount = minimumCount
        self.columns = columns
        self.derived = derived
        self.kinds = kinds
    }
}

/// What a detector makes of one channel by itself.
public protocol Judgement: Codable, Sendable {
    /// How sure the detector is, 0...1; also of channels that become no finding.
    var score: Double { get }
}

extension Finding: Judgement {}

/// A judgement with the channel it is about.
public struct Judged<Content: Judgement>: Sendable {
    public let channel: ChannelID
    public let judgement: Content

    public init(channel: ChannelID, judgement: Content) {
        self.channel = channel
        self.judgement = judgement
    }
}

extension Array {
    /// The judgements of each source. They come in the order of the keys, so that a source's stand together.
    package func bySource<Content>(
        _ channels: ChannelTable
    ) -> [(source: IPAddress, judged: ArraySlice<Element>)] where Element == Judged<Content> {
        var groups: [(source: IPAddress, judged: ArraySlice<Element>)] = []
        for place in indices {
            let source = channels.key(of: self[place].channel).source
            if let last = groups.last, last.source == source {
                groups[groups.count - 1].judged = self[last.judged.startIndex...place]
            } else {
                groups.append((source, self[place...place]))
            }
        }
        return groups
    }
}

/// A detection. It sees channels, not records, so that the same detector finds a beacon to an address,
/// to a host behind a thousand addresses, and in lookups.
///
/// The law, kept by `DetectorLaw` in the tests: `judge` is pure (the same channel and census give the same
/// judgement, in any order, on any thread); `settle` sees the judgements in the order of the channels' keys.
public protocol Detector: Plugin {
    associatedtype Content: Judgement

    /// The detector's name in findings.
    var name: String { get }
    /// What it needs. Asked once, before the run.
    var demand: Demand { get }
    /// The fields it writes about its findings, beyond the standard columns.
    var evidence: [Field] { get }
    /// What its findings would be if they are what they look like: ids of MITRE ATT&CK.
    var techniques: [String] { get }

    /// Judges one channel by itself. Called in parallel.
    ///
    /// - Returns: `nil` where there is nothing to say.
    func judge(_ channel: ChannelView, _ census: Census) throws -> Content?
    /// Judges some channels together; by default one after the other by the form above.
    ///
    /// - Returns: one element a channel, in their order.
    func judge(_ batch: ChannelBatch, _ census: Census) async throws -> [Content?]
    /// Makes findings of all judgements. Called once, never over a part.
    func settle(_ judged: [Judged<Content>], _ channels: ChannelTable, _ census: Census) async throws -> [Finding]
}

extension Detector {
    public var evidence: [Field] { [] }
    public var techniques: [String] { [] }

    public func judge(_ channel: ChannelView, _ census: Census) throws -> Content? { nil }

    public func judge(_ batch: ChannelBatch, _ census: Census) async throws -> [Content?] {
        try batch.channels.map { try judge($0, census) }
    }
}

/// A detector that reports only a part of what it judged.
public protocol ThresholdDetector: Detector {
    /// The same detector with every channel that it judged among its findings, however little is thought of it.
    var withoutThreshold: Self { get }
    /// Whether one of two findings that it did not report was nearer to being reported.
    func isNearer(_ finding: Finding, than other: Finding) -> Bool
    /// How much evidence one of its ``withoutThreshold`` findings lacks of being reported, in decibans: ten times the decimal
    /// logarithm of its p-value over the largest that is reported. Infinite where no evidence makes up for it.
    ///
    /// - Parameters:
    ///   - finding: one of its ``withoutThreshold`` findings.
    ///   - census: with the number of channels judged.
    func shortfall(of finding: Finding, _ census: Census) -> Double
    /// What one of its ``withoutThreshold`` findings lacks of being reported, in words.
    ///
    /// - Parameters:
    ///   - finding: one of its ``withoutThreshold`` findings.
    ///   - census: with the number of channels judged.
    func missing(_ finding: Finding, _ census: Census) -> String
}

extension ThresholdDetector {
    public func shortfall(of finding: Finding, _ census: Census) -> Double { .infinity }

    /// By score, and of equal ones in the order of the channels' keys.
    public func isNearer(_ finding: Finding, than other: Finding) -> Bool {
        if finding.score != other.score { return finding.score > other.score }
        guard let channel = finding.channel, let second = other.channel else { return false }
        return channel < second
    }
}

extension Detector where Content == Finding {
    /// Each judgement is a finding.
    public func settle(_ judged: [Judged<Finding>], _ channels: ChannelTable, _ census: Census) async throws
        -> [Finding]
    {
        judged.map(\.judgement)
    }
}
