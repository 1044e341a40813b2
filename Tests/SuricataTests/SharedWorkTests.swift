import CompressedFiles
import FlareKit
import Foundation
import LineFiles
import TestKit
import Testing

@testable import Suricata

@Suite("Work shared by cursors")
struct SharedWorkTests {
    private let folder = TemporaryFolder()

    /// Lines of all fates and many lengths, some longer than a block.
    private var text: String {
        (0..<200).map { number in
            switch number % 8 {
            case 0: "{\"event_type\":\"dns\",\"x\":\"\(String(repeating: "y", count: number * 5))\"}\n"
            case 1: "\n"
            case 2: "broken \(number)\n"
            case 3: "{\"padding\":\"\(String(repeating: "z", count: number * 20))\"}\n"
            case 4: FlowLine { $0.port = "\(number)" }.text + "\r\n"
            default: FlowLine { $0.source = "\"10.0.0.\(number)\"" }.text + "\n"
            }
        }.joined() + "{\"event_type\":\"fl"
    }

    @Test("neither the size of blocks nor the number of cursors changes a row or a count", arguments: [1, 2, 7])
    func blocks(cursorCount: Int) throws {
        let path = try folder.write(text, as: "eve.json")
        let whole = read(path, blockSize: 1 << 20, cursors: 1)
        #expect(whole.ingest.isBalanced)
        #expect(whole.ingest.read == 201)
        for blockSize: Int64 in [1, 7, 100, 563, 1000, 4096, 65536] {
            let yield = read(path, blockSize: blockSize, cursors: cursorCount)
            #expect(yield.rows == whole.rows, "blocks of \(blockSize)")
            #expect(yield.ingest == whole.ingest, "blocks of \(blockSize)")
        }
    }

    @Test("a stream read through a buffer of any size yields the same")
    func streams() throws {
        let plain = read(try folder.write(text, as: "eve.json"), blockSize: 1 << 20, cursors: 1)
        let path = try folder.write(gzip(Data(text.utf8)), as: "eve.gz")
        for size in [1, 64, 1000, 4096, 1 << 20] {
            let yield = read(path, blockSize: 1 << 20, cursors: 2, streamSize: size)
            #expect(yield.rows.map(\.position) == plain.rows.map(\.position), "a buffer of \(size)")
            #expect(yield.ingest.reasons == plain.ingest.reasons, "a buffer of \(size)")
            #expect(yield.ingest.skips == plain.ingest.skips, "a buffer of \(size)")
        }
    }

    @Test("a line longer than may be is rejected, in a block, across blocks and in a stream")
    func longLines() throws {
        let plain = try folder.write(text, as: "eve.json")
        let stored = try folder.write(gzip(Data(text.utf8)), as: "eve.gz")
        for longest in [1000, 2000, 3979, 3980] {
            let lengths = text.split(separator: "\n", omittingEmptySubsequences: false).map(\.utf8.count)
            let expected = lengths.filter { $0 > longest }.count
            var ingestBySource: [IngestCounts] = []
            for blockSize: Int64 in [100, 4096, 1 << 20] {
                ingestBySource.append(read(plain, blockSize: blockSize, cursors: 2, longestLine: longest).ingest)
            }
            for size in [64, 4096, 1 << 20] {
                ingestBySource.append(
                    read(stored, blockSize: 1, cursors: 1, longestLine: longest, streamSize: size).ingest)
            }
            for ingest in ingestBySource {
                #expect(ingest.rejected["line too long"]?.count ?? 0 == expected, "longest \(longest)")
                #expect(ingest.read == 201)
                #expect(ingest.isBalanced)
                #expect(
                    ingest.rejected["line too long"]?.examples.map(\.position)
                        == ingestBySource[0].rejected["line too long"]?.examples.map(\.position))
            }
        }
    }

    @Test("a line of 100 MB is rejected without being held, and the lines around it are read")
    func enormousLine() throws {
        let path = try folder.write(FlowLine().text + "\n", as: "eve.json")
        let file = try #require(FileHandle(forWritingAtPath: path))
        // A hole in the file reads as zeros.
        try file.truncate(atOffset: 100_000_000)
        try file.seekToEnd()
        try file.write(contentsOf: Data(("\n" + FlowLine().text + "\n").utf8))
        try file.close()
        for cursors in [1, 2] {
            let yield = read(path, blockSize: WorkQueue.usualBlockSize, cursors: cursors, longestLine: 16_000_000)
            #expect(yield.rows.count == 2)
            #expect(yield.ingest.reasons == ["line too long": 1])
            #expect(
                yield.ingest.rejected.values.first?.examples.first?.position == Int64(FlowLine().text.utf8.count + 1))
        }
    }

    @Test("a file that became shorter is named once, and its whole blocks are used")
    func shrunk() throws {
        let path = try folder.write(text, as: "eve.json")
        let file = try InputFile(path: path)
        try #require(FileHandle(forWritingAtPath: path)).truncate(atOffset: 5_000)
        let yield = drain([EVECursor(WorkQueue([file], blockSize: 1000), EVECursor.Settings())])
        #expect(yield.ingest.unread["file that became shorter"]?.count == 1)
        #expect(!yield.rows.isEmpty)
    }

    private func read(
        _ path: String, blockSize: Int64, cursors: Int, longestLine: Int = 1 << 20, streamSize: Int = 1 << 20
    ) -> Yield {
        guard let file = try? InputFile(path: path) else { return Yield() }
        let work = WorkQueue([file], blockSize: blockSize)
        let settings = EVECursor.Settings(columns: allColumns, longestLine: longestLine, streamSize: streamSize)
        return drain((0..<cursors).map { _ in EVECursor(work, settings) }, columns: allColumns, capacity: 5)
    }
}
