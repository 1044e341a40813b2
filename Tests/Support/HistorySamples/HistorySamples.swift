import FlareKit
import SQLite
import TestKit

/// Hours into 1970.
package func moment(_ hour: Int) -> Timestamp { Timestamp(nanoseconds: Int64(hour) * 3_600_000_000_000) }

package func header(hour: Int) -> RunHeader {
    RunHeader(pipeline: "test", version: "0", started: moment(hour), sources: ["eve: eve.json"])
}

package func report(hour: Int, findings: Int) -> Run {
    var run = Run(
        header: header(hour: hour), window: TimeWindow(since: moment(0), until: moment(hour)), ingest: IngestCounts(),
        ingestBySource: [:])
    run.findings = findings
    return run
}

package func finding(
    _ port: Int = 80, name: String? = nil, score: Double = 0.9, seen first: Int = 0, _ last: Int = 1
) -> Finding {
    let key = ChannelKey(
        source: IPAddress("192.168.0.53") ?? IPAddress(v4: 0),
        peer: name.map(Peer.name) ?? .address(IPAddress(v4: 0xA099_4C81)),
        port: UInt16(port), proto: 6)
    var finding = Finding(detector: "beacon", subject: .channel(key), score: score, summary: "calls every 60 s")
    finding.firstSeen = moment(first)
    finding.lastSeen = moment(last)
    finding.interval = 60
    finding.evidence = ["asn": .integer(26496), "odd": .number(.nan)]
    return finding
}

/// One whole run with a sqlite sink.
package func run(into path: String, hour: Int, _ findings: [Finding], _ options: String = "") async throws {
    let sink = try SQLiteSink(SQLiteOptions.read("{path: \"\(path)\"\(options.isEmpty ? "" : ", ")\(options)}"))
    try await sink.begin(header(hour: hour), Column.standard, resume: nil)
    try await sink.write(findings)
    _ = try await sink.commit(report(hour: hour, findings: findings.count))
}

extension TemporaryFolder {
    /// Where the sqlite sink writes in it.
    package var history: String { path("history.sqlite") }
}
