import FlareKit
import OutputFiles
import OutputText

/// Findings as comma-separated values: a row each under the names of all columns.
public actor CSVSink: Sink, BuiltInPlugin {
    public static let name = "csv"
    public static let summary = "Writes all findings to a CSV file (RFC 4180), whole or not at all."

    public nonisolated let mode = SinkMode.whole
    public nonisolated var destination: String? { path.map(FileSystem.shown) }

    private nonisolated let path: String?
    private var file: WholeFile
    private var columns: [Column] = []
    private var hasHeader = false

    public init(_ options: CSVOptions, _ context: PluginContext = PluginContext()) throws(OptionComplaint) {
        path = try outputPath(of: options.path)
        file = WholeFile(path)
    }

    public func begin(_ run: RunHeader, _ columns: [Column], resume: SinkMark?) async throws {
        self.columns = columns
        hasHeader = false
        try file.open()
    }

    public func write(_ findings: [Finding]) async throws {
        var text = ""
        if !hasHeader {
            text += CSVText.row(columns.map(\.name))
            hasHeader = true
        }
        for finding in findings {
            text += CSVText.row(columns.map { CSVText.cell($0.value(of: finding)) })
        }
        try file.write(text.utf8)
    }

    public func commit(_ run: Run) async throws -> SinkMark? {
        if !hasHeader { try await write([]) }
        try file.commit()
        // In a live run each evaluation writes the file anew.
        hasHeader = false
        return nil
    }

    public func abort() async {
        hasHeader = false
        file.abort()
    }
}

/// The options of `csv`.
public struct CSVOptions: PluginOptions {
    public var path = OptionPath("-")

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option(
                "path", \.path,
                "Output file; - is standard output. Flare makes missing folders.")
        ]
    }
}
