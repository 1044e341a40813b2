import Foundation
import TestKit
import Testing

/// What stays, what is left out, and what could not be written: nothing of it is silent.
@Suite("Outputs that are kept, hidden or not whole")
struct KeptOutputsTests {
    let folder: TemporaryFolder

    init() throws {
        folder = TemporaryFolder()
        try folder.file(
            "pipeline.yaml",
            SampleFlows.pipeline + """

                  - {plugin: html, path: report.html}
                  - {plugin: markdown, path: ticket.md}
                  - {plugin: json, path: lines.json}
                  - {plugin: sqlite, path: flare.sqlite}
                  - {plugin: table}
                """)
        try folder.file("eve.json", SampleFlows.beacon.joined(separator: "\n") + "\n")
    }

    private func flare(_ arguments: String...) throws -> BuiltCommand.Result {
        try BuiltCommand.run(arguments, in: folder.url)
    }

    private func sh(_ line: String) throws -> (status: Int32, output: String) {
        let command = try Command(
            ["/bin/bash", "-c", line.replacingOccurrences(of: "flare ", with: "'\(BuiltCommand.path.path)' ")],
            in: folder.url, withErrors: true)
        return (command.status, String(decoding: command.output, as: UTF8.self))
    }

    // MARK: A run without records

    @Test("a run that found no record leaves the files of the one before as they were, and says so")
    func keepsFiles() throws {
        #expect(try flare("run", "pipeline.yaml").exitCode == 0)
        let names = ["out.csv", "report.html", "ticket.md", "lines.json"]
        let before = try names.map(folder.read)
        try folder.file("eve.json", "")
        let result = try flare("run", "pipeline.yaml", "--report", "report.json")
        #expect(result.exitCode == 4)
        #expect(try names.map(folder.read) == before)
        #expect(result.errors.contains("Output csv: not written, since nothing was judged"))
        #expect(try folder.read("report.json").contains("\"isKept\" : true"))
        #expect(try !folder.names.contains { $0.hasSuffix(".partial") })
        // Where that is asked for, an empty window is a result like another.
        #expect(try flare("run", "pipeline.yaml", "--set", "on_empty=ok").exitCode == 0)
        #expect(try folder.read("out.csv").split(whereSeparator: \.isNewline).count == 1)
    }

    @Test("a run that judged no channel leaves the files of the one before as they were, and says so")
    func keepsFilesOfJudged() throws {
        #expect(try flare("run", "pipeline.yaml").exitCode == 0)
        let names = ["out.csv", "report.html", "ticket.md", "lines.json"]
        let before = try names.map(folder.read)
        try folder.file("eve.json", SampleFlows.beacon.prefix(3).joined(separator: "\n") + "\n")
        let result = try flare("run", "pipeline.yaml")
        #expect(result.exitCode == 4)
        #expect(try names.map(folder.read) == before)
        #expect(result.errors.contains("Output csv: not written, since nothing was judged"), "\(result.errors)")
    }

    // MARK: Known findings

    @Test(
        "known findings that history leaves out are counted on the page, in Markdown, in the table and in the summary")
    func countsKnown() throws {
        #expect(try flare("run", "pipeline.yaml").exitCode == 0)
        let option = "enrichers=[{plugin: history, path: flare.sqlite, new_only: true}]"
        let result = try flare("run", "pipeline.yaml", "--set", option, "--report", "-")
        #expect(result.exitCode == 0)
        let sentence = "1 known finding left out by history"
        #expect(result.output.contains("No other findings.\n\(sentence)\n"))
        #expect(result.errors.contains(sentence))
        #expect(result.output.contains("\"rule\" : \"known\""))
        let (page, ticket) = (try folder.read("report.html"), try folder.read("ticket.md"))
        #expect(page.contains(sentence) && page.contains("Nothing else was found in this window."))
        #expect(ticket.contains(sentence) && ticket.contains("Nothing else was found in this window."))
    }

    @Test("the second run of field trial 17 says how many it left out", .enabled(if: RealRecords.areThere))
    func fieldTrial() throws {
        try FileManager.default.copyItem(
            at: BuiltCommand.project.appending(path: "configs/samples/home-24h.json.gz"),
            to: folder.url.appending(path: "home-24h.json.gz"))
        let screens = RealRecords.folder.appending(path: "field/17-screens")
        try folder.file(
            "history.yaml", String(contentsOf: screens.appending(path: "history-silent.yaml"), encoding: .utf8))
        #expect(try flare("run", "history.yaml").exitCode == 0)
        let count = try folder.read("new.jsonl").split(separator: "\n").count
        #expect(count > 40)
        let result = try flare("run", "history.yaml")
        #expect(result.exitCode == 0)
        for text in [result.output, result.errors, try folder.read("new.html")] {
            #expect(text.contains("\(count) known findings left out by history"))
            #expect(!text.contains("Nothing was found in this window"))
        }
        #expect(try folder.read("new.jsonl").isEmpty)
    }

    // MARK: Columns

    @Test("columns that no finding has are complaints with the nearest names", .enabled(if: RealRecords.areThere))
    func unknownColumns() throws {
        let file = RealRecords.folder.appending(path: "field/17-screens/table-columns.yaml")
        let result = try flare("validate", file.path)
        #expect(result.exitCode == 78)
        for (wrong, right) in [("srcip", "src_ip"), ("hosst", "host")] {
            #expect(result.errors.contains("no finding of this pipeline has a column \"\(wrong)\""))
            #expect(result.errors.contains("did you mean \"\(right)\"?"))
        }
        #expect(result.errors.contains("table-columns.yaml:11:25: error"))
    }

    @Test("a column of a link that no finding has is a complaint; one that an enricher would write is a warning")
    func unknownLinkColumns() throws {
        let wrong = try flare(
            "validate", "pipeline.yaml", "--set", "sinks.1.links.siem=https://siem.lan/?q={sorce}&from={from}")
        #expect(wrong.exitCode == 78)
        #expect(wrong.errors.contains("no finding of this pipeline has a column \"sorce\""))
        #expect(!wrong.errors.contains("\"from\""))
        let ready = try flare("validate", "pipeline.yaml", "--set", "sinks.5.columns=[priority, user_agents]")
        #expect(ready.exitCode == 0)
        #expect(ready.errors.contains("warning") && ready.errors.contains("enricher \"context\" would write it"))
    }

    // MARK: Full disks, devices, links

    @Test(
        "an answer that standard output has no room for ends the command with 1, and says so",
        .enabled(if: FileManager.default.fileExists(atPath: "/dev/full")),
        arguments: [
            "--help", "--version", "validate pipeline.yaml", "plugins", "plugins show beacon", "schema",
            "reference plugins",
            "ip 10.0.0.1", "history flare.sqlite", "convert x.ini", "channels eve.json --csv -", "check pipeline.yaml",
            "run pipeline.yaml --quiet --report -", "run pipeline.yaml --explain 192.168.0.53,*",
            "whois --offline 10.0.0.1", "--generate-completion-script bash",
        ])
    func fullDisk(_ arguments: String) throws {
        #expect(try flare("run", "pipeline.yaml", "--quiet").exitCode == 0)
        try folder.file("x.ini", "[beacon]\nes_host=localhost\n")
        let wanted = arguments.contains("--quiet") ? [1, 3] : [1]
        let line = arguments.replacingOccurrences(of: "*", with: "'*'").replacingOccurrences(of: "--offline ", with: "")
        let result = try sh("flare \(line) >/dev/full")
        #expect(wanted.contains(Int(result.status)), "\(result)")
        #expect(result.output.contains("No space left on device"))
    }

    @Test("a report goes through links, into devices and pipes, and keeps the rights of its file")
    func reports() throws {
        let quiet = "flare run pipeline.yaml --quiet --set 'sinks=[{plugin: csv, path: o.csv}]' --report"
        try folder.file("real.json")
        let result = try sh(
            """
            set -e
            chmod 600 real.json; ln -s real.json link.json; ln -s sub/none.json dangling.json; mkfifo pipe; mkdir sub
            \(quiet) link.json
            \(quiet) dangling.json
            \(quiet) /dev/null
            cat pipe > piped.json & \(quiet) pipe; wait
            \(quiet) - > printed.json
            test -L link.json -a -L dangling.json -a -p pipe -a -c /dev/null -a -s sub/none.json
            stat -c %a real.json
            """)
        #expect(result.status == 0, "\(result.output)")
        #expect(result.output == "600\n")
        for name in ["real.json", "piped.json", "printed.json"] {
            #expect(try folder.read(name).contains("\"exit_code\" : 0"), "\(name)")
        }
        #expect(try flare("run", "pipeline.yaml", "--report", "/dev/full").exitCode == 1)
    }

    @Test("results of other commands go through links and into devices too")
    func results() throws {
        let result = try sh(
            """
            set -e
            ln -s real.csv link.csv; touch real.csv; chmod 600 real.csv
            flare channels eve.json --csv link.csv
            flare channels eve.json --csv /dev/null
            test -L link.csv -a -c /dev/null
            stat -c %a real.csv
            """)
        #expect(result.status == 0, "\(result.output)")
        #expect(result.output.hasSuffix("600\n"))
        #expect(try folder.read("real.csv").split(separator: "\n").count > 100)
    }
}
