import FlareKit
import GRDB
import HistoryDatabase
import OutputFiles

/// Runs and findings over time, in one SQLite file.
public actor SQLiteSink: Sink, BuiltInPlugin {
    public static let name = "sqlite"
    public static let summary =
        "Keeps runs and findings over time in one SQLite file, with when each channel was first seen."

    /// A finding replaces the one that an earlier evaluation of the same run wrote.
    public nonisolated let mode = SinkMode.upsert
    public nonisolated let destination: String?

    private let options: SQLiteOptions
    private let path: String
    private var file: HistoryFile?
    private var findings: [Finding] = []
    /// The run's number, once it has one.
    private var run: Int64?
    /// When the run began, by which its row is found that no mark names yet.
    private var started: Int64 = 0

    private static let runKey = "run"
    private static let startKey = "started"

    public init(_ options: SQLiteOptions, _ context: PluginContext = PluginContext()) throws(OptionComplaint) {
        guard let path = try outputPath(of: options.path) else {
            throw OptionComplaint("a database cannot go to standard output", option: "path", expected: "a file")
        }
        self.options = options
        self.path = path
        destination = path
    }

    public func begin(_ run: RunHeader, _ columns: [FlareKit.Column], resume: SinkMark?) async throws {
        findings = []
        self.run = nil
        started = HistoryRun.seconds(run.started)
        // A file that is there is looked into now, so that a damaged one is known before hours of reading. A new one is
        // made by the first commit: a run that is broken off leaves none.
        guard FileSystem.status(path) != nil else {
            _ = try FileSystem.makeFolders(FileSystem.folder(of: path))
            return
        }
        let file = try HistoryFile(writing: path)
        self.file = file
        guard let resume else { return }
        let (number, start) = (resume.state[Self.runKey].flatMap { Int64($0) }, resume.state[Self.startKey])
        let pipeline = run.pipeline
        self.run = try await file.change { database in
            try Int64.fetchOne(
                database,
                sql: "SELECT id FROM run WHERE pipeline = ? AND (id = ? OR started = ?) ORDER BY id DESC LIMIT 1",
                arguments: [pipeline, number, start.flatMap { Int64($0) }])
        }
    }

    public func mark() async throws -> SinkMark? {
        SinkMark(run.map { [Self.runKey: String($0)] } ?? [Self.startKey: String(started)])
    }

    public func write(_ findings: [Finding]) async throws {
        self.findings += findings
    }

    public func commit(_ run: Run) async throws -> SinkMark? {
        let file = try file ?? HistoryFile(writing: path)
        self.file = file
        let writing = HistoryRun(keep: options.keep.map { Int64($0.seconds) })
        let (written, number) = (findings, self.run)
        let id = try await file.change { try writing.write(run, written, id: number, $0) }
        self.run = id
        findings = []
        return SinkMark([Self.runKey: String(id)])
    }

    public func abort() async {
        findings = []
    }
}

/// The options of `sqlite`.
public struct SQLiteOptions: PluginOptions {
    public var path = OptionPath("flare.sqlite")
    public var keep: OptionDuration? = .days(400)

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option("path", \.path, "Database file; several pipelines may share one. Flare makes missing folders."),
            Option("keep", \.keep, "Age at which runs are deleted. The first sight of each channel is kept."),
        ]
    }
}
