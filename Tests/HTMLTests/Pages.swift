import FlareKit
import Foundation
import SampleReports

@testable import HTML

/// Pages to look into.
enum Pages {
    static func report(_ sample: SampleReport, _ change: (inout HTMLOptions) -> Void = { _ in }) throws -> Report {
        var options = HTMLOptions()
        change(&options)
        return Report(
            run: sample.run, columns: sample.columns, findings: sample.findings, options: options,
            links: try LinkTemplate.all(options.links))
    }

    static func html(_ sample: SampleReport, _ change: (inout HTMLOptions) -> Void = { _ in }) throws -> String {
        try ReportPage(report(sample, change)).html()
    }

    /// What stands between two texts, each time.
    static func between(_ start: String, _ end: String, in text: String) -> [String] {
        text.components(separatedBy: start).dropFirst().compactMap { $0.components(separatedBy: end).first }
    }

    /// The page's data for its script.
    static func data(of html: String) throws -> [String: Any] {
        let json = between("<script type=\"application/json\" id=\"data\">", "</script>", in: html).first ?? ""
        return try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any] ?? [:]
    }
}

/// A finding of one's own making.
func finding(
    _ peer: Peer = .address(IPAddress("160.153.76.129") ?? IPAddress(v4: 0)), times: [Int64] = [],
    change: (inout Finding) -> Void = { _ in }
) -> Finding {
    let key = ChannelKey(source: IPAddress("192.168.0.53") ?? IPAddress(v4: 0), peer: peer, port: 80, proto: 6)
    var finding = Finding(detector: "beacon", subject: .channel(key), score: 0.9, summary: "calls every 60 s")
    finding.times = times
    finding.firstSeen = times.first.map(Timestamp.init(nanoseconds:))
    finding.lastSeen = times.last.map(Timestamp.init(nanoseconds:))
    finding.interval = 60
    finding.occurrences = times.count
    change(&finding)
    return finding
}
