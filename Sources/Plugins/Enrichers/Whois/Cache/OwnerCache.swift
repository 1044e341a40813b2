import FlareKit
import Foundation
import GRDB
import Synchronization

/// What network providers said, kept in SQLite for later runs.
///
/// Several processes may use one file at once. What is broken is set aside and made anew; what cannot be opened at all is
/// done without. Both are said in `remarks`.
final class OwnerCache: Sendable {
    /// How long answers are good for, and how many are kept.
    struct Limits: Sendable {
        /// Seconds.
        var owner: Int64 = 7 * 86_400
        /// Seconds, for addresses about which there is nothing.
        var unknown: Int64 = 86_400
        var entries = 100_000
    }

    private struct State {
        var queue: DatabaseQueue?
        var remarks: [String] = []
        var hasRebuilt = false
    }

    private let path: String
    private let limits: Limits
    private let now: @Sendable () -> Int64
    private let state = Mutex(State())

    /// The version of the tables.
    private static let version = 1
    /// How long one process waits for another's write.
    private static let busySeconds = 2.0
    /// Between two attempts at opening a file that others hold.
    private static let pauseSeconds = 0.01

    /// - Parameters:
    ///   - path: of the file; its folder is made where it is missing.
    ///   - now: seconds since 1970.
    init(path: String, limits: Limits, now: @escaping @Sendable () -> Int64) {
        self.path = path
        self.limits = limits
        self.now = now
        state.withLock { open(&$0) }
    }

    /// The standard place: `$XDG_CACHE_HOME/flare/whois.sqlite`, in `~/.cache` without that.
    static func standardPath(_ environment: [String: String]) -> String? {
        if let folder = environment["XDG_CACHE_HOME"], folder.hasPrefix("/") { return "\(folder)/flare/whois.sqlite" }
        return environment["HOME"].map { "\($0)/.cache/flare/whois.sqlite" }
    }

    /// What went wrong, once each.
    var remarks: [String] { state.withLock { $0.remarks } }

    private func open(_ state: inout State) {
        do {
            state.queue = try makeQueue()
        } catch let error as DatabaseError where Self.isDamage(error) {
            rebuild(&state, because: error)
        } catch {
            state.remarks.append(
                "the whois cache \(path) cannot be used (\(Self.reason(error))); lookups are made anew")
        }
    }

    /// Opens the file when others let it.
    ///
    /// SQLite waits for nobody where two make the same file's journal a write-ahead log at once: each would wait for the
    /// other.
    private func makeQueue() throws -> DatabaseQueue {
        let clock = ContinuousClock()
        let end = clock.now.advanced(by: .seconds(Self.busySeconds))
        while true {
            do {
                return try openQueue()
            } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY && clock.now < end {
                Thread.sleep(forTimeInterval: Self.pauseSeconds)
            }
        }
    }

    private func openQueue() throws -> DatabaseQueue {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        var configuration = Configuration()
        configuration.busyMode = .timeout(Self.busySeconds)
        configuration.journalMode = .wal
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.write { database in
            let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
            if version == Self.version { return }
            try database.execute(
                sql: """
                    DROP TABLE IF EXISTS answers;
                    CREATE TABLE answers (
                        key TEXT NOT NULL PRIMARY KEY,
                        answer TEXT,
                        expires INTEGER NOT NULL
                    ) WITHOUT ROWID;
                    CREATE INDEX answers_by_expiry ON answers (expires);
                    PRAGMA user_version = \(Self.version);
                    """)
        }
        return queue
    }

    /// Puts a broken file aside and begins anew; once, so that a broken disk is not written full.
    private func rebuild(_ state: inout State, because error: any Error) {
        state.queue = nil
        guard !state.hasRebuilt else { return }
        state.hasRebuilt = true
        let aside = "\(path).broken-\(now())"
        do {
            try FileManager.default.moveItem(atPath: path, toPath: aside)
            for part in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + part) }
            state.queue = try makeQueue()
            state.remarks.append(
                "the whois cache \(path) was broken (\(Self.reason(error))); it is now \(aside), and a new one was begun"
            )
        } catch {
            state.remarks.append("the whois cache \(path) is broken and cannot be set aside (\(Self.reason(error)))")
        }
    }

    private static func isDamage(_ error: DatabaseError) -> Bool {
        [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode)
    }

    private static func reason(_ error: any Error) -> String {
        if let error = error as? DatabaseError { return error.message ?? "\(error.resultCode)" }
        return error.localizedDescription
    }

    /// Does something with the database; `nil` where that fails or there is none.
    private func use<Result: Sendable>(_ body: @Sendable (DatabaseQueue) throws -> Result) -> Result? {
        state.withLock { state in
            guard let queue = state.queue else { return nil }
            do {
                return try body(queue)
            } catch let error as DatabaseError where Self.isDamage(error) {
                rebuild(&state, because: error)
                return state.queue.flatMap { try? body($0) }
            } catch {
                let remark = "the whois cache \(path) could not be used (\(Self.reason(error)))"
                if !state.remarks.contains(remark) { state.remarks.append(remark) }
                return nil
            }
        }
    }
}

extension OwnerCache {
    /// What a provider said of addresses, as far as it is still good.
    func answers(of provider: String, to addresses: [IPAddress]) -> [IPAddress: OwnerAnswer] {
        let now = self.now()
        return use { queue in
            try queue.read { database in
                let statement = try database.makeStatement(
                    sql: "SELECT answer FROM answers WHERE key = ? AND expires > ?")
                var answers: [IPAddress: OwnerAnswer] = [:]
                for address in addresses {
                    try statement.setArguments([Self.key(provider, address), now])
                    guard let row = try Row.fetchOne(statement) else { continue }
                    guard let text: String = row[0] else {
                        answers[address] = .unknown
                        continue
                    }
                    // What another version of Flare kept and cannot be read is asked anew.
                    if let owner = try? JSONDecoder().decode(AddressOwner.self, from: Data(text.utf8)) {
                        answers[address] = .owner(owner)
                    }
                }
                return answers
            }
        } ?? [:]
    }

    /// Keeps what a provider said; failures are not kept.
    func keep(_ answers: [IPAddress: OwnerAnswer], of provider: String) {
        let now = self.now()
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        var rows: [(key: String, answer: String?, expires: Int64)] = []
        for (address, answer) in answers {
            switch answer {
            case .owner(let owner):
                guard let data = try? encoder.encode(owner) else { continue }
                rows.append((Self.key(provider, address), String(decoding: data, as: UTF8.self), now + limits.owner))
            case .unknown: rows.append((Self.key(provider, address), nil, now + limits.unknown))
            case .failed: continue
            }
        }
        write(rows)
    }

    /// A text that was kept; `nil` where there is none that is still good.
    func text(_ key: String) -> String? {
        let now = self.now()
        return use { queue in
            try queue.read {
                try String.fetchOne(
                    $0, sql: "SELECT answer FROM answers WHERE key = ? AND expires > ?", arguments: [key, now])
            }
        } ?? nil
    }

    func keep(_ key: String, _ text: String, seconds: Int64) { write([(key, text, now() + seconds)]) }

    private func write(_ rows: [(key: String, answer: String?, expires: Int64)]) {
        guard !rows.isEmpty else { return }
        let now = self.now()
        let most = limits.entries
        _ = use { queue in
            try queue.write { database in
                for row in rows {
                    try database.execute(
                        sql: "INSERT OR REPLACE INTO answers (key, answer, expires) VALUES (?, ?, ?)",
                        arguments: [row.key, row.answer, row.expires])
                }
                try database.execute(sql: "DELETE FROM answers WHERE expires <= ?", arguments: [now])
                let count = try Int.fetchOne(database, sql: "SELECT count(*) FROM answers") ?? 0
                guard count > most else { return }
                // Those that end first are the oldest of their kind.
                try database.execute(
                    sql: "DELETE FROM answers WHERE key IN (SELECT key FROM answers ORDER BY expires, key LIMIT ?)",
                    arguments: [count - most])
            }
        }
    }

    private static func key(_ provider: String, _ address: IPAddress) -> String { "\(provider) \(address)" }
}
