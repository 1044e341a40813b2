import FlareKit
import Foundation
import GRDB

/// A finding as the last run that reported it said, at one site: a history, or one pipeline of it.
public struct SiteFinding: Sendable, Equatable {
    public let id: String
    public let detector: String
    public let source: String?
    public let peer: String?
    public let port: Int?
    public let proto: String?
    /// The best name of the destination.
    public let host: String?
    public let severity: String
    public let priority: Double
    public let summary: String
    /// What it was recognised as that calls by nature; `nil` for all that deserves a line of its own.
    public let expected: String?
    public let firstReported: Timestamp
    public let firstSeen: Timestamp?
    public let lastSeen: Timestamp?
    public let pipeline: String
    /// Whose records the run judged, and the machine that it was on; empty in runs of older versions.
    public let sensor: String
    public let runHost: String
    /// The end of the window that it judged.
    public let run: Timestamp

    /// Whom it calls, as several sites would name it too.
    var destination: String? {
        (host?.lowercased() ?? peer).map { name in port.map { "\(name):\($0)" } ?? name }
    }

    /// Clocks that are kept differ by less, and so do starts of which one sensor lost the first packets; in seconds.
    private static let tolerance = 3.0

    /// Whether both are what two sensors saw of the same calls: they begin and end with the same ones. Private addresses may be
    /// another machine's at another site, which calls at other times.
    func isSameCalls(as other: SiteFinding) -> Bool {
        guard id == other.id, let firstSeen, let lastSeen, let otherFirst = other.firstSeen,
            let otherLast = other.lastSeen
        else { return false }
        return abs(firstSeen.seconds - otherFirst.seconds) <= Self.tolerance
            && abs(lastSeen.seconds - otherLast.seconds) <= Self.tolerance
    }
}

extension HistoryFile {
    /// What runs reported in the time before the last run, each finding as it was said last.
    ///
    /// - Parameter seconds: how far back that time goes.
    public func siteFindings(last seconds: Int64) async throws -> [SiteFinding] {
        try await reading { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT finding.*, channel.source, channel.peer, channel.port, channel.proto, run.pipeline, run.sensor,
                        run.host AS run_host, coalesce(run.window_until, run.started) AS judged, reported.first_reported
                    FROM reported JOIN finding ON finding.id = reported.finding AND finding.run = reported.last_run
                    JOIN run ON run.id = finding.run JOIN channel ON channel.id = finding.channel
                    WHERE reported.last_reported >= (SELECT max(started) FROM run) - ? ORDER BY finding.id
                    """, arguments: [seconds]
            ).map { row in
                SiteFinding(
                    id: row["id"], detector: row["detector"], source: row["source"], peer: row["peer"],
                    port: row["port"],
                    proto: row["proto"], host: row["host"], severity: row["severity"], priority: row["priority"],
                    summary: row["summary"], expected: row["expected"],
                    firstReported: Self.time(row["first_reported"] as Int64),
                    firstSeen: Self.time(row["first_seen"] as Int64?),
                    lastSeen: Self.time(row["last_seen"] as Int64?), pipeline: row["pipeline"], sensor: row["sensor"],
                    runHost: row["run_host"],
                    run: Self.time(row["judged"] as Int64))
            }
        }
    }
}

/// A finding of one or several sites.
public struct MergedFinding: Sendable, Equatable {
    /// What each site says of it, the most urgent first.
    public let sites: [(site: String, finding: SiteFinding)]
    /// The sites from which its destination is called, by whatever finding; of sites that saw the same calls the first.
    public let sitesOfDestination: [String]
    /// Whether several sites saw the same calls.
    public let isSeenTwice: Bool

    /// A campaign of one network is 3 dB; each site more says as much, up to 9.
    private static let amountPerSite = 3.0
    private static let mostAmount = 9.0

    public var finding: SiteFinding { sites[0].finding }
    /// What calls by nature at all of its sites, as it is counted.
    public var expected: String? {
        sites.allSatisfy { $0.finding.expected != nil } ? finding.expected : nil
    }
    /// By how much it is moved up, in decibans; what is expected is not.
    public var amount: Double {
        guard expected == nil else { return 0 }
        return min(Self.mostAmount, Self.amountPerSite * Double(max(0, sitesOfDestination.count - 1)))
    }
    public var priority: Double {
        (min(1 - 1e-9, max(1e-9, finding.priority)).decibansOfProbability + amount).probabilityOfDecibans
    }

    public static func == (a: Self, b: Self) -> Bool {
        a.sitesOfDestination == b.sitesOfDestination && a.sites.map(\.site) == b.sites.map(\.site)
            && a.sites.map(\.finding) == b.sites.map(\.finding)
    }

    /// Lays findings of sites together: of one id they are one, and what is called from several sites moves up.
    ///
    /// - Returns: the most urgent first.
    public static func merge(_ sites: [(site: String, findings: [SiteFinding])]) -> [MergedFinding] {
        var byID: [String: [(site: String, finding: SiteFinding)]] = [:]
        var callers: [String: Set<String>] = [:]
        var seenTwice: Set<String> = []
        for (site, findings) in sites {
            for finding in findings {
                let isKnown = byID[finding.id]?.contains { finding.isSameCalls(as: $0.finding) } ?? false
                byID[finding.id, default: []].append((site, finding))
                if isKnown { seenTwice.insert(finding.id) }
                if !isKnown, let destination = finding.destination { callers[destination, default: []].insert(site) }
            }
        }
        return byID.values.map { said in
            let sorted = said.sorted { ($0.finding.priority, $1.site) > ($1.finding.priority, $0.site) }
            let destination = sorted.compactMap(\.finding.destination).first
            return MergedFinding(
                sites: sorted, sitesOfDestination: (destination.flatMap { callers[$0] } ?? []).sorted(),
                isSeenTwice: seenTwice.contains(sorted[0].finding.id))
        }.sorted { ($0.priority, $1.finding.id) > ($1.priority, $0.finding.id) }
    }
}
