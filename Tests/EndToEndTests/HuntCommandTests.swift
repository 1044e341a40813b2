import Foundation
import TestKit
import Testing

/// The commands that need no pipeline file.
@Suite("flare hunt, beacon, whois and ip")
struct HuntCommandTests {
    static let sample = BuiltCommand.project.appending(path: "configs/samples/home-24h.json.gz").path
    let folder: TemporaryFolder

    init() throws { folder = TemporaryFolder() }

    @discardableResult
    func flare(_ arguments: String...) throws -> BuiltCommand.Result {
        try BuiltCommand.run(
            arguments, in: folder.url, environment: ["XDG_CONFIG_HOME": folder.url.path, "COLUMNS": "200"])
    }

    @Test("hunt finds the sample's beacon, writes all outputs, and keeps a pipeline that does the same")
    func hunt() throws {
        let result = try flare(
            "hunt", Self.sample, "--csv", "a.csv", "--html", "a.html", "--json", "a.json", "--markdown", "a.md",
            "--save", "kept.yaml")
        #expect(result.exitCode == 0, "\(result.errors)")
        let first = try #require(result.output.split(separator: "\n").dropFirst().first)
        #expect(first.contains(/192\.168\.0\.53 +www\.huntoperator\.com:80/))
        let csv = try folder.read("a.csv")
        #expect(csv.contains("160.153.76.129"))
        // A public resolver is well known.
        #expect(!csv.contains(",8.8.8.8,53"))
        for name in ["a.html", "a.json", "a.md"] { #expect(try folder.read(name).contains("160.153.76.129")) }

        let again = try flare("run", "kept.yaml", "--set", "sinks.1.path=b.csv")
        #expect(again.exitCode == 0, "\(again.errors)")
        #expect(try folder.read("b.csv") == csv)
    }

    @Test("a destination is written once a group")
    func groups() throws {
        let lines = try flare("hunt", Self.sample, "--group", "--top", "4", "--quiet").output.split(separator: "\n")
        #expect(lines[0].hasPrefix("destination "))
        #expect(lines[1].hasPrefix("www.huntoperator.com:80 "))
        // Several consoles call one name: it stands in the first of their rows.
        let second = try #require(lines.dropFirst(2).firstIndex { $0.hasPrefix("a2iot.eu-west-1.amazonaws.com:443 ") })
        let rows = lines[second...].filter { $0.contains("192.168.0.") }
        #expect(rows.count == 3)
        #expect(rows.dropFirst().allSatisfy { $0.hasPrefix("      ") })
    }

    @Test("what is neither EVE nor a log of Zeek is told, and so is a file that is not there")
    func unknown() throws {
        try folder.file("notes.txt", "hello\n")
        for (path, complaint) in [("notes.txt", "--source"), ("gone.json", "there is no file gone.json")] {
            let result = try flare("hunt", path)
            #expect(result.exitCode == 2)
            #expect(result.errors.contains(complaint))
        }
    }

    @Test("a folder is read whole, and Zeek's logs are told by content")
    func zeek() throws {
        let logs = folder.url.appending(path: "logs")
        try FileManager.default.createDirectory(at: logs, withIntermediateDirectories: true)
        var lines = [
            "#separator \\x09", "#fields\tts\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto", "#path\tconn",
        ]
        lines += (0..<100).map { "\(1_700_000_000 + $0 * 60).0\t192.168.0.9\t\(1024 + $0)\t203.1.113.9\t443\ttcp" }
        try folder.file("logs/conn.log", lines.joined(separator: "\n") + "\n")
        try folder.file("logs/readme.txt", "not a log\n")
        let result = try flare("hunt", "logs")
        #expect(result.exitCode == 3, "\(result.errors)")
        #expect(result.output.contains("203.1.113.9"))
        #expect(result.errors.contains("logs/readme.txt"))
    }

    @Test("the original's command line has the original's meanings")
    func original() throws {
        let result = try flare(
            "beacon", "--file", Self.sample, "-mo", "100", "-mp", "50", "-mi", "30", "-win", "2", "-pd", "24",
            "--focus_outbound", "--group", "-csv", "b.csv", "-json", "b.json")
        #expect(result.exitCode == 0, "\(result.errors)")
        #expect(result.output.isEmpty)
        let rows = try folder.read("b.csv").split(whereSeparator: \.isNewline)
        #expect(rows.contains { $0.hasPrefix("192.168.0.53,160.153.76.129,80,") && $0.contains("beacon-classic") })
        #expect(try folder.read("b.json").contains("\"detector\":\"beacon-classic\""))
        // Findings are added to the end, as there.
        let once = try folder.read("b.json")
        try flare(
            "beacon", "--file", Self.sample, "-mo", "100", "-mp", "50", "-mi", "30", "--focus_outbound", "-json",
            "b.json")
        #expect(try folder.read("b.json") == once + once)
    }

    @Test("a window without records is told and ends with 0, as there")
    func originalWithoutData() throws {
        try folder.file("eve.json", "{\"timestamp\":\"2017-06-09T00:00:00.000000+0000\",\"event_type\":\"stats\"}\n")
        let result = try flare("beacon", "--file", "eve.json")
        #expect(result.exitCode == 0, "\(result.errors)")
        #expect(result.errors.contains("1 event type stats"))
    }

    @Test("a channel is explained: reported, left out by a rule, not judged, not there")
    func explain() throws {
        let result = try flare(
            "hunt", Self.sample, "--csv", "a.csv", "--explain", "192.168.0.53,160.153.76.129,80", "--explain",
            "192.168.0.53,8.8.8.8", "--explain", "*,160.153.76.129", "--explain", "192.168.0.53,198.51.100.1,1")
        #expect(result.exitCode == 0, "\(result.errors)")
        let parts = result.output.components(separatedBy: "\n\n")
        #expect(parts[0].hasPrefix("192.168.0.53 → 160.153.76.129:80 tcp\n  1,426 records, 2017-06-09T00:00:45"))
        #expect(parts[0].contains("beacon: reported, critical"))
        #expect(parts[0].contains("calls every 60 s"))
        #expect(parts[1].contains("left out before detection by allowlist, rule 8.8.8.8"))
        #expect(parts[1].contains("public-dns"))
        #expect(parts[2...4].contains { $0.contains("not judged") || $0.contains("judged, and not reported") })
        #expect(
            result.output.contains("192.168.0.53,198.51.100.1,1: no such channel in the window 2017-06-09T00:00:06Z"))
        // An explanation writes no output.
        #expect(!FileManager.default.fileExists(atPath: folder.url.appending(path: "a.csv").path))
        #expect(try flare("hunt", Self.sample, "--explain", "192.0.2.1,192.0.2.2,3").exitCode == 4)
        #expect(try flare("hunt", Self.sample, "--explain", "nonsense").exitCode == 2)
    }

    @Test("addresses become digits and digits addresses")
    func conversions() throws {
        let result = try flare("ip", "c0a80035", "192.168.0.53", "0x20010db8000000000000000000000001")
        let rows = result.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(rows[1] == ["192.168.0.53", "c0a80035", "private"])
        #expect(rows[2] == rows[1])
        #expect(rows[3] == ["2001:db8::1", "20010db8000000000000000000000001", "documentation"])
        #expect(try flare("ip", "c0a8").exitCode == 2)
    }

    @Test("owners are looked up by hand in the files that are named")
    func whois() throws {
        try folder.file("ip2asn.tsv", "160.153.0.0\t160.153.255.255\t26496\tUS\tAS-26496-GO-DADDY-COM-LLC\n")
        let result = try flare("whois", "160.153.76.129", "10.1.2.3", "--whois-from", "ip2asn.tsv")
        #expect(result.exitCode == 0, "\(result.errors)")
        #expect(result.output.contains("AS26496"))
        #expect(result.output.contains("GO-DADDY-COM-LLC"))
        #expect(result.output.contains("private"))
        #expect(try flare("whois", "example").exitCode == 2)
    }

    @Test("a check tells whether files can be read and written, and which addresses would leave the machine")
    func check() throws {
        try folder.file(
            "p.yaml",
            """
            version: 1
            window: all
            sources: [{plugin: eve, paths: ["\(Self.sample)"]}]
            enrichers: [{plugin: whois, providers: [{type: cymru}]}]
            detectors: [{plugin: beacon}]
            sinks: [{plugin: csv, path: out/a.csv}]

            """)
        let result = try flare("check", "p.yaml")
        #expect(result.exitCode == 0, "\(result.errors)")
        #expect(result.output.contains("1 file can be read"))
        #expect(result.output.contains("cymru sends the global addresses"))
        #expect(result.output.contains("out/a.csv can be written"))
        let wrong = try flare("check", "p.yaml", "--set", "sources.0.paths.0=gone.json")
        #expect(wrong.exitCode == 1)
        #expect(wrong.output.contains("WRONG"))
    }
}
