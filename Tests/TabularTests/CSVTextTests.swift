import FlareKit
import OutputText
import Testing

@testable import Tabular

@Suite("CSV")
struct CSVTextTests {
    @Test(
        "cells are quoted as RFC 4180 asks for",
        arguments: [
            (["a", "b"], "a,b\r\n"), (["", ""], ",\r\n"), (["a,b", "c"], "\"a,b\",c\r\n"),
            (["say \"no\""], "\"say \"\"no\"\"\"\r\n"), (["two\r\nlines"], "\"two\r\nlines\"\r\n"),
            ([" blank "], "\" blank \"\r\n"), (["a;b"], "\"a;b\"\r\n"), (["é, 漢"], "\"é, 漢\"\r\n"),
        ])
    func quotes(cells: [String], row: String) {
        #expect(CSVText.row(cells) == row)
    }

    @Test(
        "text cannot become a formula",
        arguments: [
            ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@SUM(A1)", "'@SUM(A1)"), ("\t=1", "'\t'=1"),
            ("\r\n=1", "'\r\n'=1"), ("a\r\nb", "a\r\nb"), ("a\r\n=1", "a\r\n'=1"), ("＝1", "'＝1"), (" =1", " '=1"),
            ("\"=1", "\"'=1"), ("a;=1", "a;'=1"),
            ("a=1", "a=1"), ("a-b; c", "a-b; c"), ("'=1", "'=1"), ("", ""),
        ])
    func formulas(text: String, cell: String) {
        #expect(CSVText.cell(.text(text)) == cell)
    }

    @Test("control characters and direction overrides are replaced")
    func controls() {
        #expect(CSVText.cell(.text("a\u{0}b\u{1B}[2Jc\u{9B}d\u{202E}e\u{7F}")) == "a�b�[2Jc�d�e�")
    }

    @Test("numbers stay numbers, whatever their sign")
    func numbers() {
        #expect(CSVText.cell(.integer(-5)) == "-5")
        #expect(CSVText.cell(.number(-0.25)) == "-0.25")
        #expect(CSVText.cell(.number(61)) == "61")
        #expect(CSVText.cell(nil) == "")
    }

    @Test("each text of several is made safe by itself, and the count of the rest is left alone")
    func severalTexts() {
        #expect(CSVText.cell(.texts(["=1", "b", "+12 more"])) == "'=1; b; +12 more")
        #expect(CSVText.cell(.texts(["+1+cmd more"])) == "'+1+cmd more")
    }
}

@Suite("the csv sink")
struct CSVSinkTests {
    private func sink(_ path: String) throws -> CSVSink { try CSVSink(CSVOptions.read("path: \"\(path)\"")) }

    @Test("a row a finding under the names of all columns")
    func writesRows() async throws {
        let folder = try Folder()
        let sink = try sink(folder.file("beacons.csv"))
        try await sink.begin(Sample.header, Sample.columns, resume: nil)
        try await sink.write([Sample.finding(evidence: ["dest_owner": .text("GO-DADDY, US")])])
        try await sink.write([Sample.finding("10.0.0.1", "fd00::1")])
        #expect(try await sink.commit(Sample.run) == nil)
        let lines = try folder.text("beacons.csv").components(separatedBy: "\r\n")
        #expect(lines.count == 4)
        #expect(lines[0].hasPrefix("src_ip,dest_ip,dest_port,proto,bytes_toserver,"))
        #expect(lines[0].hasSuffix(",summary,dest_owner,alerts"))
        #expect(
            lines[1]
                == "192.168.0.53,160.153.76.129,80,tcp,513000,,3,1425,99,61,0.99,0.9091,10,critical,"
                + "calls every 61 s,,,,,2017-06-09T00:00:45.994497Z,,160.153.76.129:80,,beacon-classic,,,calls every 61 s,\"GO-DADDY, US\","
        )
        #expect(lines[2].hasPrefix("10.0.0.1,fd00::1,80,"))
        #expect(lines[3].isEmpty)
        #expect(folder.entries == ["beacons.csv"])
    }

    @Test("without findings the file holds the names of the columns")
    func writesHeaderAlone() async throws {
        let folder = try Folder()
        let sink = try sink(folder.file("beacons.csv"))
        try await sink.begin(Sample.header, Sample.columns, resume: nil)
        _ = try await sink.commit(Sample.run)
        #expect(try folder.text("beacons.csv").hasPrefix("src_ip,"))
    }

    @Test("until the commit the old file stands, and after an abort nothing else is there")
    func abortLeavesOldFile() async throws {
        let folder = try Folder()
        try folder.write("old", to: "beacons.csv")
        let sink = try sink(folder.file("beacons.csv"))
        try await sink.begin(Sample.header, Sample.columns, resume: nil)
        // More than is kept back, so that some of it is on the disk.
        try await sink.write(Array(repeating: Sample.finding(summary: String(repeating: "x", count: 9000)), count: 300))
        #expect(try folder.text("beacons.csv") == "old")
        await sink.abort()
        #expect(try folder.text("beacons.csv") == "old")
        #expect(folder.entries == ["beacons.csv"])
    }

    @Test("an abort takes away the folders that were made")
    func abortRemovesFolders() async throws {
        let folder = try Folder()
        let sink = try sink(folder.file("a/b/beacons.csv"))
        try await sink.begin(Sample.header, Sample.columns, resume: nil)
        #expect(folder.entries == ["a"])
        await sink.abort()
        #expect(folder.entries == [])
    }

    @Test("in a live run each evaluation writes the file anew")
    func writesAnew() async throws {
        let folder = try Folder()
        let sink = try sink(folder.file("beacons.csv"))
        try await sink.begin(Sample.header, Sample.columns, resume: nil)
        for count in 1...3 {
            try await sink.write(Array(repeating: Sample.finding(), count: count))
            _ = try await sink.commit(Sample.run)
            let lines = try folder.text("beacons.csv").components(separatedBy: "\r\n")
            #expect(lines.filter { $0.hasPrefix("src_ip") }.count == 1)
            #expect(lines.count == count + 2)
        }
        await sink.abort()
        #expect(folder.entries == ["beacons.csv"])
    }

    @Test("a path inside the installation is a complaint")
    func builtInPath() {
        #expect(throws: OptionComplaint.self) { try CSVSink(CSVOptions.read("path: builtin:demo")) }
    }
}
