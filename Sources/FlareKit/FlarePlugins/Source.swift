import FlareModel

/// Where records come from.
///
/// The law, kept by `SourceLaw` in the tests:
/// - `open` yields at least one and at most `scan.parallelism` cursors;
/// - the cursors together yield every record of the scan once, whatever their number;
/// - each cursor's ingest counts are balanced at every moment between calls.
public protocol Source: Plugin {
    /// The kinds of record the source can yield.
    var offers: Set<RecordKind> { get }
    /// Whether it can be read a second time: files and clusters can, standard input cannot.
    var isRereadable: Bool { get }
    /// Where the window is relative: whether it ends now (servers, live input) or at the newest record (files).
    var endsNow: Bool { get }
    /// The bytes there are to read as far as they are known, for a progress bar; asked after `open`.
    func extent() async -> Int64?
    /// Begins to read.
    ///
    /// - Throws: `PluginError` where the input is not there or cannot be read.
    func open(_ scan: Scan) async throws -> [any Cursor]
    /// What a reader of the results has to know of how the records were read, in sentences; asked after reading.
    func remarks() async -> [String]
    /// Which networks are the site's own, where the first records say so; asked before `open`. Takes nothing from an
    /// input that can be read only once.
    func ownNetworks() async -> OwnNetworks?
}

extension Source {
    public func remarks() async -> [String] { [] }
    public func ownNetworks() async -> OwnNetworks? { nil }
    public var isRereadable: Bool { true }
    public var endsNow: Bool { false }
    public func extent() async -> Int64? { nil }
}

/// One reader of a source. The engine gives it a thread of its own, and calls it from there alone.
public protocol Cursor: AnyObject, Sendable {
    /// Fills the batch with what comes next. The batch comes empty, its memory used before.
    ///
    /// May block for up to a second: a live source then answers `true` with an empty batch. A record is yielded
    /// once; one that does not fit waits for the next call.
    ///
    /// - Returns: `false` at the end, with nothing in the batch.
    func next(into batch: inout RecordBatch) throws -> Bool
    /// Where a live read would go on; asked only between calls.
    func checkpoint() -> Checkpoint
    /// The ingest counts of what was read so far; asked only between calls.
    var ingest: IngestCounts { get }
    /// Whether a record may stand in two of the source's inputs; asked once, before the first call of `next`.
    ///
    /// Such a cursor yields the ids of flows and lookups, and the source ports of flows, though the scan did not ask for them,
    /// and batches of one input each. By the ports the engine tells connections that two sensors saw. Of records with the same id, start and channel that stand in two inputs of a source the engine uses those of
    /// one, and counts the others as `IngestCounts.repeated`. A record without an id is always used.
    var mayRepeat: Bool { get }
    /// Of a live read, the newest time of the records that are kept for being asked again (`Scan.askedAgain`); asked only
    /// between calls. A later run goes on from where none of the window was read before, so that it keeps them too.
    ///
    /// - Parameter limit: later records do not count: they are from the future.
    func newestKept(before limit: Timestamp) -> Timestamp?
}

extension Cursor {
    public func checkpoint() -> Checkpoint { Checkpoint() }
    public var mayRepeat: Bool { false }
    public func newestKept(before limit: Timestamp) -> Timestamp? { nil }
}

/// A source that can group on its own side, as a database cluster can.
///
/// It yields keys and counts of all channels, so that of the flows only those of candidates cross the network.
public protocol GroupingSource: Source {
    /// Groups the window's records.
    ///
    /// - Returns: `nil` where this server cannot, or not by this key: then everything is read.
    func group(_ request: GroupingRequest) async throws -> (any GroupedRecords)?
}

/// What is asked of a source that groups by itself.
public struct GroupingRequest: Sendable {
    public var grouping: Grouping
    /// Channels with fewer records are of no interest.
    public var minimumCount: Int
    /// What the filters would keep, where all of it can be said as a predicate.
    public var predicate: Predicate?
    public var scan: Scan

    public init(grouping: Grouping, minimumCount: Int, predicate: Predicate?, scan: Scan) {
        self.grouping = grouping
        self.minimumCount = minimumCount
        self.predicate = predicate
        self.scan = scan
    }
}

/// The channels that a source grouped on its own side.
public protocol GroupedRecords: Sendable {
    /// All channels of the window with their counts, or, where the source kept some to itself, those it gave out.
    var channels: [(key: ChannelKey, count: Int)] { get }
    /// The same census that reading all records would yield.
    var census: Census { get }
    /// Which counts the cluster kept to itself, in words; empty where it gave out all.
    var withheld: [String] { get }
    /// The ingest counts of all records of the window.
    var ingest: IngestCounts { get }
    /// Reads the records of some channels alone.
    func open(_ candidates: [ChannelKey]) async throws -> [any Cursor]
    /// Reads all that names channels: handshakes, requests and lookups.
    func openNames() async throws -> GroupedNames
}

/// What a source that grouped has of the records that name channels.
public enum GroupedNames: Sendable {
    case cursors([any Cursor])
    /// They are not read, for the reason given.
    case withheld(String)
}

extension GroupedRecords {
    public func openNames() async throws -> GroupedNames { .withheld("the source groups flows by address") }
}

/// A source that can be asked again, after detection, about the sources of findings.
public protocol ContextSource: Source {
    /// The kinds of record that sources of this type can be asked for again.
    static var contextKinds: Set<RecordKind> { get }
    /// Those of them that this one can be asked for, as its options are; all unless it says otherwise.
    var contextKinds: Set<RecordKind> { get }
    /// Reads the records about some addresses: those that a query asks for, and lookups of anybody whose answers hold an
    /// address of a query without a source. It may read more of a query's source than was asked for.
    ///
    /// A record is yielded as the sensor wrote it, even where the answering side comes first. `certificate` records
    /// belong to no address and are all yielded. A source that cannot be read a second time, or is live, yields what it
    /// kept of the scan's `askedAgain`; the ingest counts of a cursor note how much had to be left out.
    ///
    /// - Throws: `PluginError` where the input is not there any more; the findings stand without.
    func records(about queries: [ContextQuery], _ scan: Scan) async throws -> [any Cursor]
    /// Counts how many different sources of the site share each value, for columns of `SharedValue.columns`: exactly up
    /// to `SharedValue.exactUpTo`, estimated above. Asked after the cursors of `records` have ended.
    ///
    /// - Returns: no entry for a value that was not counted.
    func sources(sharing values: [SharedValue], in window: TimeWindow) async throws -> [SharedValue: Int]
}

extension ContextSource {
    public var contextKinds: Set<RecordKind> { Self.contextKinds }
}

/// Asks for the records about one source, toward one peer or all: those with its address at either end.
public struct ContextQuery: Hashable, Sendable {
    /// `nil` asks for everybody's lookups that were answered with the peer's address.
    public var source: IPAddress?
    public var peer: Peer?
    /// The kinds asked for of the source's records toward all peers; `nil` for all of the scan.
    public var kinds: Set<RecordKind>?
    /// The kinds of those records that are only compared with the records of the queries for a source and a peer, and how.
    /// Of all other kinds everything matters.
    public var compared: [RecordKind: Comparison]

    public init(
        source: IPAddress?, peer: Peer? = nil, kinds: Set<RecordKind>? = nil, compared: [RecordKind: Comparison] = [:]
    ) {
        self.source = source
        self.peer = peer
        self.kinds = kinds
        self.compared = compared
    }
}

/// How records of one kind are compared with the records that are asked for in full. It says what a source may leave out;
/// one that does not know how yields everything.
public struct Comparison: Hashable, Sendable {
    /// The columns that matter; `nil` for all.
    public var columns: Set<ColumnName>?
    /// If there are any, only records matter that share a value of one of these columns with a record asked for in full. A
    /// name is the same value whether it was looked up or asked for by SNI or Host. Lookups of a name that was answered with
    /// an address asked for matter too, and so do records that say nothing by which they could be told apart.
    public var sharing: Set<ColumnName>
    /// Of each source one record with another value of these columns matters too: it tells that the source has others.
    public var contrast: Set<ColumnName>

    public init(columns: Set<ColumnName>? = nil, sharing: Set<ColumnName> = [], contrast: Set<ColumnName> = []) {
        self.columns = columns
        self.sharing = sharing
        self.contrast = contrast
    }
}

/// A value that several sources may share: an agent, a fingerprint, a name.
public struct SharedValue: Hashable, Sendable {
    /// The columns whose values are counted over the whole site.
    public static let columns: [RecordKind: Set<ColumnName>] = [
        .dns: [.query], .tls: [.host, .ja3, .ja4, .fingerprint], .http: [.host, .userAgent],
    ]
    /// So many sources of a value are counted exactly.
    public static let exactUpTo = 64

    public var kind: RecordKind
    public var column: ColumnName
    public var value: String

    public init(kind: RecordKind, column: ColumnName, value: String) {
        self.kind = kind
        self.column = column
        self.value = value
    }
}
