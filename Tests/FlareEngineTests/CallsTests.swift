import FlareKit
import FlareKitTesting
import Testing

@Suite("Calls, toward addresses and toward names")
struct CallsTests {
    private let source = "10.0.0.5"

    private func lookup(
        _ at: Double, _ name: String, _ answers: String, ttls: String = "", from source: String = "10.0.0.5"
    ) -> MemoryRecord {
        MemoryRecord(
            .lookup, at: at, from: source, to: "10.0.0.1", port: 53,
            texts: [.query: name, .answers: answers, .answerTTLs: ttls])
    }

    /// A handshake that names no host.
    private func shown(_ at: Double, _ to: String, id: Int64, subject: String, ja3s: String = "e1") -> MemoryRecord {
        MemoryRecord(
            .tls, at: at, from: source, to: to, id: id, texts: [.subject: subject, .fingerprint: subject, .ja3s: ja3s])
    }

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

    @Test("a call that names no host has the name that its source looked up before, over all addresses")
    func lookedUp() async throws {
        let records = (0..<12).flatMap { place -> [MemoryRecord] in
            let (time, address) = (Double(place) * 600, "203.0.113.\(place % 4)")
            return [
                lookup(time, "C2.example.", "alias.example\n\(address)", ttls: "300\n60"),
                flow(time + 1, address, id: Int64(place)),
            ]
        }
        let outcome = try await MemoryRun.outcome(
            of: CountingDetector(minimumCount: 2, grouping: Grouping(by: .both)), in: records)
        #expect(outcome.findings.map(\.channel?.peer) == [.name("c2.example")])
        #expect(outcome.findings.first?.occurrences == 12)
        #expect(outcome.run.statements.contains("0 calls name their host, 12 are named by a lookup before them"))
    }

    @Test(
        "a lookup names a call where it is the source's own, the last one answered with the address before it, and still holds",
        arguments: [
            // Seconds from the lookup to the call, its TTL, and the name of the call.
            (1.0, "60", "a.example"), (350.0, "60", "a.example"), (370.0, "60", ""), (-1.0, "60", ""),
            (7000.0, "3600", "a.example"), (7300.0, "3600", ""), (3500.0, "", "a.example"), (3700.0, "", ""),
            (500.0, "-5", ""), (300.0, "0", "a.example"),
        ] as [(Double, String, String)])
    func life(delay: Double, ttl: String, name: String) async throws {
        let time = 100_000.0
        let records = [
            lookup(time, "a.example", "203.0.113.1", ttls: ttl),
            lookup(time + 50_000, "later.example", "203.0.113.1", ttls: "60"),
            lookup(time, "other.example", "203.0.113.1", ttls: "60", from: "10.0.0.6"),
            flow(time + delay, "203.0.113.1", id: 1), flow(time + delay, "203.0.113.1", id: 2),
        ]
        #expect(try await found(records)["203.0.113.1"]?.host == (name.isEmpty ? nil : name))
    }

    @Test("on an address of a content network a call has the name that was asked for last; SNI comes before it")
    func contentNetwork() async throws {
        var records: [MemoryRecord] = []
        for place in 0..<12 {
            let (time, id) = (Double(place) * 100, Int64(place))
            let name = place % 3 == 0 ? "evil.example" : "news.example"
            records += [lookup(time, name, "203.0.113.1", ttls: "30"), flow(time + 2, "203.0.113.1", id: id)]
            if place == 11 { records.append(handshake(time + 2, "203.0.113.1", id: id, host: "said.example")) }
        }
        let found = try await found(records, fewest: 1)
        #expect(found.mapValues(\.occurrences) == ["evil.example": 4, "news.example": 7, "said.example": 1])
    }

    @Test("without SNI and lookup the host of the certificate names a call; a pattern and a person's name do not")
    func certified() async throws {
        func records(_ subject: String) -> [MemoryRecord] {
            (0..<12).flatMap { place in
                let (time, address) = (Double(place % 5 * place) * 7, "203.\(place % 3).113.9")
                return [
                    flow(time, address, id: Int64(place)), shown(time, address, id: Int64(place), subject: subject),
                ]
            }
        }
        #expect(try await found(records("C=US, CN=C2.example")).keys.sorted() == ["c2.example"])
        #expect(try await found(records("C=US, CN=*.example.com")).count == 3)
        #expect(try await found(records("CN=Major Cobalt Strike")).count == 3)
    }

    @Test("of an address with one name a few calls without it are calls to the name, and make no second channel")
    func fewUnnamed() async throws {
        let records = (0..<20).flatMap { place -> [MemoryRecord] in
            let (time, id) = (Double(place) * 60, Int64(place))
            let named = handshake(time, "203.0.113.1", id: id, host: "a.example")
            return [flow(time, "203.0.113.1", id: id)] + (place < 18 ? [named] : [])
        }
        let found = try await found(records)
        #expect(found.mapValues(\.occurrences) == ["203.0.113.1": 20])
        #expect(found["203.0.113.1"]?.host == "a.example")
    }

    @Test("a lookup names no call to a proxy")
    func proxyLookedUp() async throws {
        let records = (0..<8).flatMap { place -> [MemoryRecord] in
            let (time, id) = (Double(place), Int64(place))
            return [
                lookup(time, "proxy.corp", "10.0.0.1"), flow(time, "10.0.0.1", port: 3128, id: id),
                request(time, "10.0.0.1", port: 3128, id: id % 4, host: "evil.example", isProxied: true),
            ]
        }
        #expect(try await found(records).mapValues(\.occurrences) == ["evil.example": 8, "10.0.0.1": 4])
    }

    @Test("addresses that show one certificate and take turns are one finding that lists them", arguments: [1, 3])
    func turns(threads: Int) async throws {
        let records = (0..<60).flatMap { place in
            let (time, address) = (Double(place) * 60 + Double(place % 7), "203.\(place * 7 % 5).113.9")
            return [
                flow(time, address, id: Int64(place)), shown(time, address, id: Int64(place), subject: "CN=localhost"),
            ]
        }
        let found = try await found(records, threads: threads)
        let finding = try #require(found["203.0.113.9"])
        #expect(found.count == 1)
        #expect(finding.occurrences == 60)
        #expect(finding.addresses.map(\.description) == (0..<5).map { "203.\($0).113.9" })
    }

    @Test("servers of one certificate that are called each by its own clock stay apart")
    func ownClocks() async throws {
        let periods = [300.0, 420, 900]
        var records: [MemoryRecord] = []
        for (place, period) in periods.enumerated() {
            for call in 0..<Int(86_400 / period) {
                let (time, address) = (Double(call) * period + Double(place * 11), "203.0.113.\(place)")
                let id = Int64(place * 1000 + call)
                records += [flow(time, address, id: id), shown(time, address, id: id, subject: "CN=localhost")]
            }
        }
        #expect(try await found(records).count == 3)
    }
}
