import Evaluation
import FlareKit
import FlareKitTesting
import Foundation
import OutputText
import Testing

@testable import ElasticsearchClient
@testable import ElasticsearchFindings
@testable import ElasticsearchRecords
@testable import Links
@testable import HTML
@testable import Tabular
@testable import flare

/// What others wrote into names, agents and certificates comes out of every format as it went in, as parsers that are
/// not ours read it.
@Suite("Hostile text in every output")
struct HostileTextTests {
    /// What means something to one format or another.
    private static let meaningful = Array("\"'\\,;|`<>&=+-@$!#%{}[]()*?~^:/ ".unicodeScalars) + ["\n", "\r", "\t"]

    /// Every mark, control and format character of Unicode, and others that parsers stumble over.
    private static let companions: [Unicode.Scalar] =
        (UInt32(1)...0xE01EF).compactMap(Unicode.Scalar.init).filter { scalar in
            switch scalar.properties.generalCategory {
            case .nonspacingMark, .spacingMark, .enclosingMark, .control, .format, .lineSeparator, .paragraphSeparator:
                true
            default: ["\u{FFFD}", "\u{FFFE}", "\u{FFFF}", "\u{1F600}", "\u{A0}", "\u{3000}", "＝"].contains(scalar)
            }
        }

    /// Every companion behind a meaningful character, and before one.
    static let texts: [String] = {
        var texts = [
            "x\"\u{301},=2*21,\"", "a'\u{301};touch PWNED;'", "x\"\u{301},1\r\n10.9.9.9,6.6.6.6,443",
            "</script\u{301}>",
            "<!--<script>", "\u{301}", "\"", "'", "\\", "a\\|b", "a\\\\|b|`c`", "=cmd|' /C calc'!A0",
            "${HOME}$(id)`id`",
            "$\u{301}{HOME}", "", " ", "-", "é", "e\u{301}",
        ]
        var scalars = String.UnicodeScalarView()
        for (place, companion) in companions.enumerated() {
            for step in 0..<3 {
                scalars.append(meaningful[(place * 3 + step) % meaningful.count])
                scalars.append(companion)
            }
            scalars.append("a")
            if scalars.count > 120 {
                texts.append(String(scalars))
                scalars = String.UnicodeScalarView()
            }
        }
        return texts + [String(scalars)]
    }()

    private let folder = try! OutputFolder()

    /// By their scalars: to Swift, texts of other scalars may be the same.
    private func expectSame(_ read: [String], _ written: [String], _ sourceLocation: SourceLocation = #_sourceLocation)
    {
        #expect(read.count == written.count, sourceLocation: sourceLocation)
        for (read, written) in zip(read, written) {
            let isSame = Array(read.utf8) == Array(written.utf8)
            #expect(
                isSame, "\(Array(written.unicodeScalars)) became \(Array(read.unicodeScalars))",
                sourceLocation: sourceLocation)
        }
    }

    @Test("all marks are among the texts")
    func coverage() {
        #expect(Self.companions.count > 2300)
        let found = Self.texts.reduce(into: Set<Unicode.Scalar>()) { $0.formUnion($1.unicodeScalars) }
        #expect(found.isSuperset(of: Self.companions))
    }

    @Test("CSV, by Python's csv: one row stays one row, and no cell is a formula")
    func csv() throws {
        let rows = Self.texts.map { CSVText.row([CSVText.cell(.text($0)), "5", CSVText.cell(.texts([$0, $0]))]) }
        let path = try folder.write(rows.joined().utf8, to: "o.csv")
        let read = try Python.json(
            "import csv,json,sys;json.dump(list(csv.reader(open(sys.argv[1],newline='',encoding='utf-8'))),sys.stdout)",
            path, as: [[String]].self)
        #expect(read.allSatisfy { $0.count == 3 && $0[1] == "5" })
        let formulas = Set("=+-@＝＋－＠\t\r\n".unicodeScalars)
        for row in read { #expect(row[0].unicodeScalars.first.map { !formulas.contains($0) } ?? true) }
        // Apostrophes before what could be a formula are all that was added.
        func bare(_ text: String) -> String {
            String(String.UnicodeScalarView(text.unicodeScalars.filter { $0 != "'" }))
        }
        expectSame(
            read.map { bare($0[0]) }, Self.texts.map { bare(SafeText.shown($0, keeping: ["\t", "\r", "\n"])) })
    }

    @Test("exported channels, by Python's csv")
    func channels() throws {
        let names = Self.texts.filter { !$0.isEmpty }
        var text = ChannelText(.csv)
        var bytes = text.head
        for name in names {
            let key = ChannelKey(source: IPAddress(v4: 0x0A00_0001), peer: .name(name), port: 443, proto: 6)
            let channel = ChannelView(
                id: ChannelID(0), key: key, times: [-1_500_000_000, 0, 1_500_000_000],
                bytesToServer: SizeSeries([1, nil, 2]), bytesToClient: SizeSeries([nil, 3, 4]))
            bytes += text.bytes(of: channel, Census())
        }
        let path = try folder.write(bytes, to: "channels.csv")
        let read = try Python.json(
            "import csv,json,sys;json.dump(list(csv.reader(open(sys.argv[1],newline='',encoding='utf-8'))),sys.stdout)",
            path, as: [[String]].self)
        #expect(read.count == 1 + 3 * names.count)
        #expect(read.allSatisfy { $0.count == 8 })
        #expect(read[1][5] == "-1.500000000" && read[3][5] == "1.500000000")
    }

    @Test("JSON lines and documents, by Python's json: the same text")
    func json() throws {
        let lines = Self.texts.map { text in
            let document: JSON = ["text": .text(text)]
            return JSONText.object([
                (key: "line", json: JSONText.text(text)), (key: "document", json: document.description),
            ])
        }
        let path = try folder.write(lines.joined(separator: "\n").utf8, to: "o.json")
        struct Line: Decodable {
            struct Document: Decodable { let text: String }
            let line: String
            let document: Document
        }
        let read = try Python.json(
            "import json,sys;json.dump([json.loads(l) for l in open(sys.argv[1],newline='\\n',encoding='utf-8')],sys.stdout)",
            path, as: [Line].self)
        expectSame(read.map(\.line), Self.texts)
        expectSame(read.map(\.document.text), Self.texts)
    }

    @Test("a word of a command line, by sh")
    func shell() throws {
        let words = Self.texts.map(ShellWord.quoted).joined(separator: " ")
        let path = try folder.write("printf '%s\\0' \(words)\n".utf8, to: "o.sh")
        let output = try Python.output(["/bin/sh", path])
        let read = output.split(separator: 0, omittingEmptySubsequences: false).dropLast().map {
            String(decoding: $0, as: UTF8.self)
        }
        expectSame(read, Self.texts)
    }

    @Test("a saved pipeline, by PyYAML and by Flare itself: the same text")
    func yaml() throws {
        let texts = Self.texts
        let path = try folder.write(texts.map { "- \(PipelineDraft.quoted($0))\n" }.joined().utf8, to: "o.yaml")
        let read = try Python.json(
            "import json,sys,yaml;json.dump(yaml.safe_load(open(sys.argv[1],encoding='utf-8',newline='')),sys.stdout)",
            path, as: [String].self)
        // In a pipeline, two dollar signs are one.
        expectSame(
            read,
            texts.map { String(String.UnicodeScalarView($0.unicodeScalars.flatMap { $0 == "$" ? ["$", "$"] : [$0] })) })
        struct Options: PluginOptions {
            var texts: [String] = []
            static var options: [Option<Self>] { [Option("texts", \.texts, "Texts.")] }
        }
        let own = try Options.read("texts:\n" + texts.map { "  - \(PipelineDraft.quoted($0))\n" }.joined())
        expectSame(own.texts, texts)
    }

    @Test("a page, by Python's html.parser: the same text, no element of anybody's own, a command of one word")
    func page() async throws {
        let field = Field("agent", .text, "An agent.")
        let columns = Column.all(with: [field])
        let texts = Self.texts.filter { !$0.isEmpty }
        let findings = texts.enumerated().map { place, text in
            let key = ChannelKey(
                source: IPAddress(v4: 0x0A00_0000 + UInt32(place)), peer: .name(text), port: 443, proto: 6)
            var finding = Finding(
                detector: "beacon", subject: .channel(key), score: 0.9, summary: text)
            finding.host = text
            finding.evidence = ["agent": .text(text)]
            finding.modifiers = [Finding.Modifier(text, 0.01, text)]
            return finding
        }
        let sink = try HTMLSink(
            .read("{path: \"\(folder.path("o.html"))\", links: {x: \"https://siem.example/?q={agent}\"}}"))
        let header = RunHeader(pipeline: "<b>\u{301}", version: "0", started: Timestamp(seconds: 0), sources: ["<i>"])
        try await sink.begin(header, columns, resume: nil)
        try await sink.write(findings)
        var run = Run(header: header, window: .all, ingest: IngestCounts(), ingestBySource: [:])
        run.warnings = ["</p><img src=x onerror=alert(1)>\u{301}"]
        _ = try await sink.commit(run)
        struct Page: Decodable {
            struct Data: Decodable { let evidence: [[[[Scalar]]]] }
            let data: Data
            let tags: [String]
            let code: [String]
            let links: [String?]
        }
        let page = try Python.json(Python.page, folder.path("o.html"), as: Page.self)
        for tag in ["img", "b\u{301}", "i", "script\u{301}"] { #expect(!page.tags.contains(tag)) }
        let shown = findings.byUrgency().map { SafeText.line($0.summary, limit: 200) }
        expectSame(page.data.evidence.map { $0[0][0][1].text }, shown)
        // The commands that the page offers, as they are copied from it.
        let explain = "flare run PIPELINE.yaml --explain"
        let commands = page.code.filter { $0.hasPrefix(explain) }.map { $0.replacing(explain, with: "printf '%s\\0'") }
        #expect(commands.count == 100)
        let path = try folder.write(commands.joined(separator: "\n").utf8, to: "o.sh")
        let output = try Python.output(["/bin/sh", path])
        #expect(output.split(separator: 0).count == 100)
        for link in page.links {
            let isPlain = link?.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"\"'<>`".utf8.contains($0) }
            #expect(isPlain == true)
        }
    }

    @Test("Markdown: a row has as many cells as its head, for readers who count backslashes and for those who do not")
    func markdown() {
        for text in Self.texts {
            let cell = Array(MarkdownText.shown(text).unicodeScalars)
            var isEscaped = false
            for (place, scalar) in cell.enumerated() {
                if scalar == "|" {
                    #expect(isEscaped && cell[place - 1] == "\\", "\(cell)")
                }
                isEscaped = scalar == "\\" && !isEscaped
            }
            #expect(!cell.contains("\n") && !cell.contains("\r"))
            // A backtick begins the code and ends it.
            let backticks = cell.filter { $0 == "`" }.count
            #expect(backticks == 0 || backticks == 2 && cell.first == "`" && cell.last == "`")
        }
    }

    @Test("Rison in links to Kibana: the text ends where its quotes do")
    func rison() {
        for text in Self.texts {
            let written = Array(Rison.text(text).text.unicodeScalars)
            var read = String.UnicodeScalarView()
            var place = 1
            while place < written.count, written[place] != "'" {
                if written[place] == "!" { place += 1 }
                read.append(written[place])
                place += 1
            }
            #expect(place == written.count - 1)
            expectSame([String(read)], [text])
        }
    }
}
