import FlareKit
import FlareKitTesting
import Foundation
import TestKit
import Testing

@testable import Zeek

@Suite("Zeek's logs that overlap in part")
struct OverlappingFilesTests {
    private let folder = TemporaryFolder()

    private func rows(_ numbers: Range<Int>) -> String {
        numbers.map {
            Log.conn(
                ts: "\(1_713_484_800 + $0 * 10).25\($0 % 10)", uid: "C\($0)x", source: "10.0.0.\($0 % 7)", up: "\($0)")
        }.joined()
    }

    private func json(_ numbers: Range<Int>) -> String {
        numbers.map {
            #"{"ts":\#(1_713_484_800 + $0 * 10).25\#($0 % 10),"uid":"C\#($0)x","id.orig_h":"10.0.0.\#($0 % 7)","#
                + #""id.orig_p":25320,"id.resp_h":"203.0.113.9","id.resp_p":443,"proto":"tcp","duration":0.5,"#
                + #""conn_state":"SF","orig_bytes":\#($0),"resp_bytes":4096}"# + "\n"
        }.joined()
    }

    private func run(_ names: [String], threads: Int = 2, options: String = "") async throws -> RunOutcome {
        let list = names.map { "\"\(folder.url.path)/\($0)\"" }.joined(separator: ", ")
        let source = try ZeekSource(try ZeekSourceOptions.read("paths: [\(list)]\n\(options)"))
        let pipeline = Pipeline(
            name: "test", sources: [.init("zeek", source)], detectors: [.init("counting", CountingDetector())],
            sinks: [.init("memory", MemorySink())], threads: threads)
        let outcome = try await RunEngine(version: "test", now: Timestamp(seconds: 1_800_000_000)).run(pipeline)
        #expect(outcome.run.ingest.isBalanced)
        return outcome
    }

    @Test(
        "each connection is used once, whatever the files' forms and order and however many threads read",
        arguments: [1, 2, 4])
    func once(threads: Int) async throws {
        try folder.write(Log.connHeader + rows(0..<1400), as: "whole.log")
        let whole = try await run(["whole.log"])
        try folder.write(gzip(Data((Log.connHeader + rows(0..<1000)).utf8)), as: "conn.1.log.gz")
        try folder.write(Log.connHeader + rows(600..<1200), as: "conn-copy.log")
        try folder.write(zstd(Data((Log.connHeader + rows(1100..<1400)).utf8)), as: "conn.2.log.zst")
        let names = ["conn.1.log.gz", "conn-copy.log", "conn.2.log.zst"]
        for names in [names, names.reversed(), ["conn*"]] {
            let outcome = try await run(names, threads: threads)
            #expect(try text(outcome.findings) == text(whole.findings))
            #expect(outcome.run.ingest.used["flow"]?.count == 1400)
            #expect(outcome.run.ingest.skips == ["header": 21, "also in another file": 500])
        }
    }

    @Test("a connection that stands in a log in columns and in one in JSON is used once")
    func twoForms() async throws {
        try folder.write(Log.connHeader + rows(0..<300), as: "conn.log")
        try folder.write(json(100..<400), as: "json_streaming_conn.log")
        let outcome = try await run(["*.log"])
        #expect(outcome.run.ingest.used["flow"]?.count == 400)
        #expect(outcome.run.ingest.skips["also in another file"] == 200)
    }

    @Test("what logs of other kinds say of a connection is not taken for the connection again")
    func otherLogs() async throws {
        try folder.write(Log.connHeader + rows(0..<10), as: "conn.log")
        try folder.write(Log.sslHeader + Log.ssl(), as: "ssl.log")
        let outcome = try await run(["*.log"])
        #expect(outcome.run.ingest.used["flow"]?.count == 10)
        #expect(outcome.run.ingest.skips["also in another file"] == nil)
    }

    @Test("two requests over one connection in one moment are both used")
    func requests() async throws {
        let requests = (0..<10).map { Log.http(ts: "\(1_713_484_800 + $0 / 2 * 10).5", uid: "C\($0 / 2)") }
        try folder.write(Log.httpHeader + requests[..<8].joined(), as: "http.1.log")
        try folder.write(Log.httpHeader + requests[4...].joined(), as: "http.log")
        let outcome = try await run(["http*"])
        #expect(outcome.run.ingest.used["flow"]?.count == 10)
        #expect(outcome.run.ingest.skips["also in another file"] == 4)
    }
}

/// All that findings say.
private func text(_ findings: [Finding]) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return String(decoding: try encoder.encode(findings), as: UTF8.self)
}
