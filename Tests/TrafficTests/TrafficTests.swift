import FlareKit
import FlareKitTesting
import Testing

@testable import Traffic

/// Runs a detector over records in memory.
func findings(_ detector: any Detector, _ records: [MemoryRecord]) async throws -> [Finding] {
    try await MemoryRun.findings(of: detector, in: records)
}

/// Seconds since 1970.
let noon = 1_700_000_000.0

@Suite("long-connection")
struct LongConnectionTests {
    static func flow(
        at seconds: Double, for minutes: Double, to destination: String = "203.0.113.9", port: UInt16 = 443
    )
        -> MemoryRecord
    {
        var record = MemoryRecord(at: noon + seconds, from: "10.0.0.1", to: destination, port: port)
        record.numbers[.duration] = Int64(minutes * 60e9)
        return record
    }

    static func detector(_ yaml: String = "") throws -> LongConnectionDetector {
        try LongConnectionDetector(try LongConnectionOptions.read(yaml), PluginContext())
    }

    @Test(
        "time in which several are open counts once",
        arguments: [
            ([(0, 10)], 10), ([(0, 10), (5, 10)], 15), ([(0, 10), (2, 3)], 10), ([(0, 10), (20, 5)], 15),
            ([(0, 10), (0, 20), (15, 10)], 25), ([], 0), ([(0, -5)], 0),
            ([(.min, .max), (0, .max)], 0), ([(.max, .max), (.min, .min)], 0),
            // A year, and more than that, which only a wrong clock makes.
            ([(0, 31_622_400_000_000_000)], 31_622_400_000_000_000), ([(0, 31_622_400_000_000_001), (5, 10)], 10),
        ] as [([(Int64, Int64)], Int64)])
    func openTime(flows: [(Int64, Int64)], total: Int64) {
        #expect(OpenTime(starts: flows.map(\.0), durations: flows.map(\.1)).total == total)
    }

    @Test("five hours to one address over two ports are of medium severity, fifty minutes are not reported")
    func reported() async throws {
        let found = try await findings(
            try Self.detector(),
            [
                Self.flow(at: 0, for: 180), Self.flow(at: 3 * 3600, for: 120, port: 8443),
                Self.flow(at: 0, for: 50, to: "198.51.100.7"),
            ])
        #expect(found.map(\.summary) == ["connected for 5 hours 0 minutes in all, in 2 flows"])
        #expect(found.first?.severity == .medium)
        #expect(found.first?.evidence["open_time"] == .number(18_000))
        #expect(found.first?.evidence["longest_flow"] == .number(10_800))
    }

    @Test("a day is as certain as it gets")
    func aDay() async throws {
        #expect(try await findings(try Self.detector(), [Self.flow(at: 0, for: 1440)]).first?.score == 1)
    }

    @Test("a sensor that does not say how long flows last finds nothing")
    func unknown() async throws {
        let records = (0..<10).map { MemoryRecord(at: noon + Double($0) * 3600, from: "10.0.0.1", to: "203.0.113.9") }
        #expect(try await findings(try Self.detector(), records).isEmpty)
    }
}

@Suite("volume")
struct VolumeTests {
    /// A source with ten destinations of some 10 kB each.
    static let habit = (0..<10).map {
        MemoryRecord(at: noon, from: "10.0.0.1", to: "203.0.113.\($0)", up: 8000 + Int64($0) * 500, down: 100_000)
    }

    static func upload(_ bytes: Int64, from source: String = "10.0.0.1", down: Int64 = 1000) -> MemoryRecord {
        MemoryRecord(at: noon + 60, from: source, to: "198.51.100.7", up: bytes, down: down)
    }

    static let detector = VolumeDetector(VolumeOptions(), PluginContext())

    @Test("80 MB are unusual for a source that sends 10 kB at a time")
    func unusual() async throws {
        let found = try await findings(Self.detector, Self.habit + [Self.upload(80_000_000)])
        #expect(found.map(\.summary) == ["sent 80 MB, where 10 kB is usual"])
        #expect(found.first?.channel?.peer.description == "198.51.100.7")
        #expect(found.first?.evidence["upload_ratio"] == .number(80_000))
    }

    @Test("what is less than the least, a download, and what the source always sends are not reported")
    func usual() async throws {
        #expect(try await findings(Self.detector, Self.habit + [Self.upload(9_000_000)]).isEmpty)
        #expect(try await findings(Self.detector, Self.habit + [Self.upload(80_000_000, down: 90_000_000)]).isEmpty)
        let backups = (0..<10).map {
            MemoryRecord(at: noon, from: "10.0.0.2", to: "203.0.113.\($0)", up: 50_000_000 + Int64($0) * 5_000_000)
        }
        #expect(try await findings(Self.detector, backups + [Self.upload(80_000_000, from: "10.0.0.2")]).isEmpty)
    }

    @Test("a source with few channels is measured by the network")
    func fewChannels() async throws {
        let found = try await findings(Self.detector, Self.habit + [Self.upload(80_000_000, from: "10.0.0.9")])
        #expect(found.map(\.source) == [IPAddress("10.0.0.9")])
    }
}

@Suite("scan")
struct ScanTests {
    static let detector = ScanDetector(ScanOptions(), PluginContext())

    static func tries(_ count: Int, answered: Int = 0, from source: String = "10.0.0.1", ports: Bool = false)
        -> [MemoryRecord]
    {
        (0..<count).map { number in
            MemoryRecord(
                at: noon + Double(number), from: source, to: ports ? "203.0.113.9" : "203.0.113.\(number % 250)",
                port: ports ? UInt16(1000 + number) : 22, down: number < answered ? 500 : 0)
        }
    }

    @Test("one source to many destinations of a port")
    func destinations() async throws {
        let found = try await findings(Self.detector, Self.tries(100, answered: 10))
        #expect(found.map(\.summary) == ["tried 100 destinations on 22/tcp, 90 % did not answer"])
        #expect(found.first?.subject == .source(IPAddress("10.0.0.1") ?? IPAddress(v4: 0)))
        #expect(found.first?.evidence["scan_ports"] == .texts(["22"]))
        #expect(found.first?.occurrences == 100)
        #expect(found.first?.times.count == 100)
    }

    @Test("one source to many ports of a destination")
    func ports() async throws {
        let found = try await findings(Self.detector, Self.tries(30, ports: true))
        #expect(found.map(\.summary) == ["tried 30 ports of 203.0.113.9, 100 % did not answer"])
        #expect(found.first?.evidence["scan_form"] == .text("many ports"))
    }

    @Test("a browser, whose destinations answer, and few tries are no scan")
    func harmless() async throws {
        #expect(try await findings(Self.detector, Self.tries(200, answered: 190)).isEmpty)
        #expect(try await findings(Self.detector, Self.tries(40)).isEmpty)
    }

    @Test("each source is one finding, the order of reading does not matter")
    func sources() async throws {
        let records = Self.tries(60) + Self.tries(80, from: "10.0.0.2") + Self.tries(30, from: "10.0.0.2", ports: true)
        let found = try await findings(Self.detector, records)
        #expect(found.map(\.source) == ["10.0.0.2", "10.0.0.1"].map { IPAddress($0) })
        let again = try await findings(Self.detector, records.reversed())
        #expect(again.map(\.id) == found.map(\.id))
        #expect(again.map(\.summary) == found.map(\.summary))
    }
}
