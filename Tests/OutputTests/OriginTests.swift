import FlareKit
import FlareKitTesting
import Foundation
import GRDB
import OutputText
import Testing

@testable import ElasticsearchFindings
@testable import HTML
@testable import Messages
@testable import SQLite
@testable import Tabular

/// Whose findings an output holds, so that files of several sensors can be laid together: one run in every output, read back.
@Suite("Sensor, pipeline, run and host in every output")
struct OriginTests {
    static let header = RunHeader(
        pipeline: "nightly", version: "0", started: Timestamp(seconds: 1_714_526_000.25), sources: ["eve"],
        sensor: "berlin", host: "probe-1.example")
    static let columns = FlareKit.Column.all(with: [.addresses], of: header)
    static let findings = FullFinding.findings(2, with: [.addresses]).map { finding in
        var finding = finding
        finding.judged = run.judged
        return finding
    }
    static let wanted = [
        "sensor": "berlin", "pipeline": "nightly", "run": "2024-05-01T01:00:00Z", "run_host": "probe-1.example",
    ]

    static var run: Run {
        let window = TimeWindow(since: Timestamp(seconds: 1_714_521_600), until: Timestamp(seconds: 1_714_525_200))
        var run = Run(header: header, window: window, ingest: IngestCounts(), ingestBySource: [:])
        run.findings = 2
        return run
    }

    let folder = try! OutputFolder()

    private func written(_ name: String, by sink: any Sink) async throws -> String {
        try await sink.begin(Self.header, Self.columns, resume: nil)
        try await sink.write(Self.findings)
        _ = try await sink.commit(Self.run)
        return try String(contentsOfFile: folder.path(name), encoding: .utf8)
    }

    private func objects(_ lines: String) throws -> [[String: Any]] {
        try lines.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
    }

    private func origin(_ object: [String: Any]) -> [String: String] {
        object.compactMapValues { $0 as? String }.filter { Self.wanted[$0.key] != nil }
    }

    @Test("csv, behind all columns that were there before")
    func csv() async throws {
        let text = try await written("o.csv", by: CSVSink(.read("path: \"\(folder.path("o.csv"))\"")))
        let rows = text.split(separator: "\r\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        #expect(rows[0].prefix(4) == ["src_ip", "dest_ip", "dest_port", "proto"])
        #expect(rows[0].suffix(4) == ["sensor", "pipeline", "run", "run_host"])
        for row in text.split(separator: "\r\n").dropFirst() {
            #expect(row.hasSuffix(",berlin,nightly,2024-05-01T01:00:00Z,probe-1.example"))
        }
    }

    @Test("json, and each object once")
    func json() async throws {
        let text = try await written("o.json", by: JSONSink(.read("path: \"\(folder.path("o.json"))\"")))
        let all = try objects(text)
        #expect(all.count == 2)
        for object in all { #expect(origin(object) == Self.wanted) }
        #expect(text.components(separatedBy: "\"sensor\":").count == 3)
    }

    @Test("html: in the values of each finding, and in the account of the run")
    func html() async throws {
        let text = try await written("o.html", by: HTMLSink(.read("path: \"\(folder.path("o.html"))\"")))
        for (name, value) in Self.wanted where name != "run" {
            #expect(text.contains(#""\#(name)":{"texts":["\#(value)"],"at":[0,0]}"#), "\(name)")
        }
        #expect(text.contains("\"run\":[1714525200,1714525200]"))
        #expect(
            text.contains("<li>Sensor <b>berlin</b></li><li>Pipeline <b>nightly</b>, Flare 0 on probe-1.example</li>"))
    }

    @Test("markdown, in the line on what was looked at")
    func markdown() async throws {
        let text = try await written("o.md", by: MarkdownSink(.read("path: \"\(folder.path("o.md"))\"")))
        let sentence = "Sensor berlin, pipeline nightly, run 2024-05-01T01:00:00Z on probe-1.example, Flare 0."
        #expect(text.contains(MarkdownText.shown(sentence)))
    }

    @Test("prometheus, as a sample of the run")
    func prometheus() {
        let wanted = #"flare_run_info{pipeline="nightly",host="probe-1.example",sensor="berlin",version="0"} 1"#
        #expect(PrometheusText(Self.run).text.contains(wanted + "\n"))
    }

    @Test("table, where its columns are asked for")
    func table() async throws {
        let sink = TableSink(
            try TableOptions.read("{columns: [src_ip, sensor, pipeline, run, run_host]}"),
            terminal: { Terminal(width: nil, hasColors: false) })
        let text = await sink.report(of: Self.run, Self.findings, Self.columns)
        #expect(text.contains("berlin") && text.contains("nightly") && text.contains("probe-1.example"))
    }

    @Test("sqlite, in the row of the run")
    func sqlite() async throws {
        let sink = try SQLiteSink(.read("path: \"\(folder.path("o.sqlite"))\""))
        try await sink.begin(Self.header, Self.columns, resume: nil)
        try await sink.write(Self.findings)
        _ = try await sink.commit(Self.run)
        let row = try await DatabaseQueue(path: folder.path("o.sqlite")).read {
            try Row.fetchOne($0, sql: "SELECT sensor, pipeline, started, host FROM run")
        }
        #expect(
            row == ["sensor": "berlin", "pipeline": "nightly", "started": 1_714_526_000, "host": "probe-1.example"])
    }

    @Test("elasticsearch, under flare and in the fields of ECS")
    func elasticsearch() throws {
        let documents = FindingDocument(header: Self.header, window: Self.run.window, columns: Self.columns)
        for finding in Self.findings {
            let document = documents.document(of: finding)
            for (name, value) in Self.wanted { #expect(document["flare", name]?.text == value) }
            #expect(document["observer", "name"]?.text == "berlin")
            #expect(document["observer", "hostname"]?.text == "probe-1.example")
        }
        let run = RunDocument.document(of: Self.run)
        for (name, value) in Self.wanted { #expect(run["flare", name]?.text == value) }
    }

    private var notices: [Notice] { Self.findings.map { Notice($0, of: Self.run, Self.columns) } }

    @Test("exec, and the forms of JSON of syslog and webhook: the line of JSON")
    func lines() throws {
        for notice in notices { #expect(origin(try #require(try objects(notice.json).first)) == Self.wanted) }
        let body = WebhookService.json.body(of: Message(notices, pipeline: "nightly"))
        let findings = try #require(try objects(body).first?["findings"] as? [[String: Any]])
        for finding in findings { #expect(origin(finding) == Self.wanted) }
        let line = String(decoding: SyslogForm.json.line(notices[0], host: "h"), as: UTF8.self)
        #expect(line.contains(#""sensor":"berlin","pipeline":"nightly","run":"2024-05-01T01:00:00Z""#))
    }

    @Test("syslog's other forms")
    func syslog() throws {
        func line(_ form: SyslogForm) -> String { String(decoding: form.line(notices[0], host: "h"), as: UTF8.self) }
        #expect(line(.text).hasSuffix("; Sensor berlin, pipeline nightly, run 2024-05-01T01:00:00Z on probe-1.example"))
        #expect(
            line(.cef).contains(
                " cs2=berlin cs3=nightly cs4=2024-05-01T01:00:00Z dvchost=probe-1.example cs1Label=news cs2Label=sensor "
                    + "cs3Label=pipeline cs4Label=run"))
        #expect(
            line(.leef).hasSuffix(
                "\tsensor=berlin\tpipeline=nightly\trun=2024-05-01T01:00:00Z\trunHost=probe-1.example"))
    }

    @Test("what people read in a chat or a mail, one finding and a digest", arguments: [1, 2])
    func words(_ count: Int) throws {
        let message = Message(Array(notices.prefix(count)), pipeline: "nightly")
        let sentence = "Sensor berlin, pipeline nightly, run 2024-05-01T01:00:00Z on probe-1.example"
        for service in WebhookService.allCases where service != .json {
            #expect(service.body(of: message).contains(sentence), "\(service)")
        }
        let mail = MailText(message, try .read("{url: \"smtp://h\", from: a@b, to: [c@d]}")).text
        let body = try #require(mail.components(separatedBy: "\r\n\r\n").last).filter { !$0.isNewline }
        #expect(String(decoding: try #require(Data(base64Encoded: body)), as: UTF8.self).contains(sentence))
    }
}
