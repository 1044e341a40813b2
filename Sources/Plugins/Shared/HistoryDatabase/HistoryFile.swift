import FlareKit
import GRDB
import Glibc
import OutputFiles

/// A file that holds what runs found, over time: see docs/history.md for its tables.
///
/// Safe for several processes: each change is one transaction that waits its turn, and a reader sees a state between
/// two of them.
public struct HistoryFile: Sendable {
    /// How long a change waits for another process's, in seconds.
    private static let patience = 30.0

    public let path: String
    package let queue: DatabaseQueue

    /// Opens the file, and brings its tables up to date.
    ///
    /// - Throws: ``PluginError`` for a file that is no database, is damaged, or was written by a newer Flare.
    public init(writing path: String) throws {
        _ = try FileSystem.makeFolders(FileSystem.folder(of: path))
        try self.init(path, readOnly: false)
        try Self.describing(path) { try HistorySchema.bringUpToDate(queue) }
    }

    /// Opens the file to be read.
    ///
    /// - Throws: ``PluginError`` as for writing, and where there is no such file or it holds no history.
    public init(reading path: String) throws {
        guard FileSystem.status(path) != nil else {
            throw PluginError("there is no such file", at: path, remedy: "a sqlite sink writes it")
        }
        try self.init(path, readOnly: true)
        try Self.describing(path) { try queue.read { try HistorySchema.check($0) } }
    }

    /// Whether a regular file is a database, by its beginning.
    public static func isOne(_ path: String) -> Bool {
        guard let status = FileSystem.status(path), status.st_mode & S_IFMT == S_IFREG else { return false }
        return (try? FileBytes.head(path, count: 16)) == Array("SQLite format 3\0".utf8)
    }

    private init(_ path: String, readOnly: Bool) throws {
        self.path = path
        var configuration = Configuration()
        configuration.readonly = readOnly
        configuration.busyMode = .timeout(Self.patience)
        // The journal of SQLite's own choice keeps all in one file; a second file beside it would be left by a crash.
        configuration.journalMode = .default
        configuration.label = "history"
        queue = try Self.describing(path) { try DatabaseQueue(path: path, configuration: configuration) }
    }

    /// Turns the database's errors into ones that say which file, and what to do.
    static func describing<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as DatabaseError {
            throw complaint(error, path)
        } catch var error as PluginError {
            error.place = error.place ?? path
            throw error
        }
    }

    static func complaint(_ error: DatabaseError, _ path: String) -> PluginError {
        let message = error.message ?? "SQLite's error \(error.resultCode.rawValue)"
        return switch error.resultCode {
        case .SQLITE_NOTADB:
            PluginError("is no database: \(message)", at: path, remedy: "name another file, or move this one away")
        case .SQLITE_CORRUPT:
            PluginError("is damaged: \(message)", at: path, remedy: "move it away; the next run begins a new one")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            PluginError(
                "was locked by another process for \(Int(patience)) s", at: path,
                remedy: "see who holds it open, for instance with fuser")
        case .SQLITE_FULL: PluginError("cannot be written: no space is left", at: path, remedy: "free some space")
        case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM:
            PluginError(
                "cannot be opened: \(message)", at: path, remedy: "allow reading and writing it and its folder")
        default: PluginError(message, at: path)
        }
    }
}
