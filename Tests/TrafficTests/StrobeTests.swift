import FlareKit
import FlareKitTesting
import Testing

@testable import Traffic

@Suite("strobe")
struct StrobeTests {
    static func calls(
        _ count: Int, every seconds: Double, to destination: String = "203.0.113.9", up: Int64 = 100, down: Int64 = 200
    ) -> [MemoryRecord] {
        (0..<count).map { number in
            MemoryRecord(
                at: noon + Double(number) * seconds, from: "10.0.0.1", to: destination,
                up: up + Int64(number % 50) * 10,
                down: down == 0 ? 0 : down + Int64(number % 50) * 10)
        }
    }

    static func found(_ records: [MemoryRecord], _ yaml: String = "") async throws -> [Finding] {
        try await findings(StrobeDetector(try StrobeOptions.read(yaml)), records)
    }

    @Test("two calls a second for half an hour are one, a call in two seconds is none")
    func rate() async throws {
        let found = try await Self.found(Self.calls(3600, every: 0.5))
        #expect(found.map(\.summary) == ["3,600 calls in 30 min, 2 a second"])
        #expect(found.first?.severity == .medium)
        #expect(found.first?.evidence["strobe_kind"] == .text("calls"))
        #expect(try await Self.found(Self.calls(3600, every: 2)).isEmpty)
    }

    @Test("eight a second are of high severity")
    func fast() async throws {
        #expect(try await Self.found(Self.calls(10_000, every: 0.12)).first?.severity == .high)
    }

    @Test("a burst is none, nor are bursts with rests between")
    func bursts() async throws {
        #expect(try await Self.found(Self.calls(3600, every: 0.1)).isEmpty)
        let bursts = (0..<3).flatMap { part in
            Self.calls(3000, every: 0.01).map { record in
                var record = record
                record.start = record.start.advanced(by: Int64(part) * 1_200_000_000_000)
                return record
            }
        }
        #expect(try await Self.found(bursts).isEmpty)
    }

    @Test("a stuck client, a check of health and a stream are named, and count for less")
    func kinds() async throws {
        let stuck = try await Self.found(Self.calls(10_000, every: 0.12, down: 0))
        #expect(stuck.first?.evidence["strobe_kind"] == .text("stuck client"))
        #expect(stuck.first?.evidence["strobe_unanswered"] == .number(100))
        #expect(stuck.first?.severity == .medium)
        let check = try await Self.found(Self.calls(10_000, every: 0.12, to: "10.0.0.9", up: 1_000_000, down: 20_000))
        #expect(check.first?.evidence["strobe_kind"] == .text("stream"))
        let health = try await Self.found(Self.calls(10_000, every: 0.12, to: "10.0.0.9", up: 100_000, down: 10_000))
        #expect(health.first?.evidence["strobe_kind"] == .text("health check"))
        #expect(health.first?.severity ?? .low <= .medium)
    }

    @Test("a scan is none")
    func scan() async throws {
        let records = (0..<5000).map {
            MemoryRecord(at: noon + Double($0) * 0.2, from: "10.0.0.1", to: "203.0.113.\($0 % 250)", down: 0)
        }
        #expect(try await Self.found(records).isEmpty)
    }
}
