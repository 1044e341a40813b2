import FlareKit
import Foundation
import Testing

@testable import Tabular

@Suite("the prometheus sink")
struct PrometheusTests {
    private static let python = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../.venv/bin/python3").standardizedFileURL

    /// Samples as Prometheus' own client for Python reads them: name, labels and value of each.
    private func read(_ text: String) throws -> [[String: String]] {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "python3", "-c",
            """
            import json, sys
            from prometheus_client.parser import text_string_to_metric_families
            samples = [s for f in text_string_to_metric_families(sys.stdin.read()) for s in f.samples]
            print(json.dumps([{**s.labels, 'name': s.name, 'value': str(s.value)} for s in samples]))
            """,
        ]
        let (input, output) = (Pipe(), Pipe())
        (process.standardInput, process.standardOutput) = (input, output)
        try process.run()
        input.fileHandleForWriting.write(Data(text.utf8))
        try input.fileHandleForWriting.close()
        process.standardError = FileHandle.standardError
        let answer = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return try JSONDecoder().decode([[String: String]].self, from: answer)
    }

    @Test(
        "counts come out as Prometheus reads them, whatever the pipeline and a list are called",
        .enabled(if: FileManager.default.isExecutableFile(atPath: python.path)))
    func samples() async throws {
        let hostile = "a\"b\\c\nflare_findings 7\r\u{301}\"\u{301}"
        var run = Run(
            header: RunHeader(pipeline: hostile, version: "0", started: Timestamp(seconds: 1000), sources: []),
            window: .all, ingest: IngestCounts(), ingestBySource: [:])
        run.channels = 40
        run.newest = Timestamp(seconds: 900.5)
        run.severities = ["high": 3]
        run.seconds = ["total": 1.5]
        run.dropped = [
            DroppedChannels(filter: "allowlist", list: hostile, rule: "a", channels: 8, records: 80),
            DroppedChannels(filter: "allowlist", list: hostile, rule: "b", channels: 2, records: 20),
            DroppedChannels(filter: "history", rule: "known", channels: 1, records: 9, findings: 1),
        ]
        let folder = try Folder()
        let sink = try PrometheusSink(PrometheusOptions.read("path: \"\(folder.file("flare.prom"))\""))
        try await sink.begin(run.header, Sample.columns, resume: nil)
        try await sink.write([])
        _ = try await sink.commit(run)

        let samples = try read(try folder.text("flare.prom"))
        func value(_ name: String, _ labels: [String: String] = [:]) -> String? {
            samples.first { sample in
                sample["name"] == name && labels.allSatisfy { sample[$0.key] == $0.value }
            }?["value"]
        }
        let shown = String(String.UnicodeScalarView(hostile.unicodeScalars.map { $0 == "\r" ? " " : $0 }))
        #expect(samples.allSatisfy { $0["pipeline"] == shown }, "\(samples)")
        #expect(value("flare_findings", ["severity": "high"]) == "3")
        #expect(value("flare_findings", ["severity": "low"]) == "0")
        #expect(value("flare_records", ["result": "used"]) == "0")
        #expect(value("flare_newest_record_timestamp_seconds") == "900.5")
        #expect(value("flare_run_seconds", ["step": "total"]) == "1.5")
        #expect(value("flare_filtered_ratio", ["filter": "allowlist", "list": shown]) == "0.25")
        #expect(value("flare_hidden_findings") == "1")
        #expect(value("flare_failures") == "0")
    }
}
