import ContextReading
import FlareKit

/// The options of `zeek`.
public struct ZeekSourceOptions: PluginOptions {
    public var paths: [OptionPath] = []
    public var flows: [String] = []
    public var maxLine = ByteSize.megabytes(16)
    public var contextMemory = ByteSize.megabytes(256)

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option(
                "paths", \.paths,
                "The logs to read: paths and globs (`*`, `?`, `[…]`), or `-` for standard input. Plain, gzip and zstd "
                    + "are told apart by content, and so are logs in columns and in JSON. A file named twice, or "
                    + "that is a copy of another, is read once, up to the size it has at the start, and of files that "
                    + "overlap in part each connection is used once; with --follow also what comes later, through "
                    + "every rotation.",
                required: true),
            Option(
                "flows", \.flows,
                "The logs whose records count as flows, by Zeek's names: [conn], [http, ssl]. Where none is named: conn "
                    + "if there are such records, else conn_red, with names of hosts joined from http and ssl, and "
                    + "with the last of each connection in open_conn and conn_long that conn does not have; else "
                    + "conn, http, ssl and dns; and where none of these is there, any log with a time and two "
                    + "addresses."),
            .maxLine(\.maxLine),
            .contextMemory(\.contextMemory),
        ]
    }
}
