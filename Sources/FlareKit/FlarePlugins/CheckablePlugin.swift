import FlareModel

/// A plugin that can look at the world before a run: whether servers answer, and whether what it reads is there and
/// what it writes can be written.
public protocol CheckablePlugin: Plugin {
    /// Looks, and changes nothing; what tells somebody sends a labelled test where that is asked for. What goes wrong is a
    /// remark, never an error.
    func check(_ question: CheckQuestion) async -> [CheckRemark]
}

/// What a check is about.
public struct CheckQuestion: Sendable {
    /// The window that a run would read.
    public var window: TimeWindow
    /// The kinds that a run would read of a source, and the columns of each.
    public var kinds: [RecordKind: Set<ColumnName>]
    /// The clock of whoever asks.
    public var now: Timestamp
    /// Whether sinks that tell send a test.
    public var sendsTest = false

    public init(window: TimeWindow, kinds: [RecordKind: Set<ColumnName>] = [:], now: Timestamp) {
        self.window = window
        self.kinds = kinds
        self.now = now
    }
}

/// One thing that a check saw.
public struct CheckRemark: Sendable, Hashable, Codable {
    public enum State: String, Sendable, Codable {
        case fine, doubtful, wrong
    }

    public var state: State
    /// One line.
    public var text: String
    /// What to do, such as the line of the pipeline file to change.
    public var remedy: String?

    public init(_ state: State, _ text: String, remedy: String? = nil) {
        self.state = state
        self.text = text
        self.remedy = remedy
    }
}
