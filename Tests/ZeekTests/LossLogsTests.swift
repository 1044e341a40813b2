import FlareKit
import TestKit
import Testing

@Suite("Zeek's logs of its own losses")
struct LossLogsTests {
    private static func log(_ path: String, _ fields: String, _ rows: [String]) -> String {
        (["#separator \\x09", "#path\t\(path)", "#fields\t" + fields.split(separator: " ").joined(separator: "\t")]
            + rows.map { $0.split(separator: " ").joined(separator: "\t") }).map { $0 + "\n" }.joined()
    }

    private static let stats = "ts peer mem pkts_proc bytes_recv pkts_dropped pkts_link pkt_lag"
    private static let rows = [
        "1767232800.5 w1 90 700 1 300 1000 0.1", "1767232801.5 w2 90 1000 1 0 1000 0.1", "1767236401.5 w1 90 - - - - -",
    ]

    @Test("stats tells what the workers dropped, capture_loss what never came")
    func columns() async throws {
        let folder = TemporaryFolder()
        let paths = [
            try folder.write(Self.log("stats", Self.stats, Self.rows), as: "stats.02:00:00-03:00:00.log"),
            try folder.write(
                Self.log(
                    "capture_loss", "ts ts_delta peer gaps acks percent_lost", ["1767233700.0 900.0 w1 50 200 25.0"]),
                as: "capture_loss.log"),
        ]
        let ingest = try await read(paths).ingest
        let hours = ingest.sensor.hours()
        #expect(hours.map(\.kind) == [.dropped, .missing])
        #expect(hours.map(\.packets) == [2000, 200])
        #expect(hours.map(\.lost) == [300, 50])
        #expect(ingest.isBalanced)
        #expect(ingest.skips["log stats"] == 3)
    }

    @Test("are read beside the logs of connections where no path names them, and not twice where one does")
    func beside() async throws {
        let folder = TemporaryFolder()
        let conn = try folder.write(Self.log("conn", Log.connFields, []), as: "conn.log")
        let stats = try folder.write(Self.log("stats", Self.stats, Self.rows), as: "stats.log")
        for paths in [[conn], [conn, stats]] {
            #expect(try await read(paths).ingest.sensor.hours().map(\.packets) == [2000])
        }
    }

    @Test("are read in JSON among other logs, and behind the first piece of a file", arguments: [true, false])
    func pieces(isJSON: Bool) async throws {
        let folder = TemporaryFolder()
        let count = isJSON ? 40_000 : 100_000
        let rows = (0..<count).map { row in
            isJSON
                ? "{\"_path\":\"stats\",\"ts\":\"2026-01-01T02:00:00.000000Z\",\"peer\":\"w\(row)\",\"mem\":90,\"pkts_proc\":9,\"pkts_dropped\":1,\"pkts_link\":10}"
                : "1767232800.5 w\(row) 90 9 1 1 10 0.1"
        }
        let text = isJSON ? rows.map { $0 + "\n" }.joined() : Self.log("stats", Self.stats, rows)
        let path = try folder.write(text, as: "all.log")
        let hours = try await read([path], cursors: 2).ingest.sensor.hours()
        #expect(hours.map(\.packets) == [Int64(count) * 10])
        #expect(hours.map(\.lost) == [Int64(count)])
    }
}
