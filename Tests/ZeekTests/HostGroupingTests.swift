import Beacon
import FlareKit
import FlareKitTesting
import TestKit
import Testing

@testable import Zeek

@Suite("Channels toward hosts")
struct HostGroupingTests {
    private let folder = TemporaryFolder()

    /// One call a minute, each to another address of a network that serves many hosts; every fourth without a handshake.
    private func write() throws -> [String] {
        var conn = Log.connHeader
        var ssl = Log.sslHeader
        for call in 0..<80 {
            let time = 1_713_484_800 + call * 60
            let address = "203.0.113.\(call % 20 + 1)"
            conn += Log.conn(ts: "\(time).25", uid: "CBeacon\(call)", destination: address)
            if !call.isMultiple(of: 4) {
                ssl += Log.ssl(ts: "\(time).5", uid: "CBeacon\(call)", destination: address, name: "C2.Example.com")
            }
        }
        // The same address for every call: a beacon by its address, whatever else is grouped.
        for call in 0..<30 {
            conn += Log.conn(ts: "\(1_713_484_810 + call * 120).5", uid: "CPlain\(call)", destination: "198.51.100.7")
        }
        return [try folder.write(ssl, as: "ssl.log"), try folder.write(conn, as: "conn.log")]
    }

    private func run(_ grouping: Grouping) async throws -> RunOutcome {
        let list = try write().joined(separator: ", ")
        let source = try ZeekSource(try ZeekSourceOptions.read("paths: [\(list)]"))
        let pipeline = Pipeline(
            name: "test", sources: [.init("zeek", source)],
            detectors: [.init("beacon-classic", ClassicBeaconDetector(ClassicBeaconOptions()), grouping: grouping)],
            sinks: [.init("memory", MemorySink())])
        return try await RunEngine(version: "test", now: Timestamp(seconds: 1_713_571_200)).run(pipeline)
    }

    @Test("a beacon that hops over addresses is one channel by its host, which lists the addresses")
    func hopping() async throws {
        let outcome = try await run(Grouping(by: .host, ignoring: [.proto]))
        let hopping = try #require(outcome.findings.first { $0.channel?.peer == .name("c2.example.com") })
        #expect(hopping.occurrences == 59)
        #expect(hopping.interval == 60)
        guard case .texts(let addresses)? = hopping.evidence[Field.addresses.name] else {
            Issue.record("no addresses")
            return
        }
        #expect(addresses.count == 15)
        #expect(addresses.contains("203.0.113.2"))
    }

    @Test("a flow without a name stays under its address")
    func nameless() async throws {
        let outcome = try await run(Grouping(by: .host, ignoring: [.proto]))
        #expect(outcome.findings.count == 2)
        let plain = try #require(outcome.findings.first { $0.channel?.peer.address == IPAddress("198.51.100.7") })
        #expect(plain.occurrences == 29)
        #expect(plain.evidence[Field.addresses.name] == nil)
    }

    @Test("by address the hopping beacon has no channel that is long enough")
    func byAddress() async throws {
        let outcome = try await run(Grouping(ignoring: [.proto]))
        #expect(outcome.findings.compactMap { $0.channel?.peer.address } == [IPAddress("198.51.100.7")])
    }
}
