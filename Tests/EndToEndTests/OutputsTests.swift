import Foundation
import TestKit
import Testing

@Suite("Outputs side by side")
struct OutputsTests {
    let folder: TemporaryFolder

    init() throws {
        folder = TemporaryFolder()
        try folder.file(
            "pipeline.yaml",
            SampleFlows.pipeline + """

                  - plugin: html
                    path: out/report.html
                  - plugin: markdown
                    path: out/ticket.md
                  - plugin: sqlite
                    path: out/flare.sqlite
                """)
        try folder.file("eve.json", SampleFlows.beacon.joined(separator: "\n") + "\n")
    }

    private func flare(_ arguments: String...) throws -> BuiltCommand.Result {
        try BuiltCommand.run(arguments, in: folder.url)
    }

    private func run(_ arguments: String...) throws -> BuiltCommand.Result {
        try BuiltCommand.run(["run", folder.url.appending(path: "pipeline.yaml").path] + arguments, in: folder.url)
    }

    @Test("a page, a ticket, a history and a table of one run agree")
    func allOutputs() throws {
        #expect(try run().exitCode == 0)
        let page = try folder.read("out/report.html")
        let hasTitle = page.contains("<h3>192.168.0.53 → 160.153.76.129:80</h3>")
        #expect(hasTitle)
        let namesTable = page.contains("calls every 60 s")
        #expect(namesTable)
        #expect(
            try folder.read("out/ticket.md").contains("| medium 0.44 | `192.168.0.53` | `160.153.76.129:80` | 60 s |"))
        #expect(try folder.read("out.csv").contains("192.168.0.53,160.153.76.129,80"))
        let history = try flare("history", "out/flare.sqlite", "192.168.0.53,160.153.76.129,80")
        #expect(history.exitCode == 0)
        #expect(
            history.output.contains("192.168.0.53 → 160.153.76.129:80  beacon-classic  new  0.44      1      60 s   99")
        )
    }

    @Test("an output that fails leaves the others, and the run ends with 3")
    func oneFails() throws {
        try folder.file("no folder", "")
        let result = try run("--set", "sinks.1.path=no folder/report.html")
        #expect(result.exitCode == 3)
        #expect(result.errors.contains("html failed"))
        #expect(try folder.read("out.csv").contains("192.168.0.53"))
        #expect(try folder.read("out/ticket.md").contains("192.168.0.53"))
    }

    @Test("a damaged history is named, and the others are written")
    func damagedHistory() throws {
        try folder.file("broken.sqlite", String(repeating: "no database", count: 100))
        let result = try run("--set", "sinks.3.path=broken.sqlite")
        #expect(result.exitCode == 3)
        #expect(result.errors.contains("broken.sqlite: is no database"))
        #expect(try folder.read("out.csv").contains("192.168.0.53"))
    }

    @Test("a second run's findings are known, and the history enricher leaves them out of every output")
    func newOnly() throws {
        #expect(try run().exitCode == 0)
        #expect(try run("--set", "enrichers=[{plugin: history, path: out/flare.sqlite, new_only: true}]").exitCode == 0)
        #expect(try folder.read("out.csv").split(whereSeparator: \.isNewline).count == 1)
        let page = try folder.read("out/report.html")
        let saysWhatIsHidden = page.contains("Nothing else was found") && page.contains("left out")
        #expect(saysWhatIsHidden)
        let runs = try flare("history", "out/flare.sqlite", "--runs")
        #expect(runs.output.split(separator: "\n").count == 3)
    }

    @Test("rules for a finding are the same from its line and from the history, and stand on the page")
    func rules() throws {
        #expect(try run("--set", "sinks.2={plugin: json, path: out.json}").exitCode == 0)
        let rules = try flare("rules", "out.json", "192.168.0.53,160.153.76.129,80")
        #expect(rules.exitCode == 0, "\(rules.errors)")
        #expect(rules.output.contains("alert tcp $HOME_NET any -> [160.153.76.129] 80 (msg:\"Flare beacon-classic to"))
        #expect(try flare("rules", "out/flare.sqlite", ",160.153.76.129").output == rules.output)
        let zeek = try flare("rules", "--language", "zeek", "out.json", "192.168.0.53").output
        #expect(zeek.contains("\n160.153.76.129\tIntel::ADDR\tFlare\tbeacon-classic to 160.153.76.129:80, finding "))
        let isOnPage = try folder.read("out/report.html").contains(
            "alert tcp $HOME_NET any -&gt; [160.153.76.129] 80 (")
        #expect(isOnPage)
    }

    @Test("a finding without a rule, and a file without findings, are named")
    func noRules() throws {
        #expect(try run("--set", "sinks.2={plugin: json, path: out.json}").exitCode == 0)
        let unknown = try flare("rules", "out.json", "ffffffffffffffff")
        #expect(unknown.exitCode == 1)
        #expect(unknown.errors.contains("out.json: there is no finding ffffffffffffffff; look for its id in the file"))
        let other = try flare("rules", "eve.json", "192.168.0.53")
        #expect(other.exitCode == 1)
        #expect(other.errors.contains("eve.json: line 1 is no finding; give the JSON lines of flare hunt --json"))
        #expect(
            try flare("rules", "none.json", "192.168.0.53").errors.contains("none.json: cannot be read: No such file"))
    }

    @Test("history of a file that is not there says who writes it")
    func noHistory() throws {
        let result = try flare("history", "none.sqlite")
        #expect(result.exitCode == 1)
        #expect(result.errors == "flare: none.sqlite: there is no such file; a sqlite sink writes it\n")
    }
}
