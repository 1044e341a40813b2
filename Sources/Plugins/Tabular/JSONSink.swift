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
        if mode == .append { try appended.open(resume: resume) } else { try whole.open() }
    }

    public func write(_ findings: [Finding]) async throws {
        for finding in findings {
            let line = (Self.line(finding, columns) + "\n").utf8
            if mode == .append { appended.write(line) } else { try whole.write(line) }
        }
    }

    public func commit(_ run: Run) async throws -> SinkMark? {
        if mode == .append { return try appended.commit() }
        try whole.commit()
        return nil
    }

    public func abort() async {
        appended.abort()
        whole.abort()
    }

    /// One finding: its id, all columns in their order, and the modifiers that moved it.
    static func line(_ finding: Finding, _ columns: [Column]) -> String {
        var members = [(key: "id", json: JSONText.text(finding.id))]
        members += columns.map { (key: $0.name, json: JSONText.value($0.value(of: finding))) }
        let modifiers = finding.modifiers.map { modifier in
            JSONText.object([
                (key: "name", json: JSONText.text(modifier.name)),
                (key: "amount", json: JSONText.number(modifier.amount)),
                (key: "reason", json: JSONText.text(modifier.reason)),
            ])
        }
        members.append((key: "modifiers", json: JSONText.array(modifiers)))
        return JSONText.object(members)
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
            Option("path", \.path, "The file; - is standard output. Missing folders are made."),
            Option(
                "mode", \.mode,
                "replace writes the file whole or not at all; append adds to its end, and can follow a live run."),
        ]
    }
}
