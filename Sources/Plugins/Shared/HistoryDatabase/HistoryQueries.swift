import FlareKit
import GRDB

/// A channel that runs reported.
public struct KnownChannel: Sendable, Equatable {
    public let name: String
    /// The earliest and the latest record of it that any run saw; `nil` where findings had no times.
    public let firstSeen: Timestamp?
    public let lastSeen: Timestamp?
    /// Start of the first and the last run that reported it.
    public let firstReported: Timestamp
    public let lastReported: Timestamp
    /// Runs that reported it, also those that were taken out since.
    public let runs: Int
    public let detectors: [String]
}

/// What one run said of a channel.
public struct PastFinding: Sendable, Equatable {
    public let channel: String
    public let run: Int64
    public let pipeline: String
    public let started: Timestamp
    public let detector: String
    public let isNew: Bool
    public let score: Double
    public let priority: Double
    public let interval: Double?
    public let occurrences: Int?
    public let summary: String
}

/// A run.
public struct PastRun: Sendable, Equatable {
    public let id: Int64
    public let pipeline: String
    public let started: Timestamp
    public let window: TimeWindow
    public let records: Int
    public let findings: Int
    /// Findings that no earlier run reported.
    public let new: Int
}

/// Which channels are asked for; a part that is `nil` fits all.
public struct ChannelQuery: Sendable, Equatable {
    public var source: String?
    public var peer: String?
    public var port: Int?

    public init(source: String? = nil, peer: String? = nil, port: Int? = nil) {
        self.source = source
        self.peer = peer
        self.port = port
    }

    /// Reads `SOURCE,DESTINATION,PORT`, of which the end, or a part between commas, may be left out.
    ///
    /// - Returns: `nil` for more parts, or a port that is none.
    public init?(_ text: String) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= 3 else { return nil }
        func part(_ place: Int) -> String? { place < parts.count && !parts[place].isEmpty ? parts[place] : nil }
        // An address is asked for in any of its forms.
        source = part(0).map { IPAddress($0)?.description ?? $0 }
        peer = part(1).map { IPAddress($0)?.description ?? $0 }
        if let digits = part(2) {
            guard let number = UInt16(digits) else { return nil }
            port = Int(number)
        }
    }

    /// A condition, and the values that stand in it; a part that is `nil` holds of every channel.
    static let sql = """
        (:source IS NULL OR channel.source = :source) AND (:peer IS NULL OR channel.peer = :peer)
            AND (:port IS NULL OR channel.port = :port)
        """
    var arguments: StatementArguments { ["source": source, "peer": peer, "port": port] }
}

extension HistoryFile {
    /// Channels, the last reported first.
    public func channels(_ query: ChannelQuery, limit: Int) async throws -> [KnownChannel] {
        try await rows(
            """
            SELECT channel.name, channel.first_seen, channel.last_seen, min(first_reported) AS first_reported,
                max(last_reported) AS last_reported, max(runs) AS runs, group_concat(detector, char(10)) AS detectors
            FROM channel JOIN reported ON reported.channel = channel.id WHERE \(ChannelQuery.sql)
            GROUP BY channel.id ORDER BY last_reported DESC, channel.name LIMIT \(limit)
            """, query.arguments
        ) { row in
            KnownChannel(
                name: row["name"], firstSeen: Self.time(row["first_seen"]), lastSeen: Self.time(row["last_seen"]),
                firstReported: Self.time(row["first_reported"]), lastReported: Self.time(row["last_reported"]),
                runs: row["runs"],
                detectors: (row["detectors"] as String).split(separator: "\n").map(String.init).sorted())
        }
    }

    /// What runs said of the channels, the last run first.
    public func past(_ query: ChannelQuery, limit: Int) async throws -> [PastFinding] {
        try await rows(
            """
            SELECT channel.name, run.id, run.pipeline, run.started, finding.detector, finding.is_new, finding.score,
                finding.priority, finding.interval, finding.occurrences, finding.summary
            FROM finding JOIN channel ON channel.id = finding.channel JOIN run ON run.id = finding.run
            WHERE \(ChannelQuery.sql) ORDER BY run.started DESC, run.id DESC, channel.name, finding.detector LIMIT \(limit)
            """, query.arguments
        ) { row in
            PastFinding(
                channel: row["name"], run: row["id"], pipeline: row["pipeline"], started: Self.time(row["started"]),
                detector: row["detector"], isNew: row["is_new"], score: row["score"], priority: row["priority"],
                interval: row["interval"], occurrences: row["occurrences"], summary: row["summary"])
        }
    }

    /// Runs, the last first.
    public func runs(limit: Int) async throws -> [PastRun] {
        try await rows("SELECT * FROM run ORDER BY started DESC, id DESC LIMIT \(limit)", []) { row in
            PastRun(
                id: row["id"], pipeline: row["pipeline"], started: Self.time(row["started"]),
                window: TimeWindow(since: Self.time(row["window_since"]), until: Self.time(row["window_until"])),
                records: row["records"], findings: row["findings"], new: row["new"])
        }
    }

    /// All findings, by the names of their columns, each as the last run that reported it said.
    package func lastFindings() async throws -> [[String: JSONValue]] {
        try await rows(
            """
            SELECT finding.id, finding.detector, finding.severity, finding.host, finding.summary, finding.evidence,
                channel.source AS src_ip, channel.peer AS dest_ip, channel.port AS dest_port, channel.proto
            FROM reported JOIN finding ON finding.id = reported.finding AND finding.run = reported.last_run
            JOIN channel ON channel.id = finding.channel
            ORDER BY finding.priority DESC, finding.id
            """, []
        ) { row in
            var columns = (try? JSONReader.read(Array((row["evidence"] as String).utf8)))?.values ?? [:]
            for (name, value) in row where name != "evidence" {
                if let text = String.fromDatabaseValue(value) {
                    columns[name] = .text(text)
                } else if let number = Int64.fromDatabaseValue(value) {
                    columns[name] = .integer(number)
                }
            }
            return columns
        }
    }

    /// Since when findings are known, by their ids; those that no run reported are not in it.
    package func reported(_ ids: [String]) async throws -> [String: (first: Timestamp, last: Timestamp, runs: Int)] {
        var known: [String: (first: Timestamp, last: Timestamp, runs: Int)] = [:]
        for part in Self.parts(of: ids) {
            let found = try await rows(
                "SELECT finding, first_reported, last_reported, runs FROM reported WHERE finding IN (\(Self.marks(part)))",
                StatementArguments(part)
            ) { row -> (String, Timestamp, Timestamp, Int) in
                (row["finding"], Self.time(row["first_reported"]), Self.time(row["last_reported"]), row["runs"])
            }
            for (id, first, last, runs) in found { known[id] = (first, last, runs) }
        }
        return known
    }

    /// When the first run that is kept started; `nil` before any.
    package func oldestRun() async throws -> Timestamp? {
        try await rows("SELECT min(started) AS started FROM run", []) { row in
            Self.time(row["started"] as Int64?)
        }.first ?? nil
    }

    /// When runs first reported something toward names, by name; those that no run did are not in it.
    package func firstReported(hosts: [String]) async throws -> [String: Timestamp] {
        var known: [String: Timestamp] = [:]
        for part in Self.parts(of: hosts) {
            let found = try await rows(
                """
                SELECT finding.host, min(reported.first_reported) AS first FROM finding
                JOIN reported ON reported.finding = finding.id
                WHERE finding.host IN (\(Self.marks(part))) GROUP BY finding.host
                """, StatementArguments(part)
            ) { row -> (String, Timestamp) in (row["host"], Self.time(row["first"])) }
            for (host, first) in found { known[host] = first }
        }
        return known
    }

    /// SQLite binds at most 32,766 values to a statement, older ones 999.
    private static func parts(of values: [String]) -> [[String]] {
        stride(from: 0, to: values.count, by: 900).map { Array(values[$0..<min(values.count, $0 + 900)]) }
    }

    private static func marks(_ part: [String]) -> String { part.map { _ in "?" }.joined(separator: ",") }

    private func rows<Element: Sendable>(
        _ sql: String, _ arguments: StatementArguments, _ element: @escaping @Sendable (Row) -> Element
    ) async throws -> [Element] {
        try await reading { try Row.fetchAll($0, sql: sql, arguments: arguments).map(element) }
    }

    /// One look at the state between two changes.
    func reading<Result: Sendable>(_ body: @escaping @Sendable (Database) throws -> Result) async throws -> Result {
        do {
            return try await queue.read(body)
        } catch let error as DatabaseError {
            throw Self.complaint(error, path)
        }
    }

    static func time(_ seconds: Int64) -> Timestamp {
        Timestamp(nanoseconds: seconds.multipliedClamped(by: 1_000_000_000))
    }
    static func time(_ seconds: Int64?) -> Timestamp? { seconds.map { time($0) } }
}
