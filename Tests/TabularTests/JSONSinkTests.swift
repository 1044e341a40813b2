import FlareKit
import Foundation
import OutputText
import Testing

@testable import Tabular

@Suite("the json sink")
struct JSONSinkTests {
    private func sink(_ path: String, _ mode: String) throws -> JSONSink {
        try JSONSink(JSONOptions.read("{path: \"\(path)\", mode: \(mode)}"))
    }

    private func objects(_ text: String) throws -> [[String: Any]] {
        try text.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
    }

    @Test("an object a line, with values of their own types")
    func writesLines() async throws {
        let folder = try Folder()
        let sink = try sink(folder.file("out.json"), "replace")
        var finding = Sample.finding(evidence: ["alerts": .texts(["a", "b"])])
        finding.modifiers = [.init("rare", 3, "one host alone", side: .site)]
        try await sink.begin(Sample.header, Sample.columns, resume: nil)
        try await sink.write([finding, Sample.finding("10.0.0.1")])
        _ = try await sink.commit(Sample.run)
        let lines = try objects(folder.text("out.json"))
        #expect(lines.count == 2)
        #expect(lines[0]["id"] as? String == finding.id)
        #expect(lines[0]["src_ip"] as? String == "192.168.0.53")
        #expect(lines[0]["dest_port"] as? Int == 80)
        #expect(lines[0]["score"] as? Double == 0.99)
        #expect(lines[0]["alerts"] as? [String] == ["a", "b"])
        #expect(lines[0]["dest_owner"] is NSNull)
        #expect((lines[0]["modifiers"] as? [[String: Any]])?.first?["reason"] as? String == "one host alone")
    }

    @Test("says of the run what the original's json_out says")
    func originalMembers() async throws {
        let folder = try Folder()
        let sink = try sink(folder.file("out.json"), "replace")
        let until = try #require(Timestamp("2017-06-10T12:00:00Z"))
        var run = Sample.run
        run.window = TimeWindow(since: until.advanced(by: -36 * 3_600_000_000_000), until: until)
        var scan = Sample.finding("10.0.0.1")
        (scan.detector, scan.interval) = ("scan", nil)
        try await sink.begin(Sample.header, Sample.columns, resume: nil)
        try await sink.write([Sample.finding(), scan])
        _ = try await sink.commit(run)
        let lines = try objects(folder.text("out.json"))
        #expect(lines.map { $0["event_type"] as? String } == ["beaconing", "scan"])
        #expect(lines[0]["timestamp"] as? String == "2017-06-10T12:00:00Z")
        #expect(lines[0]["period"] as? Double == 36)
    }

    @Test("a column of a name that the line has of its own is there once")
    func sameNames() throws {
        let columns = Column.all(with: [
            Field("period", .number, unit: "s", "A detector's own."), Field("modifiers", .texts, "As texts."),
        ])
        var finding = Sample.finding(evidence: ["period": .number(61.5), "modifiers": .texts(["rare +0.1"])])
        finding.modifiers = [.init("rare", 3, "one host alone", side: .site)]
        let line = FindingLine(finding, of: Sample.run).json(columns)
        #expect(line.components(separatedBy: "\"period\":").count == 2)
        #expect(line.contains("\"period\":61.5"))
        #expect(line.components(separatedBy: "\"modifiers\":").count == 2)
        #expect(line.contains("one host alone"))
    }

    @Test("hostile text stays one line, escaped, and comes back whole")
    func hostileText() throws {
        let text = "a\"\\\n\r\u{2028}\u{0}\u{1B}[31m\u{202E}\u{9B}\u{E0041}</script>漢🙂"
        let json = JSONText.text(text)
        #expect(json.unicodeScalars.allSatisfy { !SafeText.isControl($0) })
        let back = try JSONSerialization.jsonObject(with: Data("[\(json)]".utf8)) as? [String]
        #expect(back == [text])
    }

    @Test("a number that JSON does not have is null")
    func oddNumbers() {
        #expect(JSONText.number(.nan) == "null")
        #expect(JSONText.number(-.infinity) == "null")
        #expect(JSONText.number(1e300) == "1e+300")
        #expect(JSONText.number(61) == "61")
    }

    @Test("append adds at the end, commit by commit, and marks how far it came")
    func appends() async throws {
        let folder = try Folder()
        try folder.write("{\"old\":1}\n", to: "out.json")
        let sink = try sink(folder.file("out.json"), "append")
        #expect(sink.mode == .append)
        try await sink.begin(Sample.header, Sample.columns, resume: nil)
        try await sink.write([Sample.finding()])
        #expect(try folder.text("out.json") == "{\"old\":1}\n")
        let first = try #require(try await sink.commit(Sample.run))
        #expect(try objects(folder.text("out.json")).count == 2)
        #expect(first.state["bytes"] == String(try folder.text("out.json").utf8.count))
        try await sink.write([Sample.finding(), Sample.finding()])
        let second = try await sink.commit(Sample.run)
        #expect(second != first)
        #expect(try objects(folder.text("out.json")).count == 4)
    }

    @Test("a run that goes on from a mark cuts back what lies beyond it")
    func resumes() async throws {
        let folder = try Folder()
        let mark: SinkMark
        do {
            let sink = try sink(folder.file("out.json"), "append")
            try await sink.begin(Sample.header, Sample.columns, resume: nil)
            try await sink.write([Sample.finding("10.0.0.1")])
            mark = try #require(try await sink.commit(Sample.run))
            try await sink.write([Sample.finding("10.0.0.2")])
            _ = try await sink.commit(Sample.run)
            // A crash: what came after the mark was never in a checkpoint.
            await sink.abort()
        }
        let sink = try sink(folder.file("out.json"), "append")
        try await sink.begin(Sample.header, Sample.columns, resume: mark)
        #expect(try objects(folder.text("out.json")).count == 1)
        try await sink.write([Sample.finding("10.0.0.3")])
        _ = try await sink.commit(Sample.run)
        #expect(
            try objects(folder.text("out.json")).map { $0["src_ip"] as? String } == ["10.0.0.1", "10.0.0.3"])
    }

    @Test("a mark of another file cuts nothing")
    func rotatedFile() async throws {
        let folder = try Folder()
        var mark: SinkMark?
        do {
            let sink = try sink(folder.file("out.json"), "append")
            try await sink.begin(Sample.header, Sample.columns, resume: nil)
            try await sink.write([Sample.finding()])
            mark = try await sink.commit(Sample.run)
            await sink.abort()
        }
        try FileManager.default.moveItem(atPath: folder.file("out.json"), toPath: folder.file("out.json.1"))
        let other = String(repeating: "{\"other\":1}\n", count: 1000)
        try folder.write(other, to: "out.json")
        let sink = try sink(folder.file("out.json"), "append")
        try await sink.begin(Sample.header, Sample.columns, resume: mark)
        #expect(try folder.text("out.json") == other)
    }

    @Test("an abort takes back what was not committed, and a file that was not there before")
    func aborts() async throws {
        let folder = try Folder()
        let sink = try sink(folder.file("out.json"), "append")
        try await sink.begin(Sample.header, Sample.columns, resume: nil)
        try await sink.write([Sample.finding()])
        await sink.abort()
        #expect(folder.entries == [])
    }

    @Test("a line that another hand left unfinished is left, and ours begins on its own")
    func unfinishedLine() async throws {
        let folder = try Folder()
        try folder.write("{\"half\":", to: "out.json")
        let sink = try sink(folder.file("out.json"), "append")
        try await sink.begin(Sample.header, Sample.columns, resume: nil)
        try await sink.write([Sample.finding()])
        _ = try await sink.commit(Sample.run)
        let lines = try folder.text("out.json").split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines[0] == "{\"half\":")
    }

    @Test("two runs that append to one file are told")
    func secondWriter() async throws {
        let folder = try Folder()
        let first = try sink(folder.file("out.json"), "append")
        try await first.begin(Sample.header, Sample.columns, resume: nil)
        let second = try sink(folder.file("out.json"), "append")
        let error = await #expect(throws: PluginError.self) {
            try await second.begin(Sample.header, Sample.columns, resume: nil)
        }
        #expect(error?.what == "another process is writing it")
        await second.abort()
        try await first.write([Sample.finding()])
        #expect(try await first.commit(Sample.run) != nil)
    }
}
