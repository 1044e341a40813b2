import FlareKit
import Foundation

@testable import Tabular

/// Findings and runs to write.
enum Sample {
    static let header = RunHeader(
        pipeline: "test", version: "0", started: Timestamp(nanoseconds: 0), sources: ["eve: eve.json"])
    static let run = Run(header: header, window: .all, ingest: IngestCounts(), ingestBySource: [:])
    static let owner = Field("dest_owner", .text, "Who owns the destination.")
    static let alerts = Field("alerts", .texts, "What the sensor alerted on.")
    static let columns = Column.all(with: [owner, alerts])

    /// A run that found these.
    static func run(_ findings: [Finding]) -> Run {
        var (run, sorted) = (run, findings.byUrgency())
        run.incidents = Incident.gather(&sorted)
        run.findings = findings.count
        return run
    }

    /// Two that were recognised as calling by nature.
    static var expected: [Finding] {
        ["192.0.2.1", "192.0.2.2"].map { server in
            var finding = finding("10.0.0.9", server)
            finding.expectation = "NTP"
            finding.add([.init("known", -60, "NTP", side: .known)])
            return finding
        }
    }

    /// The beacon of the demo, with evidence of one's own.
    static func finding(
        _ source: String = "192.168.0.53", _ peer: String = "160.153.76.129", score: Double = 0.99,
        summary: String = "calls every 61 s", evidence: [String: Value] = [:]
    ) -> Finding {
        let key = ChannelKey(
            source: IPAddress(source) ?? IPAddress(v4: 0), peer: IPAddress(peer).map(Peer.address) ?? .name(peer),
            port: 80, proto: 6)
        var finding = Finding(detector: "beacon-classic", subject: .channel(key), score: score, summary: summary)
        finding.bytesToServer = 513_000
        finding.occurrences = 1425
        finding.percent = 99
        finding.interval = 61
        finding.destinationDegree = 3
        finding.firstSeen = Timestamp("2017-06-09T00:00:45.994497Z")
        finding.evidence = evidence
        return finding
    }
}

/// A folder of the test's own, gone when the test is over.
final class Folder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "flare-tabular-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func file(_ name: String) -> String { path + "/" + name }

    func text(_ name: String) throws -> String { try String(contentsOfFile: file(name), encoding: .utf8) }

    func write(_ text: String, to name: String) throws {
        try text.write(toFile: file(name), atomically: false, encoding: .utf8)
    }

    /// Everything in it, hidden files too.
    var entries: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? [] }
}
