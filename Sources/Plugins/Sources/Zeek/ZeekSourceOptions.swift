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
                "Logs to read: paths and globs (`*`, `?`, `[…]`), or `-` for standard input; in columns or JSON, "
                    + "plain or packed. Flare reads a copy of a file once, and uses a connection that is in two "
                    + "files once. With --follow it reads on through every rotation.",
                required: true),
            Option(
                "flows", \.flows,
                "Logs whose records are flows, by Zeek's names: [conn], [http, ssl]. By default conn; without it "
                    + "conn_red, with host names from http and ssl and the open connections of open_conn and conn_long; "
                    + "without both conn, http, ssl and dns; else any log with a time and two addresses."),
            .maxLine(\.maxLine),
            .contextMemory(\.contextMemory),
        ]
    }
}
