import FlareKit
import Foundation
import GRDB
import HistoryDatabase

/// A run on its way into the history: one transaction a commit.
struct HistoryRun {
    /// Runs that started longer ago than this are taken out, in seconds; `nil` keeps all.
    let keep: Int64?

    /// Writes or rewrites a run with its findings.
    ///
    /// - Parameter id: the run's own number, where an earlier commit of the same run wrote it.
    /// - Returns: the run's number.
    func write(_ run: Run, _ findings: [Finding], id: Int64?, _ database: Database) throws -> Int64 {
        let started = Self.seconds(run.header.started)
        let number = try record(run, id: id, started, database)
        for finding in findings {
            let channel = try self.channel(of: finding, database)
            let isNew = try report(finding, channel, number, started, database)
            try insert(finding, channel, number, isNew: isNew, database)
        }
        try database.execute(
            sql:
                "UPDATE run SET new = (SELECT count(*) FROM finding WHERE finding.run = run.id AND is_new) WHERE id = ?",
            arguments: [number])
        if let keep {
            // What was reported when stays known, also without the run.
            try database.execute(
                sql: "DELETE FROM run WHERE started < ? AND id <> ?", arguments: [started - keep, number])
        }
        return number
    }

    private func record(_ run: Run, id: Int64?, _ started: Int64, _ database: Database) throws -> Int64 {
        try database.execute(
            sql: """
                INSERT INTO run (id, pipeline, version, started, window_since, window_until, records, rejected, channels,
                    findings, new, seconds, sensor, host)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET window_since = excluded.window_since,
                    window_until = excluded.window_until, records = excluded.records, rejected = excluded.rejected,
                    channels = excluded.channels, findings = excluded.findings, seconds = excluded.seconds
                """,
            arguments: [
                id, run.header.pipeline, run.header.version, started, run.window.since.map(Self.seconds),
                run.window.until.map(Self.seconds), run.ingest.read, run.ingest.rejectedCount, run.channels,
                run.findings,
                run.seconds["total"], run.header.sensor, run.header.host,
            ])
        return id ?? database.lastInsertedRowID
    }

    /// The channel's number; its dates reach as far as the finding's.
    private func channel(of finding: Finding, _ database: Database) throws -> Int64 {
        let key = finding.channel
        let number = try Int64.fetchOne(
            database,
            sql: """
                INSERT INTO channel (name, source, peer, port, proto, first_seen, last_seen) VALUES (?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (name) DO UPDATE SET
                    first_seen = min(coalesce(first_seen, excluded.first_seen), coalesce(excluded.first_seen, first_seen)),
                    last_seen = max(coalesce(last_seen, excluded.last_seen), coalesce(excluded.last_seen, last_seen))
                RETURNING id
                """,
            arguments: [
                finding.subjectName, finding.source?.description, key?.peer.description, key?.port.map { Int64($0) },
                key?.proto.map(TransportProtocol.name(of:)), finding.firstSeen.map(Self.seconds),
                finding.lastSeen.map(Self.seconds),
            ])
        guard let number else { throw DatabaseError(resultCode: .SQLITE_INTERNAL, message: "no channel was written") }
        return number
    }

    /// Remembers that the finding was reported.
    ///
    /// - Returns: whether no earlier run did.
    private func report(
        _ finding: Finding, _ channel: Int64, _ run: Int64, _ started: Int64, _ database: Database
    ) throws -> Bool {
        let lastRun = try Int64.fetchOne(
            database, sql: "SELECT last_run FROM reported WHERE finding = ?",
            arguments: [finding.id])
        let isNew = try lastRun.map { try $0 == run && wasNew(finding, run, database) } ?? true
        try database.execute(
            sql: """
                INSERT INTO reported (finding, channel, detector, first_reported, last_reported, first_run, last_run, runs)
                VALUES (?, ?, ?, ?, ?, ?, ?, 1)
                ON CONFLICT (finding) DO UPDATE SET last_reported = max(last_reported, excluded.last_reported),
                    runs = runs + (last_run <> excluded.last_run), last_run = excluded.last_run
                """,
            arguments: [finding.id, channel, finding.detector, started, started, run, run])
        return isNew
    }

    /// Whether an earlier commit of the same run wrote the finding as new.
    private func wasNew(_ finding: Finding, _ run: Int64, _ database: Database) throws -> Bool {
        try Bool.fetchOne(
            database, sql: "SELECT is_new FROM finding WHERE run = ? AND id = ?", arguments: [run, finding.id])
            ?? false
    }

    private func insert(_ finding: Finding, _ channel: Int64, _ run: Int64, isNew: Bool, _ database: Database) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        let evidence = String(decoding: try encoder.encode(finding.evidence), as: UTF8.self)
        try database.execute(
            sql: """
                INSERT OR REPLACE INTO finding (run, id, channel, detector, is_new, score, priority, severity, occurrences,
                    percent, interval, bytes_toserver, bytes_toclient, dest_degree, host, summary, first_seen, last_seen,
                    evidence, expected)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                run, finding.id, channel, finding.detector, isNew, finding.score, finding.priority,
                finding.severity.rawValue, finding.occurrences, finding.percent, finding.interval,
                finding.bytesToServer, finding.bytesToClient, finding.destinationDegree, finding.host, finding.summary,
                finding.firstSeen.map(Self.seconds), finding.lastSeen.map(Self.seconds), evidence,
                finding.isExpected ? finding.expectation : nil,
            ])
    }

    /// Whole seconds since 1970, cut.
    static func seconds(_ time: Timestamp) -> Int64 {
        Int64((Double(time.inWholeSeconds.nanoseconds) / 1e9).rounded())
    }
}
