import FlareKit
import FlareKitTesting
import Foundation
import TestKit
import Testing

@testable import Suricata

@Suite("EVE files that overlap in part")
struct OverlappingFilesTests {
    private let folder = TemporaryFolder()

    /// Flows of some hosts and, in between, what is none.
    private func lines(_ numbers: Range<Int>) -> Data {
        let base = Timestamp(seconds: 1_741_065_000)
        let lines = numbers.map { number in
            if number.isMultiple(of: 10) {
                return #"{"timestamp":"2025-03-04T05:10:00.000000+0000","event_type":"stats"}"#
            }
            let start = base.advanced(by: Int64(number) * 10_000_000_000 + 500_000)
            return FlowLine {
                $0.timestamp = "\"\(start.advanced(by: 60_000_000_000))\""
                $0.source = "\"10.0.0.\(number % 7)\""
                $0.flow = #"{"bytes_toserver":\#(number),"bytes_toclient":200,"start":"\#(start)"}"#
            }.text.replacing("1234567890123456", with: "\(900_000_000_000_000 + number)")
        }
        return Data(lines.map { $0 + "\n" }.joined().utf8)
    }

    private func run(_ paths: [String], threads: Int = 2, grouping: Grouping = Grouping()) async throws -> RunOutcome {
        let list = paths.map { "\"\(folder.path($0))\"" }.joined(separator: ", ")
        let source = try EVESource(try EVESourceOptions.read("paths: [\(list)]"), PluginContext())
        let pipeline = Pipeline(
            name: "test", sources: [.init("eve", source)],
            detectors: [.init("counting", CountingDetector(grouping: grouping))],
            sinks: [.init("memory", MemorySink())], threads: threads)
        let outcome = try await RunEngine(version: "test", now: Timestamp(seconds: 1_800_000_000)).run(pipeline)
        #expect(outcome.run.ingest.isBalanced)
        return outcome
    }

    @Test(
        "each flow is used once, whatever the files' forms and order and however many threads read",
        arguments: [1, 2, 4])
    func once(threads: Int) async throws {
        try folder.write(lines(0..<1400), as: "whole.json")
        let whole = try await run(["whole.json"])
        try folder.write(gzip(lines(0..<1000)), as: "eve.json.1")
        try folder.write(lines(600..<1200), as: "eve-copy.json")
        try folder.write(zstdFrame(lines(1100..<1400)), as: "eve.json.2")
        let names = ["eve.json.1", "eve-copy.json", "eve.json.2"]
        for paths in [names, names.reversed(), ["eve*"]] {
            let outcome = try await run(paths, threads: threads)
            #expect(try text(outcome.findings) == text(whole.findings))
            #expect(outcome.run.ingest.used["flow"]?.count == 1260)
            #expect(outcome.run.ingest.read == 1900)
            #expect(outcome.run.ingest.skips == ["event type stats": 190, "also in another file": 450])
            #expect(
                outcome.run.ingest.skipped["also in another file"]?.examples.map(\.origin)
                    == [folder.path("eve.json.1"), folder.path("eve.json.2")])
        }
    }

    @Test("of two files that do not overlap everything is used, and one file is read without ids")
    func apart() async throws {
        try folder.write(lines(0..<700), as: "eve.json.1")
        try folder.write(lines(700..<1400), as: "eve.json")
        #expect(try await run(["eve*"]).run.ingest.skips == ["event type stats": 140])
        let scan = Scan(kinds: [.flow: []], now: Timestamp(nanoseconds: 0))
        for (paths, mayRepeat) in [("eve.json", false), ("eve.json*", true)] {
            let options = try EVESourceOptions.read("paths: [\"\(folder.path(paths))\"]")
            let cursors = try await EVESource(options, PluginContext()).open(scan)
            #expect(cursors.allSatisfy { $0.mayRepeat == mayRepeat })
        }
    }

    @Test("a lookup that stands in two files is used once")
    func lookups() async throws {
        func lookups(_ numbers: Range<Int>) -> String {
            numbers.map { number in
                let time = Timestamp(seconds: 1_741_065_000 + Double(number) * 10)
                // Both lookups of a flow are sent in one moment.
                return ["a.example.com", "b.example.com", "b.example.com"].map {
                    #"{"timestamp":"\#(time)","flow_id":\#(number),"event_type":"dns","src_ip":"10.0.0.1","src_port":5000,"#
                        + #""dest_ip":"10.0.0.2","dest_port":53,"proto":"UDP","dns":{"type":"query","rrname":"\#($0)"}}"#
                        + "\n"
                }.joined()
            }.joined()
        }
        try folder.write(lookups(0..<100), as: "eve.json.1")
        try folder.write(lookups(60..<140), as: "eve.json")
        let outcome = try await run(["eve*"], grouping: Grouping(by: .domain))
        #expect(outcome.findings.map(\.occurrences).sorted { $0 ?? 0 < $1 ?? 0 } == [140, 280])
        #expect(outcome.run.ingest.skips["also in another file"] == 120)
    }
}

/// All that findings say.
private func text(_ findings: [Finding]) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return String(decoding: try encoder.encode(findings), as: UTF8.self)
}
