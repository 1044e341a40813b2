import Foundation
import GRDB
import HistoryDatabase
import HistorySamples
import TestKit
import Testing

@Suite("Asking for channels")
struct ChannelQueryTests {
    @Test("parts may be left out, and addresses stand in any form")
    func parts() {
        #expect(
            ChannelQuery("10.0.0.1,2001:DB8:0::1,443")
                == ChannelQuery(source: "10.0.0.1", peer: "2001:db8::1", port: 443))
        #expect(ChannelQuery("10.0.0.1") == ChannelQuery(source: "10.0.0.1"))
        #expect(ChannelQuery(",evil.example") == ChannelQuery(peer: "evil.example"))
        #expect(ChannelQuery("a,b,65536") == nil)
        #expect(ChannelQuery("a,b,c") == nil)
        #expect(ChannelQuery("a,b,80,tcp") == nil)
    }
}

@Suite("The documented queries")
struct DocumentedQueryTests {
    @Test("each query of docs/history.md runs on a history")
    func queries() async throws {
        let folder = TemporaryFolder()
        try await run(into: folder.history, hour: 1, [finding(), finding(443)])
        _ = try await MemoryTests.run(HistoryFile(writing: folder.history), [1: [5]], days: 0...1)
        let guide = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/history.md")
        let text = try String(contentsOf: guide, encoding: .utf8)
        let queries = text.components(separatedBy: "```sql\n").dropFirst().compactMap {
            $0.components(separatedBy: "```").first
        }
        #expect(queries.count >= 6)
        let file = try HistoryFile(reading: folder.history)
        for query in queries {
            let rows = try await file.queue.read { try Row.fetchAll($0, sql: query).count }
            #expect(rows > 0, "\(query)")
        }
    }
}
