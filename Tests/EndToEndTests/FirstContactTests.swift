import Foundation
import HomeNetwork
import TestKit
import Testing

/// What somebody meets who has just got the command.
@Suite("First contact")
struct FirstContactTests {
    private static let sample = BuiltCommand.project.appending(path: "configs/samples/home-24h.json.gz").path
    private let folder: TemporaryFolder

    init() throws {
        folder = TemporaryFolder()
        try folder.file("eve.json", SampleFlows.beacon.joined(separator: "\n") + "\n")
        try folder.file("pipeline.yaml", SampleFlows.pipeline)
    }

    @discardableResult
    private func flare(_ arguments: String..., copy: URL? = nil) throws -> BuiltCommand.Result {
        try BuiltCommand.run(
            arguments, copy: copy, in: folder.url,
            environment: ["XDG_CONFIG_HOME": folder.url.path, "HOME": folder.url.path, "COLUMNS": "200"])
    }

    // MARK: A copied command

    @Test("a command that was copied to an empty folder does all that it did beside its files")
    func copied() throws {
        let alone = TemporaryFolder()
        let copy = alone.url.appending(path: "flare")
        try FileManager.default.copyItem(at: BuiltCommand.path, to: copy)

        let hunt = try flare("hunt", "eve.json", "--save", "kept.yaml", "--csv", "a.csv", copy: copy)
        #expect(hunt.exitCode == 0, "\(hunt.errors)")
        #expect(try folder.read("kept.yaml").contains("builtin:well-known"))
        let here = try flare("hunt", "eve.json", "--csv", "b.csv")
        #expect(hunt.output == here.output)
        // A kept file has a name of its own.
        let csv = try folder.read("a.csv").replacing(",kept,", with: ",the command line,")
        #expect(try csv == folder.read("b.csv"))
        #expect(try flare("run", "kept.yaml", "--quiet", copy: copy).output == here.output)

        let validate = try flare("validate", "kept.yaml", copy: copy)
        #expect(validate.exitCode == 0 && validate.errors.isEmpty, "\(validate.errors)")
        for words in [["schema"], ["plugins", "list", "--yaml"], ["plugins", "show", "allowlist"]] {
            let away = try BuiltCommand.run(words, copy: copy, in: alone.url)
            #expect(away.exitCode == 0 && away.errors.isEmpty, "\(words): \(away.errors)")
            #expect(try away.output == BuiltCommand.run(words).output)
        }

        try folder.file(
            "names.yaml",
            SampleFlows.pipeline.replacingOccurrences(
                of: "detectors:", with: "enrichers: [{plugin: domain}, {plugin: periodic}]\ndetectors:"))
        let names = try flare("run", "names.yaml", copy: copy)
        #expect(names.exitCode == 0, "\(names.errors)")
        #expect(try alone.names == ["flare"])
    }

    @Test("a built-in list that is none is named with the nearest, before anything is read")
    func unknownList() throws {
        try folder.file(
            "pipeline.yaml",
            SampleFlows.pipeline.replacingOccurrences(
                of: "detectors:", with: "enrichers: [{plugin: allowlist, lists: [\"builtin:well-knwn\"]}]\ndetectors:"))
        let result = try flare("validate", "pipeline.yaml")
        #expect(result.exitCode == 78)
        #expect(result.errors.contains("there is no list \"builtin:well-knwn\" in Flare"))
        #expect(result.errors.contains("did you mean \"builtin:well-known\"?"))
    }

    // MARK: What is not there

    @Test(
        "a file that is not there, is a folder, is empty or is another one has its own sentence, and no usage",
        arguments: [
            (["run", "nowhere.yaml"], 78, "there is no file nowhere.yaml"),
            (["validate", "nowhere.yaml"], 78, "there is no file nowhere.yaml"),
            (["check", "*.yaml"], 78, "there is no file *.yaml"),
            (["run", "logs"], 78, "logs is a folder; name a pipeline file in it"),
            (["run", "empty"], 2, "empty is empty, no pipeline file"),
            (
                ["run", "eve.json"], 2,
                "eve.json is EVE of Suricata, no pipeline file; it is read by: flare hunt eve.json"
            ),
            (["hunt", "nowhere.json"], 2, "there is no file nowhere.json"),
            (["hunt", "nowhere/*.json"], 2, "no file matches nowhere/*.json"),
            (["hunt", "empty"], 4, "empty is empty"),
            (["channels", "nowhere.json", "--csv", "-"], 2, "there is no file nowhere.json"),
            (["beacon", "--file", "nowhere.json"], 2, "there is no file nowhere.json"),
        ] as [([String], Int32, String)])
    func sentences(arguments: [String], code: Int32, sentence: String) throws {
        try folder.file("empty")
        try FileManager.default.createDirectory(
            at: folder.url.appending(path: "logs"), withIntermediateDirectories: true)
        let result = try BuiltCommand.run(arguments, in: folder.url)
        #expect(result.exitCode == code)
        #expect(result.errors.hasPrefix("flare: error: \(sentence)"), "\(result.errors)")
        #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
    }

    @Test(
        "a command or option that is none is told with the nearest, and a file in its place with the command that reads it",
        arguments: [
            (["huntt", "eve.json"], "flare has no command \"huntt\"; did you mean \"hunt\"?"),
            (["plugins", "lits"], "flare plugins has no command \"lits\"; did you mean \"list\"?"),
            (["eve.json"], "flare has no command \"eve.json\"; to read the file: flare hunt eve.json"),
            (["pipeline.yaml"], "to read the file: flare run pipeline.yaml"),
            (["hunt", "eve.json", "--grup"], "Did you mean '--group'?"),
            (["hunt", "eve.json", "--focus", "outbond"], "Please provide one of 'outbound'"),
        ])
    func nearest(arguments: [String], sentence: String) throws {
        let result = try BuiltCommand.run(arguments, in: folder.url)
        #expect(result.exitCode == 2)
        #expect(result.errors.contains(sentence), "\(result.errors)")
    }

    @Test("an explanation refuses what it would not do", arguments: [["--report", "r.json"], ["--exit-findings"]])
    func explanation(options: [String]) throws {
        let result = try BuiltCommand.run(
            ["run", "pipeline.yaml", "--explain", "192.168.0.53,*"] + options, in: folder.url)
        #expect(result.exitCode == 2)
        #expect(result.errors.contains("leave out \(options[0])"))
    }

    // MARK: Times and counts

    @Test("a window after all records says when they end, and times have no more than seconds")
    func oldRecords() throws {
        let result = try flare("hunt", "eve.json", "--since", "24h")
        #expect(result.exitCode == 4)
        #expect(result.errors.contains("the records end at 2024-01-01T01:39:00Z, before the window begins"))
        #expect(result.errors.contains("let it begin at a date, such as 2023-12-31"))
        for run in [result, try flare("run", "pipeline.yaml", "--set", "window=24h")] {
            #expect(!run.errors.contains(/:\d\d\.\d+Z/), "\(run.errors)")
        }
    }

    @Test("a line that two detectors read, as a flow and as a lookup, counts once")
    func countedOnce() throws {
        let lookups = (0..<50).map {
            #"{"timestamp":"\#(SampleFlows.time($0 * 60))","flow_id":\#(5000 + $0),"event_type":"dns","#
                + #""src_ip":"192.168.0.53","src_port":5000,"dest_ip":"192.168.0.1","dest_port":53,"proto":"UDP","#
                + #""dns":{"type":"query","rrname":"implant.example","rrtype":"A"}}"#
        }
        try folder.file("eve.json", (SampleFlows.beacon + lookups).joined(separator: "\n") + "\n")
        for detectors in [
            "{plugin: beacon-classic, group_by: domain}",
            "{plugin: beacon-classic}, {plugin: beacon-classic, group_by: domain}",
        ] {
            let result = try flare("run", "pipeline.yaml", "--set", "detectors=[\(detectors)]", "--threads", "3")
            #expect(result.exitCode == 0, "\(result.errors)")
            #expect(result.errors.contains("Read 158 records"), "\(result.errors)")
            #expect(!result.errors.contains("also read as"))
            #expect(try folder.read("out.csv").contains("implant.example"))
        }
    }

    @Test("a resolver has no name that was asked of it, in no output; what was asked is told beside")
    func resolver() throws {
        let lines = (0..<60).flatMap { call in
            [
                SampleFlows.flow(at: call * 60, to: "45.77.0.53", port: 53, id: 100 + call),
                #"{"timestamp":"\#(SampleFlows.time(call * 60))","flow_id":\#(100 + call),"event_type":"dns","#
                    + #""src_ip":"192.168.0.53","src_port":40000,"dest_ip":"45.77.0.53","dest_port":53,"proto":"TCP","#
                    + #""dns":{"type":"query","rrname":"implant.example","rrtype":"A"}}"#,
            ]
        }
        try folder.file("eve.json", lines.joined(separator: "\n") + "\n")
        let result = try flare("hunt", "eve.json", "--no-allowlist", "--json", "a.json")
        #expect(result.exitCode == 0, "\(result.errors)")
        let line = try #require(try folder.read("a.json").split(separator: "\n").first)
        let finding = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect(finding["dest_ip"] as? String == "45.77.0.53")
        #expect(finding["host"] as? String == nil)
        #expect(finding["queries"] as? [String] == ["implant.example"])
        #expect(
            (finding["context_summary"] as? String)?.hasPrefix("192.168.0.53 asked 45.77.0.53 for implant.example")
                == true)
    }

    // MARK: The demo

    @Test(
        "the demo's implant comes first, and little else is critical, however seldom it calls",
        arguments: [60, 600, 3600])
    func seldom(interval: Int) throws {
        let lines = SampleDay.lines(implantEvery: interval)
        try folder.file("home.json", lines.joined(separator: "\n") + "\n")
        let result = try flare("hunt", "home.json", "--json", "a.json", "--quiet")
        #expect(result.exitCode == 0, "\(result.errors)")
        let first = try #require(result.output.split(separator: "\n").dropFirst().first)
        #expect(first.hasPrefix("critical") && first.contains("www.huntoperator.com:80"), "\(result.output)")
        let critical = try folder.read("a.json").split(separator: "\n").count { $0.contains(#""severity":"critical""#) }
        #expect(critical <= 3)
    }

    @Test("README's example is what comes out")
    func example() throws {
        let result = try Shell.run("scripts/readme --check '\(BuiltCommand.path.path)'", in: BuiltCommand.project)
        #expect(result.exitCode == 0, "run scripts/readme: \(result.errors)")
    }
}
