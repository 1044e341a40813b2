import FlareKit
import Foundation
import GRDB
import HomeNetwork
import TestKit
import Testing

@Suite("Seven nights of the packaged pipeline")
struct NightsTests {
    private static let host = "192.168.0.53"
    private static let implant = "5.188.86.77"
    /// The home's storage, which asks its maker for updates every 6 h.
    private static let storage = "192.168.0.69 → 52.8.71.30:443 tcp"

    /// The pipeline that the package puts into /etc/flare, with its folders in one of the test's.
    private static func pipeline(in folder: TemporaryFolder) throws -> String {
        let text = try String(
            contentsOf: BuiltCommand.project.appending(path: "packaging/pipeline.yaml"), encoding: .utf8)
        return text.replacingOccurrences(of: "/var/lib/flare", with: folder.path)
            .replacingOccurrences(of: "/var/log/suricata", with: folder.path)
            .replacingOccurrences(of: "max_age: 6h", with: "")
    }

    /// A home's day of 2017-06-09, as one of another date.
    private static func night(_ number: Int, _ calls: [Double]) -> String {
        var lines = SampleDay.lines(seed: SampleDay.bundledSeed + UInt64(number)).map { line in
            line.replacingOccurrences(of: "2017-06-10T", with: "2017-07-\(11 + number)T")
                .replacingOccurrences(of: "2017-06-09T", with: "2017-07-\(10 + number)T")
        }
        for call in calls where Int(call / 86_400) == number {
            let time = "\(Timestamp(seconds: 1_499_644_800 + call))".replacingOccurrences(of: "Z", with: "+0000")
            lines.append(
                """
                {"timestamp":"\(time)","flow_id":\(Int(call)),"event_type":"flow","src_ip":"\(host)","src_port":50000,\
                "dest_ip":"\(implant)","dest_port":443,"proto":"TCP","flow":{"pkts_toserver":9,"pkts_toclient":9,\
                "bytes_toserver":1200,"bytes_toclient":3400,"start":"\(time)","end":"\(time)","age":1,"state":"closed"}}
                """)
        }
        return lines.joined(separator: "\n") + "\n"
    }

    @Test("find one call every 8 h ± 30 %, and else only what calls as regularly")
    func week() throws {
        var dice = SeededDice(seed: 8)
        var calls = [7200.0]
        while let last = calls.last, last < 7 * 86_400 { calls.append(last + 8 * 3600 * (0.7 + 0.6 * dice.share())) }
        let folder = TemporaryFolder()
        try folder.file("pipeline.yaml", Self.pipeline(in: folder))
        for night in 0..<7 {
            try folder.file("eve.json", Self.night(night, calls))
            let run = try BuiltCommand.run(["run", folder.path("pipeline.yaml")], in: folder.url)
            #expect(run.exitCode == 0, "\(run.errors)")
            let series = try DatabaseQueue(path: folder.path("history.sqlite")).read { database in
                try String.fetchAll(
                    database,
                    sql: """
                        SELECT channel.name FROM finding JOIN channel ON channel.id = finding.channel
                        WHERE run = (SELECT max(id) FROM run) AND evidence ->> 'series_days' > 0
                        """)
            }
            let implant = "\(Self.host) → \(Self.implant):443 tcp"
            #expect(series.allSatisfy { [implant, Self.storage].contains($0) }, "night \(night): \(series)")
            if night == 6 { #expect(series.contains(implant)) }
        }
    }
}
