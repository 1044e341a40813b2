import ContextReading
import FlareKit
import RecordSchemas

/// The options of `table`.
public struct TableSourceOptions: PluginOptions {
    public var paths: [OptionPath] = []
    public var schema: String?
    package var table: TableSchema?
    public var timeZone: String?
    public var maxLine = ByteSize.megabytes(16)
    public var contextMemory = ByteSize.megabytes(256)
    /// Which files of nfcapd are read, by the source netflow; `nil` for none.
    var netFlow: NetFlow?

    enum NetFlow {
        case complete, sampledToo
    }

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option(
                "paths", \.paths,
                "Files to read: paths and globs (`*`, `?`, `[…]`), or `-` for standard input; plain or packed.",
                required: true),
            Option(
                "schema", \.schema,
                "Schema of the columns: \(BuiltInTables.names.joined(separator: ", ")), or the path of a file like those "
                    + "in configs/tables. Without schema and table, Flare recognizes each file by its content, or guesses its columns."
            ),
            Option("table", \.table, "The schema itself, as hunt --save writes it."),
            Option(
                "time_zone", \.timeZone,
                "Time zone of times without one, in place of the schema's: UTC, +02:00, Europe/Berlin, or local."),
            .maxLine(\.maxLine),
            .contextMemory(\.contextMemory),
        ]
    }
}
