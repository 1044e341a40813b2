import FlareKit
import GRDB

/// What somebody judged a channel to be.
public struct TriageVerdict: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable { case benign, watch, malicious }

    public let kind: Kind
    public let note: String
    /// Who gave it.
    public let owner: String
    /// Whole seconds, as `until`.
    public let given: Timestamp
    /// When it ends; `nil` for never.
    public let until: Timestamp?
    /// What it is about, as findings call it.
    public let channel: String
    /// The narrowest key of the channel; a finding about a source or a group has less of one.
    public let source: String?
    public let peer: String?
    public let port: Int?
    public let proto: String?

    public func holds(at time: Timestamp) -> Bool { until.map { time < $0 } ?? true }

    /// `benign by anna on 2026-11-29 until 2027-05-28: backup`.
    public var words: String {
        "\(kind.rawValue) by \(owner) on \(given.date)" + (until.map { " until \($0.date)" } ?? "")
            + (note.isEmpty ? "" : ": \(note)")
    }
}

extension HistoryFile {
    /// Keeps a verdict on the channel of a finding.
    ///
    /// - Parameter finding: the id of a finding that a run reported, or the beginning of one.
    /// - Throws: `PluginError` where no finding, or several, have it.
    public func acknowledge(
        _ finding: String, as kind: TriageVerdict.Kind, note: String, owner: String, given: Timestamp, until: Timestamp?
    ) async throws -> TriageVerdict {
        let path = self.path
        let verdict = try await change { database -> TriageVerdict? in
            let found = try Row.fetchAll(
                database,
                sql: "SELECT finding, channel FROM reported WHERE substr(finding, 1, ?) = ? LIMIT 2",
                arguments: [finding.count, finding])
            guard found.count == 1 else {
                throw PluginError(
                    found.isEmpty ? "no run reported the finding \(finding)" : "several findings begin with \(finding)",
                    at: path, remedy: "the page and the sink json have the ids of findings")
            }
            try database.execute(
                sql:
                    "INSERT INTO verdict (finding, channel, kind, note, owner, given, until) VALUES (?, ?, ?, ?, ?, ?, ?)",
                arguments: [
                    found[0]["finding"] as String, found[0]["channel"] as Int64, kind.rawValue, note, owner,
                    given.wholeSeconds, until?.wholeSeconds,
                ])
            return try Self.latest(database).first { $0.1 == found[0]["channel"] }?.0
        }
        guard let verdict else { throw PluginError("the verdict was not kept", at: path) }
        return verdict
    }

    /// The latest verdict on each channel that has one, by the channel's name.
    public func verdicts() async throws -> [String: TriageVerdict] {
        try await reading { database in
            Dictionary(try Self.latest(database).map { ($0.0.channel, $0.0) }) { _, last in last }
        }
    }

    private static func latest(_ database: Database) throws -> [(TriageVerdict, Int64)] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT verdict.*, channel.name, channel.source, channel.peer, channel.port, channel.proto FROM verdict
                JOIN channel ON channel.id = verdict.channel
                WHERE verdict.id IN (SELECT max(id) FROM verdict GROUP BY channel)
                """
        ).compactMap { row in
            TriageVerdict.Kind(rawValue: row["kind"]).map { kind in
                (
                    TriageVerdict(
                        kind: kind, note: row["note"], owner: row["owner"], given: Self.time(row["given"] as Int64),
                        until: Self.time(row["until"] as Int64?), channel: row["name"], source: row["source"],
                        peer: row["peer"], port: row["port"], proto: row["proto"]), row["channel"]
                )
            }
        }
    }

    /// One transaction.
    package func change<Result: Sendable>(_ body: @escaping @Sendable (Database) throws -> Result) async throws
        -> Result
    {
        do {
            return try await queue.write(body)
        } catch let error as DatabaseError {
            throw Self.complaint(error, path)
        }
    }
}

extension Finding {
    /// What the history calls the subject: `192.168.0.53 → 160.153.76.129:80 tcp`.
    package var subjectName: String {
        switch subject {
        case .channel(let key): key.description
        case .source(let address): address.description
        case .group(let keys): keys.map(\.description).sorted().joined(separator: ", ")
        }
    }
}
