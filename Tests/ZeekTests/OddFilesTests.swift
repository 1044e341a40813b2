import FlareKit
import Testing

@testable import Zeek

@Suite("Odd logs", .enabled(if: RealRecords.areThere))
struct OddFilesTests {
    private static func read(_ name: String) async throws -> Yield {
        try await ZeekTests.read([RealRecords.folder + "/zeek-odd/" + name])
    }

    @Test(
        "real records that are cut off, unknown or no logs end with an ingest, and the good ones among them are used",
        arguments: [
            ("has_unknown_field-http.log", 4, ["header": 8], ["not as many columns as its header": 1]),
            ("json_with_all_fields-conn.log", 29, [:], [:]),
            ("text_file-conn.log", 0, ["blank line": 4], ["no header before it": 5]),
            ("truncated-conn.log", 58, ["header": 8], ["last line cut off": 1]),
            ("truncated-conn_json.log", 3, [:], ["last line cut off": 1]),
            ("truncated-conn_top.log", 58, [:], ["last line cut off": 1]),
        ])
    func ingestBySource(name: String, used: Int, skipped: [String: Int], rejected: [String: Int]) async throws {
        let yield = try await Self.read(name)
        #expect(yield.rows.count == used)
        #expect(yield.ingest.usedCount == used)
        #expect(yield.ingest.skips == skipped)
        #expect(yield.ingest.reasons == rejected)
        #expect(yield.ingest.isBalanced)
    }

    @Test("real records without their header say the same as with it")
    func withoutHeader() async throws {
        let with = try await Self.read("truncated-conn.log"), without = try await Self.read("truncated-conn_top.log")
        #expect(with.rows.map(\.start) == without.rows.map(\.start))
        #expect(with.rows.map(\.numbers) == without.rows.map(\.numbers))
        #expect(without.ingest.noted["no header, read as conn's usual columns"]?.count == 58)
    }

    @Test("real records in JSON give what is written there")
    func json() async throws {
        let row = try #require(try await Self.read("json_with_all_fields-conn.log").rows.first)
        #expect(row.start == Timestamp("2018-01-31T18:12:06.539915Z"))
        #expect(row.source == IPAddress("10.55.100.100"))
        #expect(row.destination == IPAddress("205.204.101.182"))
        #expect(row.port == 80)
        #expect(row.numbers[.bytesToServer] == 719)
        #expect(row.numbers[.packetsToClient] == 4)
        #expect(row.numbers[.duration] == 108_985_496_000)
    }
}
