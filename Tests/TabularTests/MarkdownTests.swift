import FlareKit
import Foundation
import Testing

@testable import Tabular

@Suite("the markdown sink")
struct MarkdownTests {
    @Test(
        "words stay words; what could be more than text becomes code",
        arguments: [
            ("calls every 61 s: 99 % of 1,425 intervals", "calls every 61 s: 99 % of 1,425 intervals"),
            ("<img src=x>", "`<img src=x>`"), ("[a](http://evil)", "`[a](http://evil)`"),
            ("http://evil.example", "`http://evil.example`"), ("www.evil.example", "`www.evil.example`"),
            ("@everyone", "`@everyone`"), ("a`b|c", "`aˋb\\|c`"), ("- item", "`- item`"), ("1. one", "`1. one`"),
            ("two\nlines", "`two\u{FFFD}lines`"), ("\\", "`\\\u{A0}`"), ("", ""),
        ])
    func escapes(text: String, shown: String) {
        #expect(MarkdownText.shown(text) == shown)
    }

    @Test("the most urgent findings, their evidence, and how many more there are")
    func report() async throws {
        let folder = try Folder()
        let sink = try MarkdownSink(MarkdownOptions.read("{path: \"\(folder.file("out.md"))\", top: 2}"))
        var urgent = Sample.finding(evidence: ["dest_owner": .text("GO-DADDY | <b>")])
        urgent.modifiers = [.init("rare", 30, "one host alone")]
        try await sink.begin(Sample.header, Sample.columns, resume: nil)
        try await sink.write([
            Sample.finding("10.0.0.1", "203.0.113.1", score: 0.5), urgent,
            Sample.finding("10.0.0.2", "203.0.113.2", score: 0.4),
        ])
        _ = try await sink.commit(Sample.run)
        let lines = try folder.text("out.md").split(separator: "\n").map(String.init)
        #expect(lines[0] == "## Flare: 3 incidents of 3 findings, `test`")
        #expect(
            lines.contains(
                "| critical 1 | `192.168.0.53` | `160.153.76.129:80` | 61 s | 9 Jun 00:00 | rare |  | 1 |"))
        #expect(lines.contains("1 more are not listed here."))
        let described = lines.filter { $0.hasPrefix("### ") }
        #expect(described.count == 2 && described.first == "### `192.168.0.53 → 160.153.76.129:80 tcp`")
        #expect(lines.contains("- +30 dB rare: one host alone"))
        #expect(lines.contains("- `dest_owner`: `GO-DADDY \\| <b>`"))
    }

    @Test("findings that are one incident are a row, listed below; what is expected is counted")
    func incidents() async throws {
        let folder = try Folder()
        let sink = try MarkdownSink(MarkdownOptions.read("{path: \"\(folder.file("out.md"))\"}"))
        try await sink.begin(Sample.header, Sample.columns, resume: nil)
        let findings = Sample.expected + (1...3).map { Sample.finding("10.0.0.\($0)") }
        try await sink.write(findings)
        _ = try await sink.commit(Sample.run(findings))
        let text = try folder.text("out.md")
        #expect(text.contains("## Flare: 1 incident of 5 findings, `test`"))
        #expect(text.contains("| `3 hosts` | `160.153.76.129:80` | 61 s | 9 Jun 00:00 |"))
        #expect(text.contains("- critical `10.0.0.2 → 160.153.76.129:80 tcp`: calls every 61 s"))
        #expect(text.contains("\n2 expected: 2 NTP.\n"))
    }

    @Test("a run without findings says so")
    func nothing() async throws {
        let folder = try Folder()
        let sink = try MarkdownSink(MarkdownOptions.read("{path: \"\(folder.file("out.md"))\"}"))
        try await sink.begin(Sample.header, Sample.columns, resume: nil)
        _ = try await sink.commit(Sample.run)
        #expect(try folder.text("out.md").contains("Nothing was found in this window."))
    }
}
