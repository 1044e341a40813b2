import FlareKit
import Foundation
import SampleReports
import Testing

@testable import HTML

@Suite("The page")
struct PageTests {
    @Test("the policy allows the page's own scripts and style, by their hashes, and nothing else")
    func policy() throws {
        let html = try Pages.html(SampleReport(count: 3))
        let policy = try #require(Pages.between("Content-Security-Policy\" content=\"", "\"", in: html).first)
        let own = Pages.between("<script>", "</script>", in: html) + Pages.between("<style>", "</style>", in: html)
        #expect(own.count == 3)
        for text in own {
            let hash = try Self.sha256(text).base64EncodedString()
            #expect(policy.contains("'sha256-\(hash)'"))
        }
        #expect(policy.hasPrefix("default-src 'none'; "))
        #expect(!policy.contains("unsafe"))
        #expect(!policy.contains("http"))
    }

    /// The digest that coreutils finds.
    private static func sha256(_ text: String) throws -> Data {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/sha256sum")
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
        try input.fileHandleForWriting.close()
        let digits = Array(output.fileHandleForReading.readDataToEndOfFile().prefix(64))
        return Data(
            stride(from: 0, to: digits.count, by: 2).compactMap {
                UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
            })
    }

    @Test("the page asks nothing of the network")
    func selfContained() throws {
        let html = try Pages.html(SampleReport(count: 3))
        #expect(Pages.between(" src=", ">", in: html).isEmpty)
        #expect(!html.contains("@import"))
        #expect(!html.contains("url("))
        #expect(Pages.between("<link", ">", in: html).allSatisfy { $0.contains("href=\"data:") })
    }

    @Test("hostile text in every field stays text")
    func hostileText() throws {
        let html = try Pages.html(SampleReport(count: 150, isHostile: true))
        // The page's own: two that run, one that holds data.
        #expect(Pages.between("<script", ">", in: html).count == 3)
        #expect(Pages.between("<img", ">", in: html) == [])
        #expect(!html.contains("<svg onload"))
        #expect(!html.unicodeScalars.contains("\u{202E}"))
        #expect(!html.unicodeScalars.contains("\u{0}"))
        #expect(!html.contains("\u{301} onmouseover=window.owned=7 x=\""))
        #expect(Pages.between("<noscript", "</noscript>", in: html).count == 1)
        let hasLongText = html.contains(String(repeating: "W", count: 201))
        #expect(!hasLongText)
    }

    @Test("a quote that a combining mark stands on is escaped")
    func combinedQuote() {
        let escaped = Markup.escape("\"\u{301}<\u{338}'\u{20DD}")
        #expect(escaped == "&quot;\u{301}&lt;\u{338}&#39;\u{20DD}")
    }

    @Test("templates escape what they insert as the page does elsewhere")
    func templatesEscape() throws {
        let sample = SampleReport(count: 1)
        let html = try Pages.html(sample) { $0.title = "\"\u{301} onload=x <b>" }
        #expect(html.contains("<title>&quot;\u{301} onload=x &lt;b&gt; · Flare</title>"))
    }

    @Test("findings beyond max_rows are counted and left to the table beside it")
    func beyondRows() throws {
        let html = try Pages.html(SampleReport(count: 120)) { $0.maxRows = 110 }
        #expect(html.contains("10 further findings are not on this page, which lists the 110 most urgent ones."))
        #expect(html.contains("All of them are in out/beacons.csv."))
        #expect(try (Pages.data(of: html)["ids"] as? [String])?.count == 110)
    }

    @Test("the evidence of the most urgent findings alone is carried in full")
    func details() throws {
        let sample = SampleReport(count: 20)
        let html = try Pages.html(sample) { $0.maxDetails = 5 }
        #expect(try (Pages.data(of: html)["evidence"] as? [Any])?.count == 5)
        #expect(Pages.between("title=\"How far intervals stray", "</span>", in: html).count == 5)
    }

    @Test("findings stand in the order of their urgency, whatever the order they came in")
    func order() throws {
        let sample = SampleReport(count: 30)
        let report = Report(
            run: sample.run, columns: sample.columns, findings: sample.findings.reversed(), options: HTMLOptions(),
            links: [])
        #expect(report.findings.map(\.finding.id) == sample.findings.byUrgency().map(\.id))
    }

    @Test("a column that no finding fills is shown on demand alone")
    func emptyColumn() throws {
        let owner = try #require(PageColumn.all.firstIndex { $0.name == "dest_whois" }) + 1
        let rule = ".auto>*>tr:not(.wide)>:nth-child(\(owner)){display:none}\n"
        let sample = SampleReport(count: 0)
        let bare = Report(
            run: sample.run, columns: sample.columns, findings: [finding()], options: HTMLOptions(), links: [])
        let isHidden = try ReportPage(bare).html().contains("\n" + rule)
        #expect(isHidden)
        let isShown = try !Pages.html(SampleReport(count: 3)).contains("\n" + rule)
        #expect(isShown)
    }

    @Test("a run without findings says so, and what was looked at")
    func nothingFound() throws {
        let html = try Pages.html(SampleReport(count: 0))
        #expect(html.contains("Nothing was found in this window."))
        #expect(html.contains("412,345"))
        #expect(!html.contains("<table id=\"list\""))
    }

    @Test("findings about a source or a group, without times or interval, have their place")
    func otherSubjects() throws {
        let sample = SampleReport(count: 0)
        let address = IPAddress(v4: 0x0A00_0001)
        let keys = (1...3).map { ChannelKey(source: address, peer: .name("host\($0)"), port: nil, proto: nil) }
        let findings = [
            Finding(detector: "fan-out", subject: .source(address), score: 0.5, summary: "many peers"),
            Finding(detector: "kin", subject: .group(keys), score: 0.4, summary: "one implant"),
        ]
        let report = Report(
            run: sample.run, columns: sample.columns, findings: findings, options: HTMLOptions(), links: [])
        let html = try ReportPage(report).html()
        #expect(html.contains("<h3>10.0.0.1</h3>"))
        #expect(html.contains("<h3>10.0.0.1 → host1 and 2 more</h3>"))
        #expect(html.contains("<small>and 2 more</small>"))
    }

    @Test("what the lists took out is told, rule by rule")
    func dropped() throws {
        let html = try Pages.html(SampleReport(count: 1))
        #expect(
            html.contains("<td>well-known: pool.ntp.org</td><td class=\"num\">312</td><td class=\"num\">9,021</td>"))
    }
}
