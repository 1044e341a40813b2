import FlareKit
import OutputFiles
import OutputText

/// Findings as JSON lines: an object each, on a line of its own.
///
/// `replace` writes the file whole, as `csv` does. `append` adds to its end, so that it can follow a live run: each
/// commit makes what came since the last one stand, and yields a mark; a run that goes on from a mark cuts back what
/// lies beyond it, so that nothing is there twice.
public actor JSONSink: Sink, BuiltInPlugin {
    public static let name = "json"
    public static let summary = "Writes findings as JSON lines, to a file anew or at its end."

    public nonisolated let mode: SinkMode
    public nonisolated var destination: String? { path.map(FileSystem.shown) }

    private nonisolated let path: String?
    private var whole: WholeFile
    private var appended: AppendedFile
    private var columns: [Column] = []
    private var findings: [Finding] = []

    public init(_ options: JSONOptions, _ context: PluginContext = PluginContext()) throws(OptionComplaint) {
        mode = options.mode == .append ? .append : .whole
        path = try outputPath(of: options.path)
        whole = WholeFile(path)
        appended = AppendedFile(path)
    }

    deinit {
        appended.close()
    }

    public func begin(_ run: RunHeader, _ columns: [Column], resume: SinkMark?) async throws {
        self.columns = columns
        findings = []
        if mode == .append { try appended.open(resume: resume) } else { try whole.open() }
    }

    public func mark() async throws -> SinkMark? { try appended.mark() }

    public func write(_ findings: [Finding]) async throws {
        self.findings += findings
    }

    public func commit(_ run: Run) async throws -> SinkMark? {
        for finding in findings {
            let line = (FindingLine(finding, of: run).json(columns) + "\n").utf8
            if mode == .append { appended.write(line) } else { try whole.write(line) }
        }
        findings = []
        if mode == .append { return try appended.commit() }
        try whole.commit()
        return nil
    }

    public func abort() async {
        findings = []
        appended.abort()
        whole.abort()
    }
}

/// The options of `json`.
public struct JSONOptions: PluginOptions {
    public enum Mode: String, CaseIterable, OptionValue {
        case replace, append
    }

    public var path = OptionPath("-")
    public var mode = Mode.replace

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option("path", \.path, "Output file; - is standard output. Flare makes missing folders."),
            Option(
                "mode", \.mode,
                "replace writes the whole file anew, append adds to its end and can follow a live run."),
        ]
    }
}
