import FlareKit
import GRDB
import Glibc
import Logging
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

    /// Opens the file, and brings its tables up to date. A database that is damaged is set aside under a name that says so, with
    /// a word on standard error, and a new one begun: a night's findings are worth more than a file that nobody can read.
    ///
    /// - Throws: ``PluginError`` for a file that is no database, or was written by a newer Flare.
    public init(writing path: String) throws {
        _ = try FileSystem.makeFolders(FileSystem.folder(of: path))
        self.path = path
        queue = try Self.describing(path) {
            do {
                return try Self.whole(path)
            } catch let error as DatabaseError where Self.isDamage(error, path) {
                let aside = try Self.setAside(path)
                let flaw = (error.message ?? "\(error.resultCode)").split(whereSeparator: \.isNewline).joined(
                    separator: " ")
                // What is lost is months; a run that is asked to be quiet says so too.
                Logger(label: "flare").error(
                    "\(path) was damaged (\(flaw)) and is now \(aside); a new history begins, in which everything is new"
                )
                return try Self.whole(path)
            }
        }
    }

    private static func whole(_ path: String) throws -> DatabaseQueue {
        let queue = try queue(path, readOnly: false)
        let flaw = try queue.read { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") } ?? "ok"
        guard flaw == "ok" else { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: flaw) }
        try HistorySchema.bringUpToDate(queue)
        return queue
    }

    /// Whether an error says that a database is damaged, and not that the file is something else.
    private static func isDamage(_ error: DatabaseError, _ path: String) -> Bool {
        error.resultCode == .SQLITE_CORRUPT || (error.resultCode == .SQLITE_NOTADB && isOne(path))
    }

    /// - Returns: where it is now.
    private static func setAside(_ path: String) throws -> String {
        var aside = path + ".damaged"
        var number = 1
        while FileSystem.status(aside) != nil {
            number += 1
            aside = "\(path).damaged-\(number)"
        }
        for end in ["-journal", ""] where FileSystem.status(path + end) != nil {
            guard rename(path + end, aside + end) == 0 else {
                throw FileSystem.failure("is damaged, and cannot be set aside", path + end)
            }
        }
        return aside
    }

    /// Opens the file to be read.
    ///
    /// - Throws: ``PluginError`` as for writing, and where there is no such file or it holds no history.
    public init(reading path: String) throws {
        guard FileSystem.status(path) != nil else {
            throw PluginError("there is no such file", at: path, remedy: "a sqlite sink writes it")
        }
        self.path = path
        queue = try Self.describing(path) {
            let queue = try Self.queue(path, readOnly: true)
            try queue.read { try HistorySchema.check($0) }
            return queue
        }
    }

    /// Whether a regular file is a database, by its beginning.
    public static func isOne(_ path: String) -> Bool {
        guard let status = FileSystem.status(path), status.st_mode & S_IFMT == S_IFREG else { return false }
        return (try? FileBytes.head(path, count: 16)) == Array("SQLite format 3\0".utf8)
    }

    private static func queue(_ path: String, readOnly: Bool) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.readonly = readOnly
        configuration.busyMode = .timeout(patience)
        // The journal of SQLite's own choice keeps all in one file; a second file beside it would be left by a crash.
        configuration.journalMode = .default
        configuration.label = "history"
        return try DatabaseQueue(path: path, configuration: configuration)
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
            PluginError(
                "is damaged: \(message)", at: path,
                remedy: "the next run that writes it sets it aside, and begins a new one")
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
