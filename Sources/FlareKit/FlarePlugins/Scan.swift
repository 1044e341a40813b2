import FlareModel

/// What a run asks of a source.
public struct Scan: Sendable {
    /// Where the window's ends are known beforehand. A source may use it to read less; the exact cut is the engine's.
    public var window: TimeWindow
    /// The run's window as it was asked for, for sources that resolve a relative one themselves (servers: before now).
    public var request: WindowRequest
    /// The kinds to read, and for each the columns beyond the head. A source reads no more than this.
    public var kinds: [RecordKind: Set<ColumnName>]
    /// The kinds that enrichers will ask for again. A source that cannot be read a second time, or is live, keeps such
    /// records as it reads.
    public var askedAgain: Set<RecordKind> = []
    /// If set, only flows of channels for which it holds are wanted. A source that cannot apply it may ignore it.
    public var predicate: Predicate?
    /// How many cursors the engine drives at a time, each on a thread of its own; a source opens at most so many.
    public var parallelism: Int
    /// Whether the source is to go on as its input grows.
    public var isLive: Bool
    /// Where a live read goes on, one checkpoint a cursor of the run before; empty at first.
    public var resume: [Checkpoint]
    /// The run's clock.
    public var now: Timestamp

    public init(
        window: TimeWindow = .all, request: WindowRequest = .all, kinds: [RecordKind: Set<ColumnName>],
        predicate: Predicate? = nil, parallelism: Int = 1, isLive: Bool = false, resume: [Checkpoint] = [],
        now: Timestamp
    ) {
        self.window = window
        self.request = request
        self.kinds = kinds
        self.predicate = predicate
        self.parallelism = parallelism
        self.isLive = isLive
        self.resume = resume
        self.now = now
    }
}

/// Where a live read would go on: the source's own words, kept between runs.
public struct Checkpoint: Sendable, Codable, Hashable {
    public var state: [String: String]

    public init(_ state: [String: String] = [:]) { self.state = state }
}
