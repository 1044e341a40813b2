import FlareKit
import Foundation
import SyntheticTraffic
import Testing

@testable import Evaluation

@Suite("Beacons put into real traffic")
struct InjectionTests {
    static func surroundings() throws -> Injection.Surroundings {
        let sources = Set(["192.168.1.5", "192.168.1.6", "8.8.8.8"].compactMap { IPAddress($0) })
        return try Injection.Surroundings(
            window: TimeWindow(
                since: Timestamp(seconds: 1_700_000_000), until: Timestamp(seconds: 1_700_000_000 + 86_400)),
            sources: sources, destinations: [])
    }

    static func injection(_ change: (inout Injection.Request) -> Void = { _ in }) throws -> Injection {
        var request = Injection.Request()
        change(&request)
        return try Injection(request, into: try surroundings())
    }

    @Test("the same seed gives the same beacons, another seed others")
    func seeded() throws {
        #expect(try Self.injection().flows == Self.injection().flows)
        #expect(try Self.injection().flows != Self.injection { $0.seed = 2 }.flows)
    }

    @Test("a period is kept, from a machine inside to a public address")
    func period() throws {
        let injection = try Self.injection {
            $0.count = 1
            $0.families = [.sleep]
            $0.plan = BeaconPlan(period: 600, latency: 0)
        }
        let starts = injection.flows.map(\.start.seconds)
        #expect(starts.count > 140)
        #expect(zip(starts, starts.dropFirst()).allSatisfy { abs($1 - $0 - 600) < 0.01 })
        let flow = try #require(injection.flows.first)
        #expect(flow.source.description.hasPrefix("192.168.1."))
        #expect(injection.labels.count == 2)
        #expect(injection.labels[1].hasPrefix("\(flow.source),\(flow.destination),\(flow.port),tcp,sleep,1,"))
    }

    @Test("all families are drawn in turn, each flow has an id of its own")
    func families() throws {
        let injection = try Self.injection { $0.count = 12 }
        #expect(Set(injection.labels.dropFirst().map { $0.split(separator: ",")[4] }).count == 6)
        #expect(Set(injection.flows.map(\.id)).count == injection.flows.count)
    }

    @Test("a draw with too few flows is drawn anew, in campaigns too", arguments: 1...8 as ClosedRange<UInt64>)
    func drawnAnew(seed: UInt64) throws {
        let injection = try Self.injection {
            $0.count = 60
            $0.seed = seed
        }
        #expect(injection.labels.count == 61)
    }

    @Test("a beacon that is too slow for the traffic is refused")
    func tooSlow() {
        #expect(throws: PluginError.self) {
            try Self.injection {
                $0.count = 1
                $0.plan = BeaconPlan(period: 80_000)
            }
        }
    }

    static func merged(_ text: String, _ flows: [Injection.Flow]) throws -> [String] {
        let file = FileManager.default.temporaryDirectory.appending(path: "flare-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(text.utf8).write(to: file)
        let copy = MergedCopy(file.path)
        var bytes: [UInt8] = []
        try copy.write(try copy.form(), flows) { bytes += $0 }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            .map(String.init)
    }

    static func flow(at seconds: Double) throws -> Injection.Flow {
        Injection.Flow(
            start: Timestamp(seconds: seconds), source: try #require(IPAddress("10.0.0.1")),
            destination: try #require(IPAddress("203.0.113.9")), sourcePort: 40_000, port: 443, toServer: 1000,
            toClient: 2000, duration: 1_500_000_000, id: 77)
    }

    @Test("in EVE a flow stands where its line would have been logged")
    func eve() throws {
        let lines = try Self.merged(
            """
            {"timestamp":"2023-11-14T22:13:00.000000+0000","event_type":"flow","src_ip":"10.0.0.2"}
            {"timestamp":"2023-11-14T22:14:00.000000+0000","event_type":"stats"}
            """, [try Self.flow(at: 1_700_000_000), try Self.flow(at: 1_700_000_100)])
        #expect(lines.count == 5)
        #expect(lines[1].contains("\"timestamp\":\"2023-11-14T22:13:31.500000+0000\""))
        #expect(lines[1].contains("\"start\":\"2023-11-14T22:13:20.000000+0000\""))
        #expect(lines[2].contains("stats"))
        #expect(lines[3].contains("\"dest_ip\":\"203.0.113.9\""))
        #expect(try JSONSerialization.jsonObject(with: Data(lines[1].utf8)) is [String: Any])
    }

    @Test("in a log of Zeek a flow has the log's own fields and stands before the closing line")
    func zeek() throws {
        let lines = try Self.merged(
            "#separator \\x09\n#fields\tts\tuid\tid.orig_h\tid.resp_h\tid.resp_p\tproto\tduration\torig_bytes\tresp_bytes\tmine\n"
                + "1699999999.5\tC1\t10.0.0.2\t1.1.1.1\t53\tudp\t0.1\t1\t2\tx\n#close\t2023-11-15-00-00-00\n",
            [try Self.flow(at: 1_700_000_000.25)])
        #expect(lines[3] == "1700000000.250000\tC25\t10.0.0.1\t203.0.113.9\t443\ttcp\t1.500000\t1000\t2000\t-")
        #expect(lines[4].hasPrefix("#close"))
    }

    @Test("what is no log of flows is refused", arguments: ["hello\n", "", "#fields\tts\tuid\tquery\n"])
    func noLog(text: String) {
        #expect(throws: PluginError.self) { try Self.merged(text, []) }
    }
}
