import Foundation
import TestKit
import Testing

/// Inputs of an attacker, as they broke an earlier version.
@Suite("Hostile input in outputs", .enabled(if: RealRecords.areThere))
struct HostileInputTests {
    let folder: TemporaryFolder
    private static let attack = RealRecords.folder.appending(path: "attack")

    init() throws { folder = TemporaryFolder() }

    private func flare(_ arguments: String...) throws -> BuiltCommand.Result {
        try BuiltCommand.run(arguments, in: folder.url)
    }

    private func rows(_ name: String) throws -> [[String]] {
        let read = try Command([
            "/usr/bin/env", "python3", "-c",
            "import csv,json,sys;json.dump(list(csv.reader(open(sys.argv[1],newline='',encoding='utf-8'))),sys.stdout)",
            folder.url.appending(path: name).path,
        ])
        return try JSONDecoder().decode([[String]].self, from: read.output)
    }

    @Test(
        "a user agent with a quote and a mark forges no row and no formula",
        arguments: ["csv-quote.eve.json", "csv-formula.eve.json"])
    func forgedRow(_ input: String) throws {
        let result = try flare("hunt", Self.attack.appending(path: input).path, "--csv", "o.csv", "--json", "o.json")
        #expect(result.exitCode == 0, "\(result.errors)")
        let rows = try rows("o.csv")
        let findings = try folder.read("o.json").split(separator: "\n").count
        #expect(findings > 0)
        #expect(rows.count == findings + 1)
        #expect(rows.allSatisfy { $0.count == rows[0].count })
        let agents = try #require(rows[0].firstIndex(of: "user_agents"))
        // The text as it was: what it says is in one cell.
        let whole = rows.dropFirst().contains { row in
            let cell = Array(row[agents].unicodeScalars)
            return cell.starts(with: ["x", "\"", "\u{301}", ","]) && cell.last == "\""
        }
        #expect(whole)
    }

    @Test("the line that the page offers is one word to sh")
    func shellWord() throws {
        try folder.file(
            "p.yaml",
            """
            version: 1
            sources: [{plugin: eve, paths: ["\(Self.attack.appending(path: "shell-quote.eve.json").path)"]}]
            detectors: [{plugin: beacon, group_by: host}]
            sinks: [{plugin: html, path: o.html}]
            """)
        #expect(try flare("run", "p.yaml").exitCode == 0)
        let page = try folder.read("o.html")
        let start = try #require(page.range(of: "<pre><code>"))
        let end = try #require(page.range(of: "</code></pre>", range: start.upperBound..<page.endIndex))
        // Literally, for a mark behind a reference makes one character of both to Swift.
        let line = page[start.upperBound..<end.lowerBound]
            .replacingOccurrences(of: "&#39;", with: "'", options: .literal)
        #expect(line.contains("touch pwned"))
        let shell = try Command(
            ["/bin/sh", "-c", line.replacingOccurrences(of: "flare run PIPELINE.yaml", with: "printf '%s\\n'")],
            in: folder.url)
        #expect(String(decoding: shell.output, as: UTF8.self).split(separator: "\n").count == 2)
        #expect(try !folder.names.contains("pwned"))
    }

    @Test("channels are exported a row a record, whatever names hold")
    func exportedChannels() throws {
        let result = try flare(
            "channels", Self.attack.appending(path: "shell-quote.eve.json").path, "--group-by", "host", "--csv", "c.csv"
        )
        #expect(result.exitCode == 0, "\(result.errors)")
        let rows = try rows("c.csv")
        #expect(rows.count > 10 && rows.allSatisfy { $0.count == 8 })
    }

    @Test(
        "a wrong time or size ends nothing, hides no beacon, and the time is named",
        arguments: [
            ("other-channel-2020.eve.json", "dated 2020-01-01"), ("start-1970.eve.json", "dated 1970-01-01"),
            ("start-before-1734.eve.json", "dated 1678-01-01"), ("ts0.conn.log", "dated 1970-01-01"),
            ("bytes-max.eve.json", "Findings: 1"),
        ])
    func wrongNumber(input: String, sentence: String) throws {
        let path = Self.attack.appending(path: input).path
        let result = try flare("hunt", path)
        #expect(result.exitCode == 0, "\(result.errors)")
        #expect(result.errors.contains("Findings: 1 "), "\(result.errors)")
        #expect(result.output.contains(" 60 s "), "\(result.output)")
        #expect(result.errors.contains(sentence), "\(result.errors)")
        for detector in ["beacon-classic", "rita", "volume", "scan", "long-connection"] {
            #expect(try flare("hunt", path, "--detector", detector).exitCode == 0)
        }
    }

    @Test("wrong usage echoes no escape sequences")
    func usage() throws {
        for arguments in [
            ["run", "--\u{1B}[31mred\u{7}"], ["\u{1B}]0;title\u{7}"], ["hunt", "x", "--top", "\u{9B}2J"],
        ] {
            let result = try BuiltCommand.run(arguments, in: folder.url)
            #expect(result.exitCode == 2)
            #expect(!result.errors.isEmpty)
            let steers = (result.errors + result.output).unicodeScalars.contains {
                $0 != "\n" && $0.properties.generalCategory == .control
            }
            #expect(!steers)
        }
    }
}
