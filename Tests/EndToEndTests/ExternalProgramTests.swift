import Foundation
import TestKit
import Testing

/// The examples in Python, recorded and run as their authors would.
@Suite("Plugins in Python", .enabled(if: Python.isThere, "python3 is not installed"))
struct ExternalProgramTests {
    static let examples = BuiltCommand.project.appending(path: "examples/python")
    let folder: TemporaryFolder

    init() throws { folder = TemporaryFolder() }

    var environment: [String: String] { ["XDG_CONFIG_HOME": folder.url.path] }

    @discardableResult
    func flare(_ arguments: String...) throws -> BuiltCommand.Result {
        try BuiltCommand.run(arguments, in: folder.url, environment: environment)
    }

    func add(_ example: String, _ arguments: String...) throws -> BuiltCommand.Result {
        let script = Self.examples.appending(path: example).path
        return try BuiltCommand.run(
            ["plugins", "add"] + arguments + ["--", "python3", script], in: folder.url, environment: environment)
    }

    /// A host that calls every minute, one that goes to 120 servers, and one that is silent for hours.
    func writeFlows() throws {
        var rows = ["start,src_ip,dest_ip,dest_port,proto,bytes_toserver,bytes_toclient"]
        for call in 0..<200 { rows.append("\(1_700_000_000 + call * 60),192.168.0.53,160.153.76.129,80,tcp,400,900") }
        for peer in 0..<120 { rows.append("\(1_700_000_000 + peer * 97),192.168.0.7,1.2.3.\(peer),443,tcp,100,100") }
        for time in [0, 100, 30000] { rows.append("\(1_700_000_000 + time),192.168.0.9,9.9.9.9,443,tcp,1,1") }
        rows.append(",192.168.0.9,9.9.9.9,443,tcp,1,1")
        try folder.file("flows.csv", rows.joined(separator: "\n") + "\n")
        try folder.file("owners.csv", "address,owner\n192.168.0.53,ada\n")
    }

    func pipeline(_ detectors: String) -> String {
        """
        version: 1
        window: all
        sources: [{plugin: csv-flows, path: flows.csv}]
        enrichers: [{plugin: asset-owner, path: owners.csv}]
        detectors: [\(detectors)]
        sinks: [{plugin: markdown-table, path: out.md}, {plugin: csv, path: out.csv}]

        """
    }

    func addAll() throws {
        for example in ["csv_flows.py", "asset_owner.py", "long_gaps.py", "fan_out.py", "markdown_sink.py"] {
            let result = try add(example)
            #expect(result.exitCode == 0, "\(result.errors)")
        }
        try writeFlows()
    }

    @Test("a source, an enricher, two detectors and a sink make a run together")
    func allKinds() throws {
        try addAll()
        try folder.file("p.yaml", pipeline("{plugin: long-gaps, hours: 5}, {plugin: fan-out}"))
        let result = try flare("run", "p.yaml")
        #expect(result.exitCode == 0, "\(result.errors)")
        #expect(result.errors.contains("Read 324 records"))
        #expect(result.errors.contains("1 no start"))
        let table = try folder.read("out.md")
        #expect(table.contains("| 192.168.0.7 |  |  |  | 120 destinations |"))
        #expect(table.contains("| 192.168.0.9 | 9.9.9.9 | 443 |  | silent for 8.3 hours, then back |"))
        #expect(try folder.read("out.csv").contains("gap,src_owner"))
        #expect(!(folder.names.contains("out.md.part")))
    }

    @Test(
        "a detector with numpy finds the beacon, and the enricher names its owner",
        .enabled(if: Python.hasNumpy, "numpy is not installed"))
    func spectral() throws {
        try addAll()
        #expect(try add("spectral.py").exitCode == 0)
        try folder.file("p.yaml", pipeline("{plugin: spectral}"))
        #expect(try flare("run", "p.yaml").exitCode == 0)
        let lines = try folder.read("out.csv").split(whereSeparator: \.isNewline)
        #expect(lines.count == 2)
        #expect(lines.last?.hasPrefix("192.168.0.53,160.153.76.129,80,tcp,") == true)
        #expect(lines.last?.contains(",ada,") == true)
    }

    @Test("validate, list and show know a recorded plugin without running it")
    func known() throws {
        try addAll()
        try folder.file("p.yaml", pipeline("{plugin: long-gaps, hours: -1, hour: 3}"))
        let result = try BuiltCommand.run(
            ["validate", "p.yaml"], in: folder.url, environment: environment.merging(["PATH": "/nowhere"]) { $1 })
        #expect(result.exitCode == 78)
        #expect(result.errors.contains("hours: -1 is out of range"))
        #expect(result.errors.contains("unknown option \"hour\" of detector \"long-gaps\""))
        #expect(try flare("plugins", "list").output.contains("long-gaps"))
        let page = try flare("plugins", "show", "long-gaps").output
        #expect(page.contains("hours  number, h, at least 0, default 6"))
        #expect(page.contains("gap  number, s"))
    }

    @Test("a plugin that has changed since it was recorded is refused")
    func changed() throws {
        let module = try String(contentsOf: Self.examples.appending(path: "flare_plugin.py"), encoding: .utf8)
        try folder.file("flare_plugin.py", module)
        let script = try String(contentsOf: Self.examples.appending(path: "long_gaps.py"), encoding: .utf8)
        try folder.file("mine.py", script)
        try addAll()
        #expect(try flare("plugins", "add", "--pin", "--", "python3", "mine.py").exitCode == 0)
        try folder.file("p.yaml", pipeline("{plugin: long-gaps}"))
        #expect(try flare("run", "p.yaml").exitCode == 0)
        try folder.file("mine.py", script + "\n")
        let pinned = try flare("run", "p.yaml")
        #expect(pinned.exitCode == 1)
        #expect(pinned.errors.contains("mine.py is not the file that was pinned"))
        #expect(try flare("plugins", "add", "--", "python3", "mine.py").exitCode == 0)
        try folder.file(
            "mine.py", script.replacingOccurrences(of: "\"hours\", \"number\"", with: "\"hours\", \"integer\""))
        let other = try flare("run", "p.yaml")
        #expect(other.exitCode == 1)
        #expect(other.errors.contains("option \"hours\" has changed"))
    }

    @Test("an error in the plugin's own code shows its words and traceback")
    func exception() throws {
        try addAll()
        try folder.file(
            "broken.py",
            """
            import sys
            sys.path.insert(0, "\(Self.examples.path)")
            import flare_plugin as flare
            @flare.detector("broken", "Divides by zero.")
            def judge(channel, census, options):
                print("about to divide")
                return flare.finding(1 / 0, "never")
            flare.run()

            """)
        #expect(try flare("plugins", "add", "--", "python3", "broken.py").exitCode == 0)
        try folder.file("p.yaml", pipeline("{plugin: broken}"))
        let result = try flare("run", "p.yaml")
        #expect(result.exitCode == 1)
        #expect(result.errors.contains("it gave up: ZeroDivisionError: division by zero"))
        #expect(result.errors.contains("about to divide"))
        #expect(!(folder.names.contains("out.md")))
    }

    @Test("what is no plugin is refused, and nothing is recorded")
    func noPlugin() throws {
        let result = try flare("plugins", "add", "--", "echo", "hello")
        #expect(result.exitCode == 1)
        #expect(result.errors.contains("echo hello: it wrote a line that is no JSON"))
        #expect(try !folder.names.contains("flare"))
        #expect(try flare("plugins", "add", "--", "no-such-program").errors.contains("there is no program"))
        #expect(try flare("plugins", "add").exitCode == 2)
    }
}

/// The Python that is installed.
enum Python {
    static let isThere = succeeds("import json")
    static let hasNumpy = succeeds("import numpy")
    static let hasJSONSchema = succeeds("import jsonschema, yaml")

    private static func succeeds(_ code: String) -> Bool {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", code]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}
