import FlareKit
import OutputFiles

/// Findings as one page that needs nothing beside it: no network, no other file.
public actor HTMLSink: Sink, BuiltInPlugin {
    public static let name = "html"
    public static let summary = "Writes one self-contained page to look at, sort and search findings in a browser."

    public nonisolated let mode = SinkMode.whole
    public nonisolated let destination: String?

    private let options: HTMLOptions
    private nonisolated let links: [LinkTemplate]
    private var file: WholeFile
    private var columns: [Column] = []
    private var findings: [Finding] = []

    public init(_ options: HTMLOptions, _ context: PluginContext = PluginContext()) throws(OptionComplaint) {
        self.options = options
        links = try KnownLinks.of(options)
        destination = try outputPath(of: options.path)
        file = WholeFile(destination)
    }

    public nonisolated var namedColumns: [NamedColumn] {
        links.flatMap { link in
            link.columns.filter { !LinkValues.own.contains($0) }.map { NamedColumn($0, option: link.option) }
        }
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
        let report = Report(run: run, columns: columns, findings: findings, options: options, links: links)
        try file.write(ReportPage(report).html().utf8)
        try file.commit()
        // In a live run each evaluation writes the page anew.
        findings = []
        return nil
    }

    public func abort() async {
        findings = []
        file.abort()
    }
}
