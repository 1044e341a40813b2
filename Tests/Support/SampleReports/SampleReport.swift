import FlareKit
import HomeNetwork

/// A made-up run with as many findings as asked for: beacons of all paces and manners, to look at pages and to time them.
///
/// Drawn with seeded dice: the same numbers give the same findings, byte for byte.
public struct SampleReport {
    public var run: Run
    public let columns: [Column]
    /// The most urgent first, as a run hands them on.
    public let findings: [Finding]

    /// 2026-01-31T00:00:00Z
    static let start: Int64 = 1_769_817_600
    private static let second: Int64 = 1_000_000_000

    /// - Parameters:
    ///   - count: how many findings.
    ///   - hours: how long the window is.
    ///   - isHostile: whether every text holds what an attacker would put there.
    public init(count: Int, hours: Int64 = 24, isHostile: Bool = false) {
        let window = TimeWindow(
            since: Timestamp(nanoseconds: Self.start * Self.second),
            until: Timestamp(nanoseconds: (Self.start + hours * 3600) * Self.second))
        var dice = Dice(seed: 15, for: "report")
        var findings = (0..<count).map { SampleFinding.make($0, window, &dice) }
        if isHostile { for place in findings.indices { HostileText.poison(&findings[place], place) } }
        findings = findings.byUrgency()
        let incidents = Incident.gather(&findings)
        self.findings = findings
        columns = Column.all(with: SampleFinding.evidence)
        var run = Self.run(findings, window, isHostile ? HostileText.texts[0] : nil)
        run.incidents = incidents
        self.run = run
    }

    private static func run(_ findings: [Finding], _ window: TimeWindow, _ hostile: String?) -> Run {
        let header = RunHeader(
            pipeline: hostile ?? "office sensor", version: "0.1.0",
            started: Timestamp(nanoseconds: (start + 90_000) * second),
            sources: [
                hostile ?? "eve: /var/log/suricata/eve.json, eve.json.1.gz", "zeek: /opt/zeek/logs/conn.*.log.gz",
            ])
        var ingest = IngestCounts()
        ingest.read = 1_412_903
        ingest.used = [RecordKind.flow.name: IngestCounts.Tally(count: 412_345)]
        ingest.skipped = [
            hostile ?? "event type stats": IngestCounts.Tally(count: 8640),
            "event type dns": IngestCounts.Tally(count: 991_884),
        ]
        ingest.rejected = [hostile ?? "not JSON": IngestCounts.Tally(count: 34)]
        ingest.bytes = 640_112_008
        var run = Run(header: header, window: window, ingest: ingest, ingestBySource: ["eve": ingest])
        run.channels = 13_956
        run.dropped = [
            DroppedChannels(filter: "focus", rule: "outbound", channels: 5210, records: 81_220),
            DroppedChannels(
                filter: "allowlist", rule: hostile ?? "well-known: pool.ntp.org", channels: 312, records: 9021),
        ]
        run.detectors = [DetectorReport(name: "beacon", judged: 3120, findings: findings.count)]
        run.findings = findings.count
        run.severities = Dictionary(grouping: findings, by: \.severity.rawValue).mapValues(\.count)
        run.seconds = ["read": 0.82, "judge": 0.31, "enrich": 0.12, "write": 0.2, "total": 1.45]
        run.outputs = [
            OutputReport(sink: "csv", destination: "out/beacons.csv", findings: findings.count, failure: nil)
        ]
        if let hostile { run.warnings = [hostile] }
        return run
    }
}
