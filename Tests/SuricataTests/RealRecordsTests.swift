import FlareKit
import Testing

@testable import Suricata

@Suite("Real records", .enabled(if: RealRecords.areThere))
struct RealRecordsTests {
    @Test("the real records of 58 hours are used and skipped by type, none rejected", arguments: [1, 2, 7])
    func counts(cursors: Int) async throws {
        let yield = try await read([RealRecords.eve], cursors: cursors)
        #expect(yield.ingest.used["flow"]?.count == 13_956)
        #expect(
            yield.ingest.skips == [
                "event type alert": 1794, "event type anomaly": 81, "event type dhcp": 58, "event type dns": 2528,
                "event type http": 10, "event type ssh": 1216, "event type stats": 20_574, "event type tls": 14,
            ])
        #expect(yield.ingest.rejectedCount == 0)
        #expect(yield.ingest.read == 40_231)
        #expect(yield.ingest.noted.isEmpty)
    }

    @Test("real records of the smaller sensor are read with all their columns")
    func smallSensor() async throws {
        let yield = try await read([RealRecords.small])
        let first = try #require(yield.rows.first)
        #expect(yield.ingest.used["flow"]?.count == 16)
        #expect(yield.ingest.read == 32)
        #expect(first.start == Timestamp("2022-04-25T00:02:08.938341Z"))
        #expect(first.source == IPAddress("192.168.1.22"))
        #expect(first.destination == IPAddress("224.0.0.251"))
        #expect(first.port == 5353)
        #expect(first.proto == 17)
        #expect(first.numbers[.bytesToServer] == 1149)
        #expect(first.numbers[.packetsToServer] == 6)
        #expect(first.numbers[.duration] == 24_329_923_000)
        #expect(first.numbers[.id] == 761_003_327_377_765)
    }
}
