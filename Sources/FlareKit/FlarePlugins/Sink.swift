import FlareModel

/// Where findings go.
///
/// The law, kept by `SinkLaw` in the tests:
/// - after `begin`, any number of `write`, then `commit` or `abort`;
/// - a whole-file sink leaves nothing half-written: before `commit` the old output stands, after `abort` too;
/// - no sink puts anything into its output before the first `commit`;
/// - a run that goes on from a mark takes back, or writes over, what was committed after it: its output is the one of a
///   run that was never broken off. What somebody was told cannot be taken back: a sink that tells may tell it twice then.
public protocol Sink: Plugin {
    var mode: SinkMode { get }
    /// Where the output goes, for the closing summary: a path, an index; `nil` for the terminal.
    var destination: String? { get }

    /// The columns that its options name, looked for among those of the run whenever a pipeline file is checked.
    var namedColumns: [NamedColumn] { get }

    /// Prepares to write. With a mark, what the output holds beyond it is cut back first.
    func begin(_ run: RunHeader, _ columns: [Column], resume: SinkMark?) async throws
    /// Where the output stands after `begin`, to be kept before anything is committed: a live run that is killed between
    /// its first commit and the keeping of that commit's mark goes on from here. Writes nothing. Asked in a live run
    /// alone, once; `nil` for an output that is the same without.
    func mark() async throws -> SinkMark?
    func write(_ findings: [Finding]) async throws
    /// Makes what was written stand. In a live run called after each evaluation; the mark is kept in the checkpoint.
    func commit(_ run: Run) async throws -> SinkMark?
    /// Takes back what was not committed. Never throws: it runs when something already failed.
    func abort() async
}

extension Sink {
    public var destination: String? { nil }
    public var namedColumns: [NamedColumn] { [] }
    public func mark() async throws -> SinkMark? { nil }
}

/// A column that an option names.
public struct NamedColumn: Sendable, Hashable {
    public var name: String
    /// The option, a path such as `columns.2` inside lists and objects.
    public var option: String

    public init(_ name: String, option: String) {
        self.name = name
        self.option = option
    }
}

/// How a sink's output grows.
public enum SinkMode: String, Sendable, Codable {
    /// The output is written whole, each time anew.
    case whole
    /// New findings are added at the end: in a live run what is news.
    case append
    /// A finding replaces the one with its id.
    case upsert
    /// Somebody is told what is news, in each run. What could not be delivered the sink keeps itself, and throws.
    case tell
}

/// How far a sink's output stood at a commit: the sink's own words.
public struct SinkMark: Sendable, Codable, Hashable {
    public var state: [String: String]

    public init(_ state: [String: String]) { self.state = state }
}
