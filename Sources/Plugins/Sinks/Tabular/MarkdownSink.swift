import FlareKit
import OutputFiles
import OutputText

/// The most urgent findings as Markdown, to put into a ticket.
public actor MarkdownSink: Sink, BuiltInPlugin {
    public static let name = "markdown"
    public static let summary = "Writes the most urgent findings as Markdown, for a ticket or a chat."

    public nonisolated let mode = SinkMode.whole
    public nonisolated let destination: String?

    private let options: MarkdownOptions
    private var file: WholeFile
    private var columns: [Column] = []
    private var findings: [Finding] = []

    public init(_ options: MarkdownOptions, _ context: PluginContext = PluginContext()) throws(OptionComplaint) {
        self.options = options
        destination = try outputPath(of: options.path)
        file = WholeFile(destination)
    }

    public func begin(_ run: RunHeader, _ columns: [Column], resume: SinkMark?) async throws {
        self.columns = columns
        findings = []
        try file.open()
    }

    public func write(_ findings: [Finding]) async throws {
        self.findings += findings
    }

    public func commit(_ run: Run) async throws -> SinkMark? {
        let sorted = findings.byUrgency()
        try file.write(MarkdownReport(run, sorted, columns, options).text.utf8)
        try file.commit()
        findings = []
        return nil
    }

    public func abort() async {
        findings = []
        file.abort()
    }
}

/// The options of `markdown`.
public struct MarkdownOptions: PluginOptions {
    public var path = OptionPath("-")
    public var top = 20
    public var details = 5

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option("path", \.path, "The file, written whole or not at all; - is standard output."),
            Option("top", \.top, "Incidents in the table, the most urgent ones.", unit: "incidents", range: 1...10_000),
            Option(
                "details", \.details,
                "Incidents whose findings and evidence follow below the table, the most urgent ones.",
                unit: "incidents", range: 0...1000),
        ]
    }
}
