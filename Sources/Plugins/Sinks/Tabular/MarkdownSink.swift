import FlareKit
import OutputFiles
import OutputText

/// The most urgent findings as Markdown, to put into a ticket.
public actor MarkdownSink: ReportSink, BuiltInPlugin {
    public static let name = "markdown"
    public static let summary = "Writes the most urgent findings as Markdown, for a ticket or a chat."

    public nonisolated let destination: String?

    private let options: MarkdownOptions
    public var held: HeldFindings

    public init(_ options: MarkdownOptions, _ context: PluginContext = PluginContext()) throws(OptionComplaint) {
        self.options = options
        destination = try outputPath(of: options.path)
        held = HeldFindings(destination)
    }

    public func report(of run: Run, _ findings: [Finding], _ columns: [Column]) -> String {
        MarkdownReport(run, findings.byUrgency(), columns, options).text
    }
}

/// The options of `markdown`.
public struct MarkdownOptions: PluginOptions {
    public var path = OptionPath("-")
    public var top = 20

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option("path", \.path, "Output file; - is standard output."),
            Option(
                "top", \.top,
                "Maximum number of incidents in the table, the most urgent first; the first five are described below it.",
                unit: "incidents", range: 1...10_000),
        ]
    }
}
