import Foundation
import TestKit
import Testing

@Suite("What sensors said, of input that is read once")
struct KeptContextTests {
    private let folder: TemporaryFolder

    init() throws { folder = TemporaryFolder() }

    private func pipeline(_ plugin: String, _ paths: [String], _ options: String = "") throws {
        let quoted = paths.map { "\"\($0)\"" }.joined(separator: ", ")
        try folder.file(
            "pipeline.yaml",
            """
            version: 1
            window: all
            sources: [{plugin: \(plugin), paths: [\(quoted)]\(options)}]
            enrichers: [{plugin: context}]
            detectors: [{plugin: beacon-classic, min_flows: 4, min_interval: 1, min_percent: 5}]
            sinks: [{plugin: csv, path: out.csv}]

            """)
    }

    /// Runs the pipeline.
    ///
    /// - Returns: the findings as CSV, and the report.
    private func run(_ input: FileHandle? = nil, _ arguments: [String] = []) throws -> (csv: String, report: String) {
        let result = try BuiltCommand.run(
            ["run", "pipeline.yaml", "--report", "run.json"] + arguments, in: folder.url, input: input)
        #expect(result.exitCode == 0, "\(result.errors)")
        return (try folder.read("out.csv"), try folder.read("run.json"))
    }

    @Test(
        "real records: of Suricata's standard input the columns are those of the file",
        .enabled(if: RealRecords.areThere))
    func eve() throws {
        let file = RealRecords.folder.appending(path: "eve-58h/eve.json.gz")
        try pipeline("eve", [file.path])
        let expected = try run().csv
        try pipeline("eve", ["-"])
        let (csv, report) = try run(try FileHandle(forReadingFrom: file))
        #expect(csv == expected)
        #expect(csv.contains("ET SCAN"))
        #expect(!report.contains("left out"))
    }

    @Test(
        "real records: of Zeek's logs on standard input, one after another, the columns are those of the files",
        .enabled(if: RealRecords.areThere))
    func zeek() throws {
        let logs = ["conn", "dns", "http", "ssl", "weird", "files"]
        let files = logs.flatMap { log in
            (0..<10).map { hour in
                RealRecords.folder.appending(
                    path: "zeek-72h\(log == "conn" ? "" : "-protocols")/\(log).2024-04-19T0\(hour).log.gz")
            }
        }
        try pipeline("zeek", files.map(\.path), ", flows: [conn]")
        let expected = try run().csv
        var all = Data()
        for file in files { all += try Data(contentsOf: file) }
        // Members of gzip may stand one after another.
        try all.write(to: folder.url.appending(path: "all.gz"))
        try pipeline("zeek", ["-"], ", flows: [conn]")
        let (csv, _) = try run(try FileHandle(forReadingFrom: folder.url.appending(path: "all.gz")))
        #expect(csv == expected)
        #expect(csv.contains("repos-droplet.digitalocean.com"))
        #expect(csv.contains("Mozilla/5.0"))
    }

    /// A call a minute, each with a request for a host of its own.
    private static func calls(_ minutes: Range<Int>) -> String {
        minutes.flatMap { minute in
            [
                SampleFlows.flow(at: minute * 60, port: 443, id: minute),
                SampleFlows.http(
                    at: minute * 60 + 1, to: "160.153.76.129", id: minute, name: "host-\(100 + minute).example"),
            ]
        }.map { $0 + "\n" }.joined()
    }

    @Test("where memory is short the oldest records are left out, and the report and the summary say how many")
    func short() throws {
        let input = try folder.file("input.json", Self.calls(0..<40))
        try pipeline("eve", ["-"])
        let whole = try run(try FileHandle(forReadingFrom: input))
        #expect(whole.csv.contains("host-100.example"))
        #expect(!whole.report.contains("left out"))
        let result = try BuiltCommand.run(
            ["run", "pipeline.yaml", "--report", "run.json", "--set", "sources.0.context_memory=1600 B"],
            in: folder.url, input: try FileHandle(forReadingFrom: input))
        #expect(result.exitCode == 0, "\(result.errors)")
        let note = "37 of 40 records besides flows were left out, the oldest, up to 2024-01-01T00:36:00Z"
        #expect(result.errors.contains(note), "\(result.errors)")
        #expect(try folder.read("run.json").contains(note))
        #expect(try folder.read("out.csv").contains("host-137.example; host-138.example; host-139.example"))
        #expect(!(try folder.read("out.csv").contains("host-136.example")))
    }

    @Test("a followed file is not read again: what it said stays while it is in the window, though the file is gone")
    func followed() async throws {
        try folder.file(
            "pipeline.yaml",
            KilledRunTests.pipeline.replacing("detectors:", with: "enrichers: [{plugin: context}]\ndetectors:"))
        let first = try folder.file("eve.json", Self.calls(0..<50))
        let run = try FollowingRun(folder, arguments: ["--report", "run.json"])
        try await run.wait(untilEvaluated: 45 * 60)
        #expect(try folder.read("all.csv").contains("host-100.example"))
        try FileManager.default.removeItem(at: first)
        try folder.file("eve.json", Self.calls(50..<90))
        try await run.wait(untilEvaluated: 85 * 60)
        #expect(try await run.interrupt() == 130)
        let csv = try folder.read("all.csv")
        #expect(csv.contains("host-125.example; host-126.example"), "\(csv)")
        #expect(!csv.contains("host-124.example"))
        #expect(!(try folder.read("run.json").contains("left out")))
    }
}
