import FlareKit
import Foundation
import SampleReports
import Testing
import TestKit

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
        let digits = Array(output.fileHandleForReading.readWhole().prefix(64))
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
        let header = RunHeader(
            pipeline: "\"\u{301} onload=x <b>", version: "0", started: sample.run.header.started, sources: [])
        let run = Run(header: header, window: sample.run.window, ingest: IngestCounts(), ingestBySource: [:])
        let html = try ReportPage(
            Report(run: run, columns: sample.columns, findings: sample.findings, options: HTMLOptions(), links: [])
        ).html()
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
        let html = try Pages.html(SampleReport(count: Report.detailLimit + 5))
        #expect(try (Pages.data(of: html)["evidence"] as? [Any])?.count == Report.detailLimit)
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
        let sent = try #require(PageColumn.all.firstIndex { $0.name == "bytes_toserver" }) + 1
        let rule = ".auto>*>tr:not(.wide)>:nth-child(\(sent)){display:none}\n"
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
            Finding(detector: "cluster", subject: .group(keys), score: 0.4, summary: "one implant"),
        ]
        let report = Report(
            run: sample.run, columns: sample.columns, findings: findings, options: HTMLOptions(), links: [])
        let html = try ReportPage(report).html()
        #expect(html.contains("<h3>10.0.0.1</h3>"))
        #expect(html.contains("<h3>10.0.0.1 → host1 and 2 more</h3>"))
        #expect(html.contains("<small>and 2 more</small>"))
    }

    @Test("where no channel was judged the page says so, what was left out by what, and what came nearest")
    func nothingJudged() throws {
        var run = SampleReport(count: 0).run
        run.channels = 5530
        run.detectors = [DetectorReport(name: "beacon", judged: 0, findings: 0)]
        let key = ChannelKey(source: IPAddress(v4: 0x0A00_0001), peer: .name("a.example"), port: 443, proto: 6)
        run.nearMisses = [
            NearMiss(
                detector: "beacon", channel: key, score: 0.12, pValue: 9.093505424668785e-08,
                summary: "calls every 60 s",
                missing: "a longer run")
        ]
        let report = Report(run: run, columns: Column.standard, findings: [], options: HTMLOptions(), links: [])
        let html = try ReportPage(report).html()
        #expect(html.contains("No channel was judged, so nothing can have been found."))
        #expect(html.contains("Of 5,530 channels, 5,522 were left out by filters, 8 had too few records to be judged"))
        #expect(html.contains("<td>outbound</td><td class=\"num\">5,210</td>"))
        #expect(html.contains("<td class=\"num\">0.12</td><td class=\"num\">9.1e-8</td>"))
        #expect(html.contains("<td>a longer run</td>"))
    }

    @Test("findings that filters hold back are counted, those that the history knows by themselves")
    func hidden() throws {
        var run = SampleReport(count: 1).run
        run.dropped += [
            DroppedChannels(filter: "allowlist", rule: "a.example", channels: 0, records: 0, findings: 1200),
            DroppedChannels(filter: "allowlist", rule: "b.example", channels: 0, records: 0, findings: 34),
            DroppedChannels(filter: "history", rule: DroppedChannels.known, channels: 0, records: 0, findings: 1),
        ]
        let report = Report(
            run: run, columns: Column.standard, findings: [finding()], options: HTMLOptions(), links: [])
        let lines = try Pages.between("<p class=\"left-out\">", "</p>", in: ReportPage(report).html())
        #expect(lines == ["1,234 findings left out by allowlist", "1 known finding left out by history"])
        // Where nothing else was found, too.
        let empty = Report(run: run, columns: Column.standard, findings: [], options: HTMLOptions(), links: [])
        #expect(try ReportPage(empty).html().contains("Nothing else was found in this window."))
    }

    @Test("a sentence keeps its end, however long a name in it")
    func sentences() throws {
        let name = String(repeating: "x", count: 900)
        let subject = finding {
            $0.evidence["context_summary"] = .text("10.0.0.1 called \(name) every 60 s; alert: ET MALWARE")
        }
        let columns = Column.standard + [Column(evidence: Field("context_summary", .text, "What was said."))]
        let report = Report(
            run: SampleReport(count: 0).run, columns: columns, findings: [subject], options: HTMLOptions(), links: [])
        let html = try ReportPage(report).html()
        #expect(
            Pages.between("<p class=\"sentence\">", "</p>", in: html)[0].hasSuffix("… every 60 s; alert: ET MALWARE"))
    }

    @Test("evidence is a word in the row, and each weight stands once in the finding")
    func chips() throws {
        let subject = finding {
            $0.modifiers = [
                .init("agent_tool", 9, "curl on a host that browses", side: .client, label: "tool"),
                .init("alert", 20, "24 on its flows", side: .alert), .init("known", -15, "every 60 s", side: .known),
                .init("unknown", 3, "no known program calls it", side: .known),
            ]
            $0.evidence["known_as"] = .text("Dropbox notifications")
        }
        #expect(Chip.of(subject).map(\.label) == ["alert", "tool", "Dropbox notifications"])
        #expect(Chip.of(subject).map(\.tone) == [.strong, .plain, .against])
        let report = Report(
            run: SampleReport(count: 0).run, columns: Column.all(with: [Field.modifiers]), findings: [subject],
            options: HTMLOptions(), links: [])
        let article = try #require(Pages.between("<article", "</article>", in: ReportPage(report).html()).first)
        #expect(Pages.between("24 on its flows", "<", in: article).count == 1)
    }

    @Test("incidents are counted at the head, and carried with their findings; what is expected is told apart")
    func incidents() throws {
        let sample = SampleReport(count: 60)
        let html = try Pages.html(sample)
        let own = sample.run.incidents.filter { !$0.isFolded }
        let expected = sample.run.incidents.filter(\.isFolded).flatMap(\.findings)
        #expect(html.contains("<h1>\(own.count) incidents</h1>"))
        #expect(html.contains("<span class=\"total\">60 findings, \(expected.count) expected</span>"))
        let data = try #require(try Pages.data(of: html)["incidents"] as? [[String: Any]])
        let ids = sample.findings.map(\.id)
        for incident in sample.run.incidents where incident.findings.count > 1 || incident.isFolded {
            let carried = try #require(data.first { $0["name"] as? String == incident.name })
            #expect((carried["of"] as? [Int])?.map { ids[$0] } == incident.findings)
            #expect(carried["isExpected"] as? Bool == incident.isFolded)
        }
        // Without script too.
        #expect(
            Pages.between("<div class=\"unscripted\">", "</ol>", in: html)[0].contains(
                "\(expected.count) NTP, expected: <a href"))
    }

    @Test("a finding of an earlier evaluation, which the run's incidents do not know, stands for itself")
    func othersFindings() throws {
        var sample = SampleReport(count: 3)
        sample.run.incidents = []
        #expect(try Pages.html(sample).contains("<h1>1 incident</h1>"))
    }

    @Test(
        "a number has the digits that tell it apart",
        arguments: [
            (9.093505424668785e-08, "9.1e-8"), (1e-12, "1e-12"), (9.99e-05, "1e-4"), (-0.0002, "-2e-4"), (0, "0"),
            (0.12345, "0.123"), (1234.5678, "1234.568"), (1e-305, "0"),
        ])
    func digits(number: Double, text: String) {
        #expect(ColumnText.small(number) == text)
    }

    @Test("what the lists took out is told, rule by rule")
    func dropped() throws {
        let html = try Pages.html(SampleReport(count: 1))
        #expect(
            html.contains("<td>well-known: pool.ntp.org</td><td class=\"num\">312</td><td class=\"num\">9,021</td>"))
    }
}
