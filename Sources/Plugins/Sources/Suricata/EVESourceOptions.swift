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
                "The files to read: paths and globs (`*`, `?`, `[…]`), or `-` for standard input. Plain, gzip and zstd "
                    + "are told apart by content. A file named twice, or that is a copy of another, is read once, up to "
                    + "the size it has at the start, and of files that overlap in part each flow is used once; with "
                    + "--follow also what comes later, through every rotation.",
                required: true),
            Option(
                "time", \.time,
                "The time of a flow: start is when it began (flow.start, or the record's timestamp where that is "
                    + "missing), logged is when Suricata wrote the record, minutes later."),
            .maxLine(\.maxLine),
            .contextMemory(\.contextMemory),
        ]
    }
}
