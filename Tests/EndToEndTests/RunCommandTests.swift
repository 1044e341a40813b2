import Foundation
import TestKit
import Testing

@Suite("flare run")
struct RunCommandTests {
    let folder: TemporaryFolder

    init() throws {
        folder = TemporaryFolder()
        try folder.file("pipeline.yaml", SampleFlows.pipeline)
        try folder.file("eve.json", SampleFlows.beacon.joined(separator: "\n") + "\n")
    }

    func run(_ arguments: String..., environment: [String: String] = [:]) throws -> BuiltCommand.Result {
        try BuiltCommand.run(
            ["run", folder.url.appending(path: "pipeline.yaml").path] + arguments, in: folder.url,
            environment: environment)
    }

    @Test("finds the beacon and writes it to the CSV beside the pipeline file")
    func findsTheBeacon() throws {
        let result = try run()
        #expect(result.exitCode == 0)
        #expect(result.output.isEmpty)
        let lines = try folder.read("out.csv").split(whereSeparator: \.isNewline)
        #expect(lines.count == 2)
        #expect(
            lines[0].hasPrefix("src_ip,dest_ip,dest_port,proto,bytes_toserver,bytes_toclient,dest_degree,occurrences,"))
        #expect(
            lines[1].hasPrefix(
                "192.168.0.53,160.153.76.129,80,,39600,89100,2,99,100,60,1,0.4427,-1,medium,calls every 60 s: "))
        #expect(lines[1].contains(",2024-01-01T00:00:00Z,2024-01-01T01:39:00Z,"))
        #expect(result.errors.contains("Read 108 records"))
        #expect(result.errors.contains("Findings: 1 (1 medium)"))
        #expect(result.errors.contains("out.csv"))
    }

    @Test("--quiet says nothing where all went well")
    func quiet() throws {
        let result = try run("--quiet")
        #expect(result.exitCode == 0)
        #expect(result.errors.isEmpty)
    }

    @Test("--exit-findings ends with 10 where there are findings, with 0 where there are none")
    func exitFindings() throws {
        #expect(try run("--exit-findings").exitCode == 10)
        #expect(try run("--exit-findings", "--set", "detectors.0.min_interval=3600").exitCode == 0)
    }

    @Test("a window without records ends with 4, says what the input holds, and leaves the list of the run before")
    func emptyWindow() throws {
        _ = try run()
        let before = try folder.read("out.csv")
        let result = try run("--since", "2024-02-01")
        #expect(result.exitCode == 4)
        #expect(result.errors.contains("108 × outside the window, from 2024-01-01T00:00:00Z to "))
        #expect(try folder.read("out.csv") == before)
        #expect(try run("--since", "2024-02-01", "--set", "on_empty=ok").exitCode == 0)
    }

    @Test("a file without flows says which events it holds, from when to when")
    func noFlows() throws {
        try folder.file(
            "eve.json", #"{"timestamp":"2024-01-01T00:00:00.000000+0000","event_type":"stats","stats":{}}"# + "\n")
        let result = try run()
        #expect(result.exitCode == 4)
        #expect(result.errors.contains("1 × event type stats"))
        #expect(result.errors.contains("2024-01-01T00:00:00Z"))
    }

    @Test("a newest record older than max_age ends with 4, with the findings written")
    func maxAge() throws {
        let result = try run("--set", "max_age=2h", "--set", "on_empty=ok")
        #expect(result.exitCode == 4)
        #expect(result.errors.contains("max_age"))
        #expect(try folder.read("out.csv").split(whereSeparator: \.isNewline).count == 2)
    }

    @Test("more rejected records than max_rejected ends with 3; the good ones are used")
    func maxRejected() throws {
        try folder.file(
            "eve.json", (SampleFlows.beacon + Array(repeating: "{not json", count: 10)).joined(separator: "\n"))
        let result = try run()
        #expect(result.exitCode == 3)
        #expect(result.errors.contains("10 records of interest were rejected"))
        #expect(try folder.read("out.csv").split(whereSeparator: \.isNewline).count == 2)
        #expect(try run("--set", "max_rejected=0.2").exitCode == 0)
    }

    @Test("an input that is not there ends with 1, names it, and leaves no output")
    func missingInput() throws {
        let result = try run("--set", "sources.0.paths.0=nowhere.json")
        #expect(result.exitCode == 1)
        #expect(result.errors.contains("nowhere.json"))
        #expect(try !folder.names.contains("out.csv"))
    }

    @Test("a wrong pipeline file ends with 78 and shows every complaint with its place")
    func wrongConfiguration() throws {
        try folder.file(
            "pipeline.yaml",
            SampleFlows.pipeline.replacingOccurrences(of: "beacon-classic", with: "beacon-clasic")
                .replacingOccurrences(of: "window: all", with: "windw: all"))
        let result = try run()
        #expect(result.exitCode == 78)
        #expect(result.errors.contains("pipeline.yaml:3:1"))
        #expect(result.errors.contains("pipeline.yaml:8:13"))
        #expect(result.errors.contains("beacon-classic"))
    }

    @Test("a pipeline file that is not there ends with 78", arguments: ["nowhere.yaml", "."])
    func missingPipeline(name: String) throws {
        let result = try BuiltCommand.run(["run", folder.url.appending(path: name).path])
        #expect(result.exitCode == 78)
        #expect(!result.errors.isEmpty)
    }

    @Test(
        "wrong usage ends with 2",
        arguments: [["run"], ["run", "x.yaml", "--nonsense"], ["fly"], ["run", "x.yaml", "--since", "yesterday"]])
    func wrongUsage(arguments: [String]) throws {
        #expect(try BuiltCommand.run(arguments).exitCode == 2)
    }

    @Test("the report's counts add up and agree with the closing summary")
    func report() throws {
        let result = try run("--report", "run.json", "--until", "2024-01-01T01:00:00Z")
        #expect(result.exitCode == 0)
        let report = try JSONSerialization.jsonObject(with: Data(folder.read("run.json").utf8)) as? [String: Any]
        let records = try #require(report?["records"] as? [String: Int])
        #expect(records["read"] == 108)
        #expect(records["read"] == (records["used"] ?? 0) + (records["skipped"] ?? 0) + (records["rejected"] ?? 0))
        #expect(records["skipped"] ?? 0 > 0)
        #expect(report?["exit_code"] as? Int == 0)
    }

    @Test("--log-format json writes one object a line and nothing else")
    func jsonLogs() throws {
        let result = try run("--log-format", "json", "--since", "2024-02-01")
        for line in result.errors.split(whereSeparator: \.isNewline) {
            #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(line.utf8)) }
        }
        #expect(result.errors.contains(#""state":"#), "what the source says of its world is missing")
    }

    @Test("the same bytes come out with 1, 2 and 7 threads and with the lines shuffled")
    func orderDoesNotMatter() throws {
        var outputs: Set<String> = []
        for threads in ["1", "2", "7"] {
            for lines in [SampleFlows.beacon, SampleFlows.beacon.shuffled()] {
                try folder.file("eve.json", lines.joined(separator: "\n"))
                #expect(try run("--threads", threads).exitCode == 0)
                outputs.insert(try folder.read("out.csv"))
            }
        }
        #expect(outputs.count == 1)
    }

    @Test("grouped by host, a beacon that hops over addresses is one channel that lists them")
    func groupedByHost() throws {
        var lines: [String] = []
        for call in 0..<40 {
            let address = "203.0.113.\(call % 8)"
            lines.append(SampleFlows.flow(at: call * 60, to: address, port: 443, id: 100 + call))
            if call % 2 == 0 {
                lines.append(SampleFlows.tls(at: call * 60, to: address, id: 100 + call, name: "CDN.example.org"))
            } else {
                lines.append(SampleFlows.http(at: call * 60, to: address, id: 100 + call, name: "cdn.example.org:443"))
            }
        }
        // A flow without a name stays under its address.
        lines.append(SampleFlows.flow(at: 30, to: "203.0.113.1", port: 443, id: 999))
        try folder.file("eve.json", lines.shuffled().joined(separator: "\n"))
        let result = try run("--set", "detectors.0.group_by=host", "--report", "run.json")
        #expect(result.exitCode == 0)
        let rows = try folder.read("out.csv").split(whereSeparator: \.isNewline)
        #expect(rows.count == 2)
        #expect(rows.last?.hasPrefix("192.168.0.53,cdn.example.org,443,,") == true)
        #expect(rows.last?.contains("203.0.113.0; 203.0.113.1; 203.0.113.2") == true)
        #expect(result.errors.contains("Channels: 2"))
        #expect(result.errors.contains("Read 81 records"))
    }

    @Test("an interrupted run ends with the signal's code and leaves nothing behind", arguments: [SIGINT, SIGTERM])
    func interrupted(signal: Int32) throws {
        let pipe = Pipe()
        pipe.fileHandleForWriting.write(Data((SampleFlows.beacon.joined(separator: "\n") + "\n").utf8))
        let result = try BuiltCommand.run(
            ["run", folder.url.appending(path: "pipeline.yaml").path, "--set", "sources.0.paths.0=-"], in: folder.url,
            input: pipe.fileHandleForReading
        ) { process in
            // The output's file, which has no name yet, shows that the run has begun.
            let open = "/proc/\(process.processIdentifier)/fd"
            let begun = {
                let files = (try? FileManager.default.contentsOfDirectory(atPath: open)) ?? []
                return files.contains { file in
                    let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(open)/\(file)")
                    return target?.hasPrefix(folder.url.path + "/#") == true
                }
            }
            let deadline = Date(timeIntervalSinceNow: 120)
            while !begun(), process.isRunning, Date() < deadline { sched_yield() }
            kill(process.processIdentifier, signal)
        }
        #expect(result.exitCode == 128 + signal)
        #expect(folder.names == ["eve.json", "pipeline.yaml"])
        pipe.fileHandleForWriting.closeFile()
    }
}
