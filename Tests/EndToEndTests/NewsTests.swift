import Foundation
import TestKit
import Testing

@Suite("What somebody is told")
struct NewsTests {
    private let folder = TemporaryFolder()

    /// A pipeline whose news goes to a program of the user's own, which keeps it in the file `told`.
    private func pipeline(_ flows: [String]) throws {
        let program = try folder.file("config/flare/tell", "#!/bin/sh\ncat >> '\(folder.path("told"))'\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: program.path)
        try folder.file("eve.json", flows.joined(separator: "\n") + "\n")
        try folder.file(
            "pipeline.yaml",
            SampleFlows.pipeline + "\n  - plugin: exec\n    program: \(program.path)\n    tell: {min_severity: low}\n")
    }

    private func flare(_ arguments: String...) throws -> BuiltCommand.Result {
        try BuiltCommand.run(
            arguments, in: folder.url,
            environment: ["XDG_CONFIG_HOME": folder.path("config"), "XDG_STATE_HOME": folder.path("state")])
    }

    private var told: [String] {
        ((try? folder.read("told")) ?? "").split(separator: "\n").map { line in
            let names = ["\"news\":\"new\"", "\"news\":\"quiet\"", "\"test\":true"]
            return names.first { line.contains($0) } ?? String(line)
        }
    }

    @Test("is told once by runs that do not follow, and that it has gone quiet a day later")
    func nightly() throws {
        try pipeline(SampleFlows.beacon)
        for _ in 0..<2 {
            let result = try flare("run", "pipeline.yaml")
            #expect(result.exitCode == 0, "\(result.errors)")
            #expect(told == ["\"news\":\"new\""])
        }
        let others = (0..<40).map { SampleFlows.flow(at: 200_000 + $0 * 60, from: "192.168.0.8", id: $0) }
        try folder.file("eve.json", others.joined(separator: "\n") + "\n")
        #expect(try flare("run", "pipeline.yaml").exitCode == 0)
        #expect(told.sorted() == ["\"news\":\"new\"", "\"news\":\"new\"", "\"news\":\"quiet\""])
    }

    @Test("nothing at all goes quiet in a night without records")
    func empty() throws {
        try pipeline(SampleFlows.beacon)
        #expect(try flare("run", "pipeline.yaml").exitCode == 0)
        try folder.file("eve.json", SampleFlows.flow(at: 300_000) + "\n")
        #expect(try flare("run", "pipeline.yaml").exitCode == 4)
        #expect(told == ["\"news\":\"new\""])
    }

    @Test("flare check sends a labelled test where it is asked to")
    func check() throws {
        try pipeline(SampleFlows.beacon)
        let check = try flare("check", "pipeline.yaml")
        #expect(check.exitCode == 0)
        #expect(!check.output.contains("tell can"), "\(check.output)")
        #expect(told.isEmpty)
        let result = try flare("check", "pipeline.yaml", "--send-test")
        #expect(result.output.contains("a test message was sent to "), "\(result.output)")
        #expect(told == ["\"test\":true"])
    }

    @Test("a program beside the pipeline file is not run")
    func untrusted() throws {
        try pipeline(SampleFlows.beacon)
        try FileManager.default.copyItem(atPath: folder.path("config/flare/tell"), toPath: folder.path("tell"))
        let result = try flare("run", "pipeline.yaml", "--set", "sinks.1.program=tell")
        #expect(result.exitCode != 0)
        #expect(result.errors.contains("put it into /etc/flare or ~/.config/flare"), "\(result.errors)")
        #expect(told.isEmpty)
    }

    @Test("the demo's day has at most 1.2 lines a finding, none of them twice")
    func demo() throws {
        let lines = try DemoSampleTests.unzipped(DemoSampleTests.bundled)
        try folder.write(lines, as: "day.json")
        let result = try BuiltCommand.run(
            [
                "run", BuiltCommand.project.appending(path: "configs/suricata-live.yaml").path, "--follow", "--quiet",
                "--state", folder.path("state.json"), "--set", "sources.0.paths=[\"-\"]", "--set", "every=30m", "--set",
                "sinks.0.path=\(folder.path("news.jsonl"))", "--set", "sinks.1.path=\(folder.path("all.csv"))",
            ], input: FileHandle(forReadingFrom: URL(filePath: folder.path("day.json"))))
        #expect(result.exitCode == 4, "\(result.errors)")
        struct Line: Decodable, Hashable {
            let id: String
            let news: String
            let severity: String
        }
        let news = try folder.read("news.jsonl").split(separator: "\n").map {
            try JSONDecoder().decode(Line.self, from: Data($0.utf8))
        }
        let findings = Set(news.map(\.id)).count
        #expect(findings > 20)
        #expect(Double(news.count) <= 1.2 * Double(findings), "\(news.count) lines for \(findings) findings")
        #expect(Set(news).count == news.count)
    }
}

@Suite("flare ack")
struct AckTests {
    private let folder = TemporaryFolder()

    private func flare(_ arguments: String...) throws -> BuiltCommand.Result {
        try BuiltCommand.run(arguments, in: folder.url, environment: ["USER": "anna"])
    }

    /// The ids of what the run before wrote.
    private var ids: [String] {
        get throws {
            struct Line: Decodable { let id: String }
            return try folder.read("out.json").split(separator: "\n").map {
                try JSONDecoder().decode(Line.self, from: Data($0.utf8)).id
            }
        }
    }

    @Test(
        "hides what is benign and says so; the history shows who, when and why; flare eval takes verdicts for the truth"
    )
    func acknowledged() throws {
        try folder.file("eve.json", SampleFlows.beacon.joined(separator: "\n") + "\n")
        try folder.file(
            "pipeline.yaml",
            SampleFlows.pipeline + "\n  - {plugin: sqlite, path: flare.sqlite}\n  - {plugin: json, path: out.json}\n"
                + "enrichers:\n  - {plugin: history, path: flare.sqlite}\n")
        #expect(try flare("run", "pipeline.yaml").exitCode == 0)
        let id = try #require(try ids.first)
        let ack = try flare("ack", id, "--as", "benign", "--note", "it's the \"backup\"")
        #expect(ack.exitCode == 0, "\(ack.errors)")
        #expect(
            ack.output.contains(
                #"- {from: "192.168.0.53", network: "160.153.76.129", port: 80, reason: "anna: it's the \"backup\"", expires: "#
            ), "\(ack.output)")
        let run = try flare("run", "pipeline.yaml")
        #expect(run.errors.contains("1 finding left out by history (benign by anna on "), "\(run.errors)")
        #expect(try ids.isEmpty)
        #expect(try flare("history", "flare.sqlite").output.contains("benign by anna on "))

        #expect(try flare("ack", id, "--as", "malicious", "--note", "case 17").exitCode == 0)
        #expect(try flare("run", "pipeline.yaml").exitCode == 0)
        #expect(try folder.read("out.json").contains("malicious by anna on "))
        let eval = try flare("eval", "pipeline.yaml", "--truth", "flare.sqlite")
        #expect(eval.exitCode == 0, "\(eval.errors)")
        #expect(eval.output.contains("case 17") || eval.output.contains("1"), "\(eval.output)")
    }

    @Test("refuses a file that is not there, an id of nothing, and a day that is none")
    func refused() throws {
        #expect(try flare("ack", "abcd", "--as", "watch", "--note", "x").errors.contains("there is no such file"))
        #expect(!folder.names.contains("flare.sqlite"))
        #expect(try flare("ack", "abcd", "--as", "watch", "--note", "x", "--until", "soon").exitCode == 2)
        #expect(try flare("ack", "xyz", "--as", "watch", "--note", "x").exitCode == 2)
    }
}
