import FlareKit
import GRDB

/// The tables of a history, and how older files become newer ones.
///
/// A step that was released is never changed; what is new is a new step.
enum HistorySchema {
    /// Tries of bringing a file up to date: another process may do the same at the same moment, and be first.
    private static let tries = 3

    static let migrator: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 runs, channels, findings") { database in
            try database.execute(sql: first)
        }
        migrator.registerMigration("2 verdicts") { database in
            try database.execute(sql: second)
        }
        migrator.registerMigration("3 remembered calls") { database in
            try database.execute(sql: third)
        }
        migrator.registerMigration("4 sensors") { database in
            try database.execute(sql: "ALTER TABLE run ADD COLUMN sensor TEXT NOT NULL DEFAULT ''")
        }
        migrator.registerMigration("5 hosts of runs, what is expected") { database in
            try database.execute(sql: "ALTER TABLE run ADD COLUMN host TEXT NOT NULL DEFAULT ''")
            try database.execute(sql: "ALTER TABLE finding ADD COLUMN expected TEXT")
        }
        return migrator
    }()

    static func bringUpToDate(_ queue: DatabaseQueue) throws {
        for attempt in 1...tries {
            do {
                try refuseNewer(queue.read { try migrator.hasBeenSuperseded($0) })
                return try migrator.migrate(queue)
            } catch let error as DatabaseError {
                let isDone = try queue.read { try migrator.hasCompletedMigrations($0) }
                if isDone { return }
                if attempt == tries { throw error }
            }
        }
    }

    /// - Throws: where the file holds no history, or one that needs a newer Flare or a writer first.
    static func check(_ database: Database) throws {
        try refuseNewer(migrator.hasBeenSuperseded(database))
        guard try migrator.hasCompletedMigrations(database) else {
            throw PluginError("holds no history of this version", remedy: "let a run with a sqlite sink write it first")
        }
    }

    private static func refuseNewer(_ isNewer: Bool) throws {
        if isNewer { throw PluginError("was written by a newer Flare", remedy: "use that one, or another file") }
    }

    /// Moments are whole seconds since 1970, UTC.
    private static let first = """
        CREATE TABLE run (
            id INTEGER PRIMARY KEY,
            pipeline TEXT NOT NULL,
            version TEXT NOT NULL,
            started INTEGER NOT NULL,
            window_since INTEGER,
            window_until INTEGER,
            records INTEGER NOT NULL,
            rejected INTEGER NOT NULL,
            channels INTEGER NOT NULL,
            findings INTEGER NOT NULL,
            new INTEGER NOT NULL,
            seconds REAL
        );
        CREATE INDEX run_by_start ON run(started);

        CREATE TABLE channel (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            source TEXT,
            peer TEXT,
            port INTEGER,
            proto TEXT,
            first_seen INTEGER,
            last_seen INTEGER
        );
        CREATE INDEX channel_by_source ON channel(source);
        CREATE INDEX channel_by_peer ON channel(peer);

        CREATE TABLE reported (
            finding TEXT PRIMARY KEY,
            channel INTEGER NOT NULL REFERENCES channel(id),
            detector TEXT NOT NULL,
            first_reported INTEGER NOT NULL,
            last_reported INTEGER NOT NULL,
            first_run INTEGER NOT NULL,
            last_run INTEGER NOT NULL,
            runs INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX reported_by_channel ON reported(channel);

        CREATE TABLE finding (
            run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
            id TEXT NOT NULL,
            channel INTEGER NOT NULL REFERENCES channel(id),
            detector TEXT NOT NULL,
            is_new INTEGER NOT NULL,
            score REAL NOT NULL,
            priority REAL NOT NULL,
            severity TEXT NOT NULL,
            occurrences INTEGER,
            percent REAL,
            interval REAL,
            bytes_toserver INTEGER,
            bytes_toclient INTEGER,
            dest_degree INTEGER,
            host TEXT,
            summary TEXT NOT NULL,
            first_seen INTEGER,
            last_seen INTEGER,
            evidence TEXT NOT NULL,
            PRIMARY KEY (run, id)
        ) WITHOUT ROWID;
        CREATE INDEX finding_by_channel ON finding(channel, run);
        """

    private static let second = """
        CREATE TABLE verdict (
            id INTEGER PRIMARY KEY,
            finding TEXT NOT NULL,
            channel INTEGER NOT NULL REFERENCES channel(id),
            kind TEXT NOT NULL,
            note TEXT NOT NULL,
            owner TEXT NOT NULL,
            given INTEGER NOT NULL,
            until INTEGER
        );
        CREATE INDEX verdict_by_channel ON verdict(channel);
        """

    private static let third = """
        CREATE INDEX finding_by_host ON finding(host) WHERE host IS NOT NULL;

        CREATE TABLE remembered (
            source TEXT NOT NULL,
            peer TEXT NOT NULL,
            port INTEGER NOT NULL,
            proto INTEGER NOT NULL,
            first_call INTEGER NOT NULL,
            last_call INTEGER NOT NULL,
            calls INTEGER NOT NULL,
            days INTEGER NOT NULL,
            times BLOB NOT NULL,
            PRIMARY KEY (source, peer, port, proto)
        ) WITHOUT ROWID;

        CREATE TABLE recorded (
            since INTEGER PRIMARY KEY,
            until INTEGER NOT NULL
        );
        """
}
