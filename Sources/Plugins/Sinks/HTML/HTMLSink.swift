import FlareKit
import OutputFiles

/// Findings as one page that needs nothing beside it: no network, no other file.
public actor HTMLSink: ReportSink, BuiltInPlugin {
    public static let name = "html"
    public static let summary = "Writes one self-contained page to look at, sort and search findings in a browser."

    public nonisolated let destination: String?

    private let options: HTMLOptions
    private nonisolated let links: [LinkTemplate]
    public var held: HeldFindings

    public init(_ options: HTMLOptions, _ context: PluginContext = PluginContext()) throws(OptionComplaint) {
        self.options = options
        links = try LinkTemplate.all(options.links)
        destination = try outputPath(of: options.path)
        held = HeldFindings(destination)
    }

    public nonisolated var namedColumns: [NamedColumn] {
        links.flatMap { link in
            link.columns.filter { !LinkValues.own.contains($0) }.map { NamedColumn($0, option: link.option) }
        }
    }

    public func report(of run: Run, _ findings: [Finding], _ columns: [Column]) throws -> String {
        try ReportPage(Report(run: run, columns: columns, findings: findings, options: options, links: links)).html()
    }
}
