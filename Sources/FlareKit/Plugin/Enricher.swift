/// Adds to findings, and may drop some.
public protocol Enricher: Plugin {
    /// Names of the fields it reads. The run puts it after whoever writes them, whatever their order in the file.
    var reads: Set<String> { get }
    /// The fields it writes.
    var writes: [Field] { get }
    /// Kinds of record it asks for again after detection, of a `ContextSource`.
    var kinds: [RecordKind: Set<ColumnName>] { get }

    func enrich(_ findings: inout [Finding], _ run: RunContext) async throws
}

extension Enricher {
    public var reads: Set<String> { [] }
    public var writes: [Field] { [] }
    public var kinds: [RecordKind: Set<ColumnName>] { [:] }
    public func enrich(_ findings: inout [Finding], _ run: RunContext) async throws {}
}

/// An enricher that can already allow or drop a channel by its key, before detection.
public protocol ChannelFilter: Enricher {
    /// The rule as data, true for channels that are kept; `nil` where it cannot be said so.
    var predicate: Predicate? { get }
    /// What becomes of a channel. Called in parallel; pure.
    func verdict(_ key: ChannelKey) -> Verdict
}

/// What a filter says of a channel.
public enum Verdict: Hashable, Sendable {
    case keep
    /// Neither judged nor reported; counted under the rule's name.
    case drop(rule: String)
}
