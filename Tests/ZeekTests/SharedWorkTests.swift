import CompressedFiles
import FlareKit
import Foundation
import TestKit
import Testing

@testable import Zeek

@Suite("Work shared by cursors")
struct SharedWorkTests {
    private let folder = TemporaryFolder()
    private let kinds: [RecordKind: Set<ColumnName>] = [.flow: [.bytesToServer]]

    /// Two layouts in turn: a row that is read by the wrong one is rejected or has another count.
    private var text: String {
        let other = Log.header("conn", "ts id.resp_h id.orig_h id.resp_p proto orig_bytes")
        return (0..<40).map { part in
            let rows = (0..<part % 7 * 10).map { row in
                part.isMultiple(of: 2)
                    ? Log.conn(up: "\(row)") : "1713484795.5\t203.0.113.9\t10.0.0.7\t443\ttcp\t\(row)\n"
            }
            return (part.isMultiple(of: 2) ? Log.connHeader : other) + rows.joined()
        }
        .joined()
    }

    private func read(_ path: String, blockSize: Int64, cursors: Int) throws -> Yield {
        let files = SharedFiles([try InputFile(path: path)], flows: ["conn"], blockSize: blockSize)
        let settings = ZeekCursor.Settings(kinds: kinds, longestLine: 1 << 20)
        return drain((0..<cursors).map { _ in ZeekCursor(files, settings) }, kinds, capacity: 5)
    }

    @Test(
        "each row is read by the header before it, wherever blocks are cut and whoever reads them",
        arguments: [1, 50, 333, 4096, 1 << 22], [1, 2, 7])
    func headers(blockSize: Int64, cursors: Int) throws {
        let path = try folder.write(text, as: "conn.log")
        let yield = try read(path, blockSize: blockSize, cursors: cursors)
        let whole = try read(path, blockSize: 1 << 30, cursors: 1)
        #expect(whole.ingest.rejectedCount == 0)
        #expect(whole.rows.count == (0..<40).reduce(0) { $0 + $1 % 7 * 10 })
        #expect(whole.rows.allSatisfy { $0.source == IPAddress("10.0.0.7") })
        #expect(yield.rows == whole.rows)
        #expect(yield.ingest == whole.ingest)
    }

    @Test(
        "cursors on threads of their own read the same as one, from blocks and from a stream", arguments: [false, true])
    func threads(isCompressed: Bool) async throws {
        let content = Data(String(repeating: text, count: 20).utf8)
        let path = try folder.write(isCompressed ? gzip(content) : content, as: "conn.log")
        let whole = try read(path, blockSize: 1 << 30, cursors: 1)
        let files = SharedFiles([try InputFile(path: path)], flows: nil, blockSize: 1000)
        let settings = ZeekCursor.Settings(kinds: kinds, longestLine: 1 << 20, streamSize: 1000)
        let yields = await withTaskGroup(of: Yield.self) { group in
            for _ in 0..<4 {
                group.addTask { [kinds] in drain([ZeekCursor(files, settings)], kinds) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(yields.flatMap(\.rows).sorted() == whole.rows)
        #expect(!whole.rows.isEmpty)
        var ingest = IngestCounts()
        for yield in yields { ingest.merge(yield.ingest) }
        #expect(ingest == whole.ingest)
    }

    @Test("a compressed file that is cut off yields what can be decoded, and is named once", arguments: [1, 3])
    func cutOff(cursors: Int) throws {
        let path = try folder.write(gzip(Data(text.utf8)).dropLast(100), as: "conn.log.gz")
        let files = SharedFiles([try InputFile(path: path)], flows: ["conn"])
        let settings = ZeekCursor.Settings(kinds: kinds, streamSize: 1000)
        let yield = drain((0..<cursors).map { _ in ZeekCursor(files, settings) }, kinds)
        #expect(yield.ingest.unread["compressed file cut short"]?.count == 1)
        #expect(yield.rows.count > 1000)
        #expect(yield.ingest.isBalanced)
    }

    @Test("plain, gzip and zstd yield the same, whatever their names say")
    func stored() async throws {
        let plain = try await ZeekTests.read([try folder.write(text, as: "a.gz")], kinds: kinds)
        for content in [gzip(Data(text.utf8)), zstd(Data(text.utf8))] {
            let path = try folder.write(content, as: "b.log")
            let yield = try await ZeekTests.read([path], cursors: 2, kinds: kinds)
            #expect(yield.rows.map(\.position) == plain.rows.map(\.position))
            #expect(yield.rows.map { $0.numbers } == plain.rows.map { $0.numbers })
            #expect(yield.ingest.read == plain.ingest.read)
            #expect(yield.ingest.bytes == Int64(content.count))
        }
    }
}
