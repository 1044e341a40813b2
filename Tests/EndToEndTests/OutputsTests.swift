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

    @Test("history of a file that is not there says who writes it")
    func noHistory() throws {
        let result = try flare("history", "none.sqlite")
        #expect(result.exitCode == 1)
        #expect(result.errors == "flare: none.sqlite: there is no such file; a sqlite sink writes it\n")
    }
}
