import Foundation
import TestKit
import Testing

/// A day of a home sensor, the command, and the way from real traffic to figures.
@Suite("flare channels, inject and eval")
struct MeasuringCommandTests {
    let folder: TemporaryFolder
    static let sample = BuiltCommand.project.appending(path: "configs/samples/home-24h.json.gz").path

    init() throws { folder = TemporaryFolder() }

    @discardableResult
    func flare(_ arguments: String...) throws -> BuiltCommand.Result { try flare(arguments) }

    func flare(_ arguments: [String]) throws -> BuiltCommand.Result {
        try BuiltCommand.run(arguments, in: folder.url, environment: ["XDG_CONFIG_HOME": folder.url.path])
    }

    @Test("beacons put into real traffic are found, and the figures say how well")
    func injectAndEval() throws {
        let injected = try flare(
            "inject", "--period", "60", "--jitter", "0.01", "--missed", "0.1", "--count", "3", "--into", Self.sample,
            "--output", "mixed.json")
        #expect(injected.exitCode == 0, "\(injected.errors)")
        let labels = try folder.read("mixed.json.labels.csv").split(separator: "\n")
        #expect(labels.filter { $0.contains(",1,1,") }.count == 4)
        #expect(labels.contains { $0.hasPrefix("192.168.0.53,160.153.76.129,80,tcp,implant,1,1") })
        #expect(injected.errors.contains("home-24h.json.labels.csv"))
        try folder.file(
            "p.yaml",
            """
            version: 1
            window: all
            sources: [{plugin: eve, paths: [mixed.json]}]
            detectors: [{plugin: scan}, {plugin: beacon-classic}]
            sinks: [{plugin: csv, path: out.csv}]
            """)
        let first = try flare(
            "eval", "p.yaml", "--truth", "mixed.json.labels.csv", "--json", "before.json", "--svg", "curves.svg")
        #expect(first.exitCode == 0, "\(first.errors)")
        // The sample's own labels are merged in: its implant is no false alarm.
        let rows = first.output.split(separator: "\n").map { $0.split(separator: /\s{2,}/).map(String.init) }
        #expect(rows[0].prefix(4) == ["DETECTOR", "RANKED FOR", "FINDINGS", "FOUND"])
        #expect(rows[1].prefix(2) == ["scan", "harm, by priority"] && rows[1][3] == "0 of 4")
        #expect(rows[2].prefix(2) == ["scan", "rhythm, by score"])
        #expect(rows[3].prefix(2) == ["beacon-classic", "harm, by priority"] && rows[3][3] == "4 of 4")
        #expect(rows[4].prefix(2) == ["beacon-classic", "rhythm, by score"])
        #expect(first.output.contains("beacon-classic, worst false alarms"))
        #expect(!first.output.contains("160.153.76.129:80 tcp: "))
        #expect(!(folder.names.contains("out.csv")))
        #expect(try folder.read("curves.svg").hasPrefix("<svg"))
        let figures = try #require(
            try JSONSerialization.jsonObject(with: Data(try folder.read("before.json").utf8)) as? [String: Any])
        let detectors = try #require(figures["detectors"] as? [[String: Any]])
        #expect(detectors.map { $0["detector"] as? String } == ["scan", "beacon-classic"])
        let second = try flare(
            "eval", "p.yaml", "--truth", "mixed.json.labels.csv", "--against", "before.json", "--set",
            "detectors.1.min_percent=99")
        #expect(second.output.contains("(-"))
        #expect(second.output.contains("beacon-classic, worse than before: "))
        #expect(second.output.contains(" → not found"))
    }

    @Test("the same seed writes the same bytes")
    func seeded() throws {
        try flare("inject", "--into", Self.sample, "--output", "a.json", "--seed", "7", "--count", "4")
        try flare("inject", "--into", Self.sample, "--output", "b.json", "--seed", "7", "--count", "4")
        #expect(try folder.read("a.json") == folder.read("b.json"))
        #expect(try folder.read("a.json.labels.csv") == folder.read("b.json.labels.csv"))
    }

    @Test("channels are exported as CSV and as JSON lines, the same ones")
    func channels() throws {
        #expect(try flare("channels", Self.sample, "--csv", "c.csv", "--min-flows", "50").exitCode == 0)
        #expect(try flare("channels", Self.sample, "--jsonl", "c.jsonl", "--min-flows", "50").exitCode == 0)
        let rows = try folder.read("c.csv").split(separator: "\n").dropFirst()
        let objects = try folder.read("c.jsonl").split(separator: "\n")
        #expect(Set(rows.map { $0.prefix { $0 != "," } }).count == objects.count)
        #expect(objects.count > 5)
    }

    @Test("numpy reads the arrays", .enabled(if: Python.hasNumpy, "numpy is not installed"))
    func npz() throws {
        #expect(try flare("channels", Self.sample, "--npz", "c.npz").exitCode == 0)
        #expect(try flare("channels", Self.sample, "--csv", "c.csv").exitCode == 0)
        let code = """
            import csv, numpy
            arrays = numpy.load("c.npz")
            rows = list(csv.DictReader(open("c.csv")))
            assert len(rows) == len(arrays["times"]) == arrays["starts"][-1]
            assert abs(arrays["times"] - [float(row["time"]) for row in rows]).max() < 1e-5
            place = numpy.searchsorted(arrays["starts"], 100, side="right") - 1
            assert arrays["src_ip"][place] == rows[100]["src_ip"] and arrays["dest_port"][place] == int(rows[100]["dest_port"])
            assert numpy.nansum(arrays["bytes_toserver"]) == sum(int(row["bytes_toserver"] or 0) for row in rows)
            """
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", code]
        process.currentDirectoryURL = folder.url
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    @Test("every command ends as a run does where records are rejected; nothing to judge writes nothing")
    func counts() throws {
        let flow = { (second: Int) in
            """
            {"timestamp":"2024-03-04T10:\(second / 60 + 10):\(second % 60 + 10).000000+0000","event_type":"flow",\
            "src_ip":"10.0.0.5","src_port":40000,"dest_ip":"45.77.0.7","dest_port":443,"proto":"TCP",\
            "flow":{"bytes_toserver":812,"bytes_toclient":1404,"start":"2024-03-04T10:\(second / 60 + 10):\(second % 60 + 10).000000+0000"}}
            """
        }
        let whole = (0..<40).map { flow($0) }
        try folder.file("broken.json", (whole + whole.map { String($0.dropLast(30)) }).joined(separator: "\n") + "\n")
        try folder.file("dns.json", whole.map { $0.replacing("\"flow\",", with: "\"dns\",") }.joined(separator: "\n"))
        try folder.file("truth.csv", "src_ip,dest_ip,dest_port,proto,label,malicious\n10.0.0.5,45.77.0.7,443,tcp,x,1\n")
        for name in ["broken", "dns"] {
            try folder.file(
                "\(name).yaml",
                """
                version: 1
                window: all
                sources: [{plugin: eve, paths: [\(name).json]}]
                detectors: [{plugin: beacon-classic}]
                sinks: [{plugin: csv, path: out.csv}]
                """)
        }
        for (arguments, result) in [
            (["channels", "NAME.json", "--csv", "c.csv"], "c.csv"),
            (["inject", "--into", "NAME.json", "--output", "i.json", "--period", "2"], "i.json"),
            (["eval", "NAME.yaml", "--truth", "truth.csv", "--json", "e.json"], "e.json"),
            (["run", "NAME.yaml", "--explain", "10.0.0.5,*"], nil),
            (["beacon", "--file", "NAME.json", "-csv", "b.csv"], nil),
        ] as [([String], String?)] {
            let rejected = try flare(arguments.map { $0.replacing("NAME", with: "broken") })
            #expect(rejected.exitCode == 3, "\(arguments): \(rejected.errors)")
            #expect(rejected.errors.contains("40 used, 0 skipped, 40 rejected"), "\(arguments): \(rejected.errors)")
            #expect(rejected.errors.contains("broken.json byte 10040"), "\(arguments): \(rejected.errors)")
            if let result { #expect(folder.names.contains(result), "\(arguments)") }
            guard arguments[0] != "beacon" else { continue }
            if let result { try folder.file(result, "of yesterday") }
            let empty = try flare(arguments.map { $0.replacing("NAME", with: "dns") })
            #expect(empty.exitCode == 4, "\(arguments): \(empty.errors)")
            #expect(empty.errors.contains("0 used, 40 skipped"), "\(arguments): \(empty.errors)")
            if let result { #expect(try folder.read(result) == "of yesterday", "\(arguments)") }
        }
    }

    @Test("channels of a pattern are explained from the most urgent down, and the rest is counted")
    func explainedFirst() throws {
        let result = try flare("hunt", Self.sample, "--no-allowlist", "--explain", "*,*")
        #expect(result.exitCode == 0, "\(result.errors)")
        let verdicts = result.output.split(separator: "\n").filter { $0.hasPrefix("  beacon: ") }
        #expect(verdicts.count == 10)
        #expect(verdicts.first?.hasPrefix("  beacon: reported") == true)
        #expect(result.output.contains(" more: "))
        #expect(result.output.contains(" left out before detection"))
    }

    @Test("wrong usage ends with 2, a file that is not there with 1")
    func wrongUsage() throws {
        #expect(try flare("channels", Self.sample).exitCode == 2)
        #expect(try flare("inject", "--into", Self.sample, "--jitter", "0.3").exitCode == 2)
        #expect(try flare("inject", "--into", "nothing.json", "--period", "60").exitCode == 1)
        #expect(try flare("eval", "p.yaml", "--truth", "nothing.csv").exitCode == 1)
    }
}
