import Foundation
import TestKit
import Testing

/// No time, size, port or count of an input ends the process.
@Suite("Hostile numbers")
struct HostileNumbersTests {
    let folder: TemporaryFolder

    init() throws { folder = TemporaryFolder() }

    /// A generator of numbers that is the same in each run (Marsaglia, "Xorshift RNGs", 2003).
    private static let times = [
        "1678-01-01T00:00:00.000000+0000", "1678-01-01T00:00:00.000000+2359", "1733-12-31T23:59:59.999999+0000",
        "1969-12-31T23:59:59.999999+0000", "1970-01-01T00:00:00.000000+0000", "2012-02-29T00:00:60.000000-2359",
        "2024-01-01T00:00:00.000000+0000", "2024-01-01T00:10:00.000000+0000", "2024-01-01T00:20:00.000000+0000",
        "2038-01-19T03:14:08.000000+0000", "2261-12-31T23:59:59.999999+0000", "2262-04-12T00:00:00.000000+0000",
    ]
    private static let sizes = [
        "0", "1", "1000", "4294967294", "4294967295", "4294967296", "4611686018427387904", "9223372036854775807",
        "9223372036854775808", "18446744073709551615", "-1", "-9223372036854775808", "1e300", "0.5",
    ]
    private static let ports = ["0", "1", "443", "65535", "65536", "-1"]

    /// A regular hour, in which records have values of any kind.
    private func lines(seed: UInt64) -> [String] {
        var dice = SeededDice(seed: seed)
        return (0..<1200).map { number in
            let isPlain = number % 3 > 0
            let (start, end) =
                isPlain
                ? (SampleFlows.time(number * 60), SampleFlows.time(number * 60 + 5))
                : (dice.pick(Self.times), dice.pick(Self.times))
            let kind = number % 6 == 5 ? dice.pick(["dns", "tls", "http"]) : "flow"
            let inner =
                switch kind {
                case "dns": #""dns":{"type":"query","rrname":"x\#(number).example.com","rrtype":"A"}"#
                case "tls": #""tls":{"sni":"example.com","version":"TLS 1.3"}"#
                case "http": #""http":{"hostname":"example.com","url":"/","status":\#(dice.pick(Self.sizes))}"#
                default:
                    #""flow":{"bytes_toserver":\#(dice.pick(Self.sizes)),"bytes_toclient":\#(dice.pick(Self.sizes)),"#
                        + #""pkts_toserver":\#(dice.pick(Self.sizes)),"pkts_toclient":1,"start":"\#(start)","#
                        + #""end":"\#(end)","age":\#(dice.pick(Self.sizes))}"#
                }
            let destination = dice.pick(["203.0.113.9", "203.0.113.10", "2001:db8::1", "198.51.100.7"])
            return #"{"timestamp":"\#(end)","flow_id":\#(dice.pick(Self.sizes)),"event_type":"\#(kind)","#
                + #""src_ip":"10.0.0.\#(number % 3)","src_port":40000,"dest_ip":"\#(destination)","#
                + #""dest_port":\#(dice.pick(isPlain ? ["443"] : Self.ports)),"proto":"TCP",\#(inner)}"#
        }
    }

    private func expect(_ codes: Set<Int32>, _ arguments: String...) throws {
        let result = try BuiltCommand.run(arguments, in: folder.url)
        #expect(codes.contains(result.exitCode), "\(arguments): \(result.exitCode) \(result.errors.suffix(600))")
    }

    @Test("all detectors, enrichers and sinks come to an end", arguments: [1, 2, 3])
    func allPlugins(seed: UInt64) throws {
        try folder.file("eve.json", lines(seed: seed).joined(separator: "\n") + "\n")
        try folder.file("bad.csv", "203.0.113.9,c2\n")
        let detectors = ["beacon", "beacon-classic", "rita", "volume", "scan", "long-connection"]
        let options = [
            "beacon": ", min_score: 0", "beacon-classic": ", min_percent: 0, min_interval: 0", "rita": ", min_score: 0",
            "volume": ", min_bytes: 1 B, deviations: 0.5",
            "scan": ", min_destinations: 2, min_ports: 2", "long-connection": ", report: 1s",
        ]
        for grouping in ["address", "host", "domain"] {
            try folder.file(
                "p.yaml",
                """
                version: 1
                window: all
                sources: [{plugin: eve, paths: [eve.json]}]
                enrichers:
                  - {plugin: focus, direction: all}
                  - {plugin: allowlist, lists: [builtin:well-known]}
                  - {plugin: whois}
                  - {plugin: domain}
                  - {plugin: context}
                  - {plugin: periodic}
                  - {plugin: threat-list, lists: [bad.csv]}
                  - {plugin: history, path: h.sqlite}
                  - {plugin: kibana, url: "http://localhost:5601", data_view: flows}
                detectors:
                \(detectors.map { "  - {plugin: \($0), group_by: \(grouping)\(options[$0] ?? "")}" }.joined(separator: "\n"))
                sinks:
                  - {plugin: csv, path: o.csv}
                  - {plugin: json, path: o.json}
                  - {plugin: html, path: o.html}
                  - {plugin: markdown, path: o.md}
                  - {plugin: sqlite, path: h.sqlite}
                  - {plugin: table}
                """)
            // Numbers of flows are rejected; of lookups none is read that could be.
            let code: Int32 = grouping == "domain" ? 0 : 3
            try expect([code], "run", "p.yaml")
            try expect([code], "run", "p.yaml", "--set", "window=24h")
            try expect([code], "run", "p.yaml", "--set", "window=106751d")
            // In one second there may be nothing that a detector judges by name.
            try expect(grouping == "host" ? [3, 4] : [code], "run", "p.yaml", "--set", "window=1s")
        }
        try expect([3], "channels", "eve.json", "--csv", "c.csv")
        // This one looked nothing up.
        try expect([4], "run", "p.yaml", "--explain", "10.0.0.1,*")
    }

    @Test("a file from a year that no clock has is read", arguments: ["2400-01-01", "1901-12-15"])
    func modified(date: String) throws {
        try folder.file("eve.json", SampleFlows.beacon.joined(separator: "\n") + "\n")
        try folder.file("p.yaml", SampleFlows.pipeline)
        _ = try Command(["/usr/bin/touch", "-d", date, "eve.json"], in: folder.url)
        try expect([0], "hunt", "eve.json")
        try expect([0], "run", "p.yaml")
    }
}
