import ContextReading
import FlareKit

/// The options of `eve`.
public struct EVESourceOptions: PluginOptions {
    /// Which of a flow's times is taken.
    public enum Time: String, CaseIterable, OptionValue {
        /// When the flow began: `flow.start`; `timestamp` in a record without it.
        case start
        /// When Suricata wrote the record: `timestamp`. Original Flare looked at this one.
        case logged
    }

    public var paths: [OptionPath] = []
    public var time = Time.start
    public var maxLine = ByteSize.megabytes(16)
    public var contextMemory = ByteSize.megabytes(256)

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option(
                "paths", \.paths,
                "Files to read: paths and globs (`*`, `?`, `[…]`), or `-` for standard input; plain or "
                    + "packed. Flare reads a copy of a file once, and uses a flow that is in two files once. With "
                    + "--follow it reads on through every rotation.",
                required: true),
            Option(
                "time", \.time,
                "Time of a flow: start is its begin (flow.start, or the timestamp if it is missing), logged is "
                    + "when Suricata wrote the record, minutes later."),
            .maxLine(\.maxLine),
            .contextMemory(\.contextMemory),
        ]
    }
}
