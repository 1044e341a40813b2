import FlareKit
import OutputText
import Testing

@testable import Tabular

@Suite("the table sink")
struct TableTests {
    private func table(
        _ findings: [Finding], width: Int? = nil, colors: Bool = false, _ yaml: String = ""
    ) async throws -> String {
        let sink = try TableSink(TableOptions.read(yaml)) { Terminal(width: width, hasColors: colors) }
        return await sink.report(of: Sample.run(findings), findings, Sample.columns)
    }

    private func lines(_ text: String) -> [String] { text.split(separator: "\n").map(String.init) }

    @Test("a line an incident, columns aligned under their names, units beside numbers")
    func layout() async throws {
        let text = try await table([Sample.finding(), Sample.finding("10.0.0.1", "8.8.8.8", score: 0.5)])
        #expect(
            text == """
                severity  source        destination        every  since        priority  calls  regular    sent  why
                critical  192.168.0.53  160.153.76.129:80   61 s  9 Jun 00:00      0.91  1,425     99 %  513 kB  \
                calls every 61 s
                medium    10.0.0.1      8.8.8.8:80          61 s  9 Jun 00:00      0.50  1,425     99 %  513 kB  \
                calls every 61 s

                """)
    }

    @Test("findings that are one incident are one line, named by what they share; all opens it")
    func incidents() async throws {
        var findings = (1...3).map { Sample.finding("10.0.0.\($0)", "203.0.113.\($0)") } + Sample.expected
        for place in 0..<3 {
            findings[place].traits = [.init(.certificate, "aa", noun: "self-signed certificate")]
            findings[place].add([.init("rare", 5, "")])
        }
        let shown = lines(try await table(findings, width: 80))
        #expect(
            shown == [
                "severity  source   destination  every  since        priority  calls  regular",
                "critical  3 hosts  3 servers     61 s  9 Jun 00:00      0.97  4,275     99 %",
                "          3 findings, one self-signed certificate, TCP on 80; rare",
                "2 expected: 2 NTP; the table's option all: true shows them, as flare hunt --all",
                "  does.",
            ])
        let opened = lines(try await table(findings, width: 80, "all: true"))
        #expect(opened.count { $0.contains("203.0.113.") } == 3)
        #expect(opened.count { $0.contains("192.0.2.") } == 2)
        #expect(!opened.contains { $0.contains("option all") })
    }

    @Test("what is expected alone is counted, and is not nothing")
    func expected() async throws {
        let text = try await table(Sample.expected)
        #expect(text.hasPrefix("No other findings.\n2 expected: 2 NTP;"))
    }

    @Test("sorted by falling priority, in whatever order findings come")
    func sorted() async throws {
        let findings = [0.2, 0.9, 0.5, 0.7].map {
            Sample.finding("10.0.0.\(Int($0 * 10))", "203.0.113.\(Int($0 * 10))", score: $0)
        }
        let text = try await table(findings, "columns: [src_ip]")
        #expect(lines(text).dropFirst() == ["10.0.0.9", "10.0.0.7", "10.0.0.5", "10.0.0.2"])
        #expect(try await table(findings.reversed(), "columns: [src_ip]") == text)
    }

    @Test("the most urgent are shown, and how many more there are is said")
    func top() async throws {
        let findings = (1...30).map { Sample.finding("10.0.0.\($0)", "203.0.113.\($0)") }
        let text = try await table(findings)
        #expect(lines(text).count == 22)
        #expect(
            lines(text).last == "10 more of 30 incidents are not shown; the table's option top: 0 shows all.")
        #expect(lines(try await table(findings, "top: 0")).count == 31)
        #expect(lines(try await table(findings, "top: 30")).count == 31)
    }

    @Test("without findings it says so")
    func empty() async throws {
        #expect(try await table([]) == "No findings.\n")
    }

    @Test("no line is wider than the terminal, whatever its width and whatever the texts", arguments: 1...240)
    func fits(width: Int) async throws {
        let findings = [
            Sample.finding("fd00:1234:5678:9abc:def0:1234:5678:9abc", "2001:4860:4860:1234:5678:9abc:def0:8888"),
            Sample.finding("10.0.0.1", "漢字漢字漢字漢字.例え.jp", summary: String(repeating: "漢🙂e\u{301}", count: 5000)),
        ]
        for line in lines(try await table(findings, width: width)) {
            #expect(DisplayWidth.of(line) <= width)
        }
    }

    @Test("at 80 columns who calls whom, how often, since when and why are whole", arguments: [78, 80, 100, 120])
    func eightyColumns(width: Int) async throws {
        var finding = Sample.finding(evidence: ["dest_whois": .text("GO-DADDY, US")])
        finding.host = "www.huntoperator.com"
        finding.add([.init("alert", 20, "24 on its flows, mostly ET SCAN", side: .alert)])
        let rows = try await table([finding], width: width)
        for cell in [
            "192.168.0.53", "www.huntoperator.com:80", "61 s", "9 Jun 00:00", "24 on its flows", "GO-DADDY, US",
        ] {
            #expect(rows.contains(cell), "\(width): \(cell)")
        }
    }

    @Test("bytes go before owner and reason; names keep their ends", arguments: [40, 50, 60, 70, 80])
    func names(width: Int) async throws {
        var findings = [
            Sample.finding(evidence: ["dest_whois": .text("OWNER")]), Sample.finding("192.168.0.99", "8.8.8.8"),
        ]
        findings[0].host = "a-name-much-too-long-for-a-terminal.of-eighty-columns.example.org"
        let shown = lines(try await table(findings, width: width))
        #expect(shown[1].contains("…") && (width < 60 || shown[1].contains("example.org:80")))
        #expect(shown[2].contains("OWNER") && !shown[0].contains("sent"))
        for name in ["sev", "sou", "des", "eve", "sin"] { #expect(shown[0].contains(name), "\(width): \(shown[0])") }
    }

    @Test("address and name of the destination become one column where there is no room for two")
    func merged() async throws {
        var findings = [Sample.finding(), Sample.finding("192.168.0.99", "8.8.8.8")]
        findings[0].host = "www.huntoperator.com"
        let columns = "columns: [severity, src_ip, dest_ip, host, dest_port, interval]"
        #expect(
            lines(try await table(findings, width: 200, columns))[1].contains("160.153.76.129  www.huntoperator.com"))
        let narrow = lines(try await table(findings, width: 66, columns))
        #expect(narrow[1].contains("www.huntoperator.com") && !narrow[1].contains("160.153.76.129"))
        #expect(narrow[2].contains("8.8.8.8"))
    }

    @Test("columns that no finding fills are left out, and columns can be chosen")
    func columns() async throws {
        #expect(!(try await table([Sample.finding()])).contains("owner"))
        let named = Sample.finding(evidence: ["dest_whois": .text("GO-DADDY, US"), "dest_owner": .text("me")])
        #expect(try await table([named]).contains("owner"))
        #expect(try await table([named], "columns: [dest_owner, nothing]") == "dest_owner\nme\n")
    }

    @Test(
        "scores have two decimals, other numbers as many as they need",
        arguments: [
            (0.5957, "0.60", "0.596 s"), (61, "61.00", "61 s"), (-0.001, "0.00", "-0.001 s"), (-1.5, "-1.50", "-1.5 s"),
            (3700, "3700.00", "62 min"),
        ])
    func numbers(number: Double, bare: String, withUnit: String) async throws {
        var finding = Sample.finding(score: number)
        finding.interval = number
        #expect(lines(try await table([finding], "columns: [score]")).last?.hasSuffix(bare) == true)
        #expect(lines(try await table([finding], "columns: [interval]")).last?.hasSuffix(withUnit) == true)
    }

    @Test("colours only where they are asked for")
    func colors() async throws {
        #expect(!(try await table([Sample.finding()])).contains("\u{1B}"))
        let text = try await table([Sample.finding(), Sample.finding("10.0.0.1", "8.8.8.8", score: 0.5)], colors: true)
        #expect(text.contains("\u{1B}[1;31m0.91\u{1B}[0m"))
        #expect(text.contains("\u{1B}[33m0.50\u{1B}[0m"))
    }

    @Test("hostile text steers nothing")
    func hostileText() async throws {
        let hostile =
            "\u{1B}]0;owned\u{7}\u{1B}[2J\r\nfake row\u{202E}\u{2066}\u{200B}\u{9B}31m"
            + String(repeating: "\u{301}", count: 900)
        let text = try await table([Sample.finding("10.0.0.1", hostile, summary: hostile)], width: 200)
        #expect(lines(text).count == 2)
        #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || !SafeText.isControl($0) })
        #expect(text.unicodeScalars.count < 600)
    }

    @Test("an option out of range is a complaint")
    func badOption() {
        #expect(throws: ConfigurationError.self) { try TableOptions.read("top: -1") }
    }

    @Test(
        "large counts of bytes are said in units",
        arguments: [
            (0, "0 B"), (999, "999 B"), (1000, "1 kB"), (999_949, "999.9 kB"), (999_950, "1 MB"), (.max, "9.2 EB"),
        ])
    func bytes(count: Int64, text: String) async throws {
        var finding = Sample.finding()
        finding.bytesToServer = count
        #expect(lines(try await table([finding], "columns: [bytes_toserver]")).last?.hasSuffix(text) == true)
    }
}

@Suite("The terminal")
struct TerminalTests {
    private func terminal(_ isTerminal: Bool, _ environment: [String: String], reported: Int? = 100) -> Terminal {
        .standardOutput(isTerminal: isTerminal, reportedWidth: reported) { environment[$0] }
    }

    @Test("its width is COLUMNS, else what it says, else 80; a pipe has none")
    func width() {
        #expect(terminal(true, [:]).width == 100)
        #expect(terminal(true, ["COLUMNS": "60"]).width == 60)
        #expect(terminal(true, ["COLUMNS": "wide"]).width == 100)
        #expect(terminal(true, ["COLUMNS": "0"], reported: nil).width == 80)
        #expect(terminal(false, [:]).width == nil)
        #expect(terminal(false, ["COLUMNS": "60"]).width == 60)
    }

    @Test("colours on a terminal alone, never with NO_COLOR, never on a dumb one")
    func colors() {
        #expect(terminal(true, [:]).hasColors)
        #expect(terminal(true, ["NO_COLOR": ""]).hasColors)
        #expect(!terminal(true, ["NO_COLOR": "1"]).hasColors)
        #expect(!terminal(true, ["TERM": "dumb"]).hasColors)
        #expect(!terminal(false, [:]).hasColors)
    }
}

@Suite("Widths on a terminal")
struct DisplayWidthTests {
    @Test(
        "wide characters and emoji take two columns, marks none",
        arguments: [
            ("abc", 3), ("", 0), ("é", 1), ("e\u{301}", 1), ("漢字", 4), ("ｆｕｌｌ", 8), ("한글", 4), ("🙂", 2), ("👩‍👩‍👧", 2),
            ("🇩🇪", 2), ("❤️", 2), ("Ünïcödé", 7),
        ])
    func widths(text: String, width: Int) {
        #expect(DisplayWidth.of(text) == width)
    }

    @Test(
        "a cut text fits and says that it was cut",
        arguments: [
            ("abcdef", 6, "abcdef"), ("abcdef", 5, "abcd…"), ("漢字漢字", 5, "漢字…"), ("漢字漢字", 4, "漢…"), ("abc", 0, ""),
            ("abc", 1, "…"), ("e\u{301}e\u{301}", 2, "e\u{301}e\u{301}"),
        ])
    func cuts(text: String, width: Int, cut: String) {
        #expect(DisplayWidth.cut(text, to: width) == cut)
    }
}
