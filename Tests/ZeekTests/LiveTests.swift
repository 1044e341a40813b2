import FlareKit
import Foundation
import TestKit
import Testing

@testable import Zeek

@Suite("Zeek logs that are followed")
struct LiveTests {
    private let folder = TemporaryFolder()
    private static let kinds: [RecordKind: Set<ColumnName>] = [.flow: [.id, .bytesToServer], .tls: [.id, .host]]

    private func cursor(_ resume: [Checkpoint] = []) async throws -> any Cursor {
        let paths = "paths: [\"\(folder.url.path)/*.log\", \"\(folder.url.path)/old/*.gz\"]"
        let source = try ZeekSource(try ZeekSourceOptions.read(paths))
        let scan = Scan(kinds: Self.kinds, isLive: true, resume: resume, now: Timestamp(nanoseconds: 0))
        let cursors = try await source.open(scan)
        #expect(cursors.count == 1)
        return try #require(cursors.first)
    }

    /// Reads until nothing comes for now: of each record its kind and time in whole seconds, in the order they came.
    private func read(_ cursor: any Cursor) throws -> [String] {
        var batch = RecordBatch(Self.kinds, capacity: 3)
        var came: [String] = []
        var ingest = cursor.ingest
        while true {
            batch.removeAll()
            #expect(try cursor.next(into: &batch))
            for table in batch.tables {
                came += table.start.prefix(table.count).map { "\(table.kind.name) \($0 / 1_000_000_000)" }
            }
            if batch.count == 0, cursor.ingest == ingest { return came }
            ingest = cursor.ingest
        }
    }

    private func append(_ text: String, to name: String) throws {
        let handle = try FileHandle(forWritingTo: folder.url.appendingPathComponent(name))
        defer { try? handle.close() }
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(text.utf8))
    }

    @Test(
        "names come before the connections they belong to, and rotation into another folder loses and repeats nothing")
    func rotation() async throws {
        try folder.write(Log.connHeader + Log.conn(ts: "1001.5") + Log.conn(ts: "1002.5"), as: "conn.log")
        try folder.write(Log.sslHeader + Log.ssl(ts: "1001.6"), as: "ssl.log")
        let cursor = try await cursor()
        #expect(try read(cursor) == ["tls 1001", "flow 1001", "flow 1002"])
        try append(Log.conn(ts: "1003.5"), to: "conn.log")
        #expect(try read(cursor) == ["flow 1003"])
        let old = folder.url.appendingPathComponent("old")
        try FileManager.default.createDirectory(at: old, withIntermediateDirectories: true)
        try append(Log.conn(ts: "1004.5"), to: "conn.log")
        let whole = try Data(contentsOf: folder.url.appendingPathComponent("conn.log"))
        try folder.write(gzip(whole), as: "old/conn.00:00.log.gz")
        try FileManager.default.removeItem(at: folder.url.appendingPathComponent("conn.log"))
        try folder.write(Log.connHeader + Log.conn(ts: "2001.5"), as: "conn.log")
        #expect(try read(cursor) == ["flow 1004", "flow 2001"])
        #expect(cursor.ingest.isBalanced)
        #expect(cursor.ingest.rejectedCount == 0)
    }

    @Test("taken up again in the midst of a file, rows are read by the header at its beginning")
    func resume() async throws {
        let header = Log.header("conn", "ts uid id.orig_h id.orig_p id.resp_h id.resp_p proto orig_bytes")
        func row(_ number: Int) -> String {
            Log.columns("\(number).5 C\(number) 10.0.0.7 4711 203.0.113.9 443 tcp 7") + "\n"
        }
        try folder.write(header + row(1001) + row(1002), as: "conn.log")
        let first = try await cursor()
        #expect(try read(first).count == 2)
        try append(row(1003) + row(1004), to: "conn.log")
        let second = try await cursor([first.checkpoint()])
        #expect(try read(second) == ["flow 1003", "flow 1004"])
        #expect(second.ingest.rejectedCount == 0)
    }
}
