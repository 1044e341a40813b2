import Beacon
import Context
import FlareKit
import FlareKitTesting
import Foundation
import RecordSchemas
import TestKit
import Testing

@testable import Table

/// Runs a source with the detector and what tells of findings.
func found(_ source: any Source, threads: Int = 2) async throws -> RunOutcome {
    let pipeline = Pipeline(
        name: "test", sources: [.init("table", source)],
        enrichers: [Pipeline.Stage("context", ContextEnricher(ContextOptions()))],
        detectors: [.init("beacon", BeaconDetector(BeaconOptions()))],
        sinks: [.init("sink", MemorySink())], acceptsEmpty: true, threads: threads)
    return try await RunEngine(version: "test", now: Timestamp(seconds: Call.midnight + 86_400 * 30)).run(pipeline)
}

func source(_ paths: [String], _ change: (inout TableSourceOptions) -> Void = { _ in }) throws -> TableSource {
    var options = TableSourceOptions()
    options.paths = paths.map { OptionPath($0) }
    change(&options)
    return try TableSource(options, PluginContext())
}

/// A file whose content changed last some weeks after the calls, by which times without a year are told.
func write(_ text: String, _ name: String, in folder: TemporaryFolder) throws -> String {
    let path = folder.path(name)
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSince1970: Call.midnight + 86_400 * 20)], ofItemAtPath: path)
    return path
}

@Suite("The records of each tool")
struct ToolTests {
    @Test("is recognised by its content", arguments: Tool.allCases)
    func recognition(_ tool: Tool) throws {
        let text = tool.text(Call.day(20))
        let found = try TableRecognition.schema(
            of: Array(text.utf8), isWhole: true, reference: Timestamp(seconds: Call.midnight + 86_400 * 20))
        #expect(found.name == tool.schema)
    }

    @Test("tell a beacon with its period, and who calls", arguments: Tool.allCases)
    func beacon(_ tool: Tool) async throws {
        let folder = TemporaryFolder()
        let calls = Call.day()
        let path = try write(tool.text(calls), "export", in: folder)
        let outcome = try await found(source([path]))
        let ingest = try #require(outcome.run.ingestBySource.first?.value)
        #expect(ingest.isBalanced)
        #expect(ingest.rejectedCount == 0, "\(ingest.rejected)")
        #expect(ingest.used["flow"]?.count == calls.count, "\(ingest)")
        let findings = outcome.findings.filter { $0.source == IPAddress("10.20.1.7") }
        let finding = try #require(findings.first, "\(ingest)")
        let interval = try #require(finding.interval)
        #expect(abs(interval - 60) < 1)
        if tool.hasNames { #expect(finding.host == "updates.implant-test.net") }
        if tool.hasProcess {
            #expect(finding.evidence["processes"]?.description.contains("upd.exe") == true)
            #expect(finding.evidence["users"]?.description.contains("bob") == true)
        }
    }
}
