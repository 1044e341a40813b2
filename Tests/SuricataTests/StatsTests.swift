import FlareKit
import TestKit
import Testing

@Suite("Suricata's own counters")
struct StatsTests {
    /// As Suricata 7 writes them, all but a few counters left out.
    static func line(_ time: String, _ capture: String, host: String = "") -> String {
        """
        {"timestamp":"\(time)","event_type":"stats",\(host)"stats":{"uptime":3600,"capture":{\(capture)},"decoder":{"pkts":5},\
        "threads":{"W#01-eth0":{"capture":{"kernel_packets":1,"kernel_drops":1}}}}}
        """
    }

    @Test("tell what was dropped in each hour, however many read the file", arguments: [1, 2])
    func drops(cursors: Int) async throws {
        let folder = TemporaryFolder()
        let lines = [
            Self.line("2026-01-01T02:00:00.000123+0000", "\"kernel_packets\":1000,\"kernel_drops\":10,\"errors\":0"),
            Self.line("2026-01-01T02:30:00.000123+0000", "\"kernel_packets\": 2000,\"kernel_drops\": 310,\"errors\":0"),
            Self.line("2026-01-01T03:00:00.000123+0000", "\"kernel_packets\":3000,\"kernel_drops\":310"),
            Self.line("2026-01-01T03:30:00.000123+0000", "\"pcap\":{}"),
            Self.line("never", "\"kernel_packets\":9,\"kernel_drops\":9"),
        ]
        let path = try folder.write(lines.map { $0 + "\n" }.joined(), as: "eve.json")
        let ingest = try await read([path], cursors: cursors).ingest
        let hours = ingest.sensor.hours()
        #expect(hours.map(\.packets) == [2000])
        #expect(hours.map(\.lost) == [300])
        #expect(hours.map(\.kind) == [.dropped])
        #expect(ingest.skips == ["event type stats": 5])
        #expect(ingest.isBalanced)
    }

    @Test("go on in the next file, apart for each sensor, and are DPDK's too")
    func files() async throws {
        let folder = TemporaryFolder()
        func write(_ name: String, _ time: String, _ packets: Int, _ lost: Int, _ host: String) throws -> String {
            let counters = "\"packets\":\(packets),\"dpdk\":{\"imissed\":\(lost)}"
            return try folder.write(Self.line(time, counters, host: "\"host\":\"\(host)\",") + "\n", as: name)
        }
        let paths = [
            try write("eve.json.1", "2026-01-01T02:00:00+0000", 100, 0, "a"),
            try write("eve.json", "2026-01-01T02:30:00+0000", 190, 10, "a"),
            try write("other.json.1", "2026-01-01T02:00:00+0000", 7000, 0, "b"),
            try write("other.json", "2026-01-01T02:30:00+0000", 7100, 0, "b"),
        ]
        let hours = try await read(paths).ingest.sensor.hours()
        #expect(hours.map(\.packets) == [200])
        #expect(hours.map(\.lost) == [10])
    }
}
