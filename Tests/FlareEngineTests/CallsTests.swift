import FlareKit
import FlareKitTesting
import Testing

@Suite("Calls, toward addresses and toward names")
struct CallsTests {
    private let source = "10.0.0.5"

    private func flow(_ at: Double, _ to: String, port: UInt16 = 443, id: Int64, up: Int64 = 100) -> MemoryRecord {
        MemoryRecord(at: at, from: source, to: to, port: port, up: up, id: id)
    }

    private func handshake(_ at: Double, _ to: String, port: UInt16 = 443, id: Int64, host: String) -> MemoryRecord {
        MemoryRecord(.tls, at: at, from: source, to: to, port: port, id: id, texts: [.host: host])
    }

    private func request(
        _ at: Double, _ to: String, port: UInt16 = 80, id: Int64, host: String = "", isProxied: Bool = false
    ) -> MemoryRecord {
        var record = MemoryRecord(.http, at: at, from: source, to: to, port: port, id: id, texts: [.host: host])
        record.numbers[.isProxied] = isProxied ? 1 : 0
        return record
    }

    /// The findings of a detector that reports every channel of a few calls, by peer.
    private func found(_ records: [MemoryRecord], fewest: Int = 2, threads: Int = 2) async throws -> [String: Finding] {
        let detector = CountingDetector(minimumCount: fewest, grouping: Grouping(by: .both))
        let findings = try await MemoryRun.findings(of: detector, in: records, threads: threads)
        return Dictionary(uniqueKeysWithValues: findings.map { ("\($0.channel!.peer)", $0) })
    }

    @Test("a name with several addresses is one finding that lists them", arguments: [1, 2, 5])
    func rotating(threads: Int) async throws {
        let records = (0..<12).flatMap { place in
            let (time, address) = (Double(place) * 60, "203.0.113.\(place % 4)")
            return [
                flow(time, address, id: Int64(place)),
                handshake(time + 0.1, address, id: Int64(place), host: "CDN.example.com."),
            ]
        }
        let found = try await found(records, threads: threads)
        #expect(found.keys.sorted() == ["cdn.example.com"])
        let finding = try #require(found["cdn.example.com"])
        #expect(finding.occurrences == 12)
        #expect(finding.bytesToServer == 1200)
        #expect(
            finding.evidence["addresses"]
                == .texts(["203.0.113.0", "203.0.113.1", "203.0.113.2", "203.0.113.3"]))
    }

    @Test("a name that explains all calls to one address leaves the finding under the address, with the name")
    func sameCalls() async throws {
        let records = (0..<5).flatMap {
            [
                flow(Double($0), "203.0.113.1", id: Int64($0)),
                handshake(Double($0), "203.0.113.1", id: Int64($0), host: "a.example"),
            ]
        }
        let found = try await found(records)
        #expect(found.keys.sorted() == ["203.0.113.1"])
        #expect(found["203.0.113.1"]?.host == "a.example")
    }

    @Test("of an address under two names each name is judged, and the same calls are in no second finding")
    func twoNames() async throws {
        var records: [MemoryRecord] = []
        for place in 0..<10 {
            let host = place < 4 ? "a.example" : "b.example"
            records.append(flow(Double(place), "203.0.113.1", id: Int64(place)))
            records.append(handshake(Double(place), "203.0.113.1", id: Int64(place), host: host))
        }
        #expect(try await found(records).mapValues(\.occurrences) == ["a.example": 4, "b.example": 6])
    }

    @Test("several requests inside one connection are so many calls, the connection none; its sizes count once")
    func insideOneConnection() async throws {
        var records = [flow(0, "203.0.113.1", port: 80, id: 1, up: 5000)]
        for place in 0..<7 { records.append(request(1 + Double(place) * 10, "203.0.113.1", id: 1)) }
        let finding = try #require(try await found(records)["203.0.113.1"])
        #expect(finding.occurrences == 7)
        #expect(finding.bytesToServer == 5000)
        #expect(finding.firstSeen == Timestamp(seconds: 1))
    }

    @Test("a connection with one request and one handshake is one call, and one that two logs tell of too")
    func oneCall() async throws {
        var records = [flow(0, "203.0.113.1", id: 1), flow(60, "203.0.113.1", id: 2)]
        records += [
            request(0.1, "203.0.113.1", port: 443, id: 1), handshake(0.2, "203.0.113.1", id: 1, host: "a.example"),
            handshake(60, "203.0.113.1", id: 2, host: "a.example"),
            handshake(60, "203.0.113.1", id: 2, host: "a.example"),
        ]
        #expect(try await found(records)["203.0.113.1"]?.occurrences == 2)
    }

    @Test("requests whose connections were not logged are calls by themselves")
    func withoutFlows() async throws {
        let records = (0..<3).map { request(Double($0), "203.0.113.1", id: Int64($0), host: "a.example") }
        let finding = try #require(try await found(records)["203.0.113.1"])
        #expect(finding.occurrences == 3)
        #expect(finding.bytesToServer == 300)
        #expect(finding.host == "a.example")
    }

    @Test("a proxy inside the network is looked through and named; an outbound focus keeps what goes through it")
    func proxy() async throws {
        let records = (0..<9).flatMap { place in
            let host = place % 3 == 0 ? "evil.example" : "news.example"
            return [
                flow(Double(place), "10.0.0.1", port: 3128, id: Int64(place)),
                request(Double(place), "10.0.0.1", port: 3128, id: Int64(place), host: host, isProxied: true),
            ]
        }
        let detector = CountingDetector(minimumCount: 2, grouping: Grouping(by: .both))
        let outcome = try await MemoryRun.outcome(of: detector, in: records)
        let found = Dictionary(uniqueKeysWithValues: outcome.findings.map { ("\($0.channel!.peer)", $0) })
        #expect(found.mapValues(\.occurrences) == ["evil.example": 3, "news.example": 6])
        #expect(found["evil.example"]?.evidence["proxy"] == .text("10.0.0.1:3128"))
        #expect(outcome.run.warnings.contains { $0.hasPrefix("10.0.0.1:3128 was asked for other hosts") })
    }

    @Test("a program that asks its own server in a proxy's form makes no proxy of it")
    func ownServer() async throws {
        let records = (0..<3).map {
            request(Double($0), "203.0.113.1", id: Int64($0), host: "203.0.113.1", isProxied: true)
        }
        let finding = try #require(try await found(records)["203.0.113.1"])
        #expect(finding.evidence["proxy"] == nil)
        #expect(finding.host == nil)
    }

    @Test("a call without a name to an address of a rotating name is one to the name")
    func adopted() async throws {
        let records = (0..<12).flatMap { place -> [MemoryRecord] in
            let (time, address) = (Double(place), "203.0.113.\(place % 2)")
            let named = handshake(time, address, id: Int64(place), host: "a.example")
            return [flow(time, address, id: Int64(place))] + (place < 9 ? [named] : [])
        }
        #expect(try await found(records).mapValues(\.occurrences) == ["a.example": 12])
    }
}
