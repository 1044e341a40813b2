import FlareKit
import FlareKitTesting
import TestKit
import Testing

@testable import Beacon

@Suite("The beacon detector")
struct BeaconDetectorTests {
    static let midnight = 1_704_067_200.0

    /// Calls of one host for a day.
    static func calls(
        from source: String, to destination: String = "203.0.113.9", every seconds: Double = 61, count: Int = 1400,
        jitter: Double = 0, start: Double = midnight, missing: (Int) -> Bool = { _ in false }
    ) -> [MemoryRecord] {
        var dice = SeededDice(seed: UInt64(source.utf8.reduce(0) { $0 &* 31 &+ UInt64($1) }))
        return (0..<count).filter { !missing($0) }.map { call in
            let shift = jitter * seconds * dice.share()
            return MemoryRecord(
                at: start + Double(call) * seconds + shift, from: source, to: destination, up: 312, down: 0)
        }
    }

    /// Arrivals without any rhythm.
    static func noise(from source: String, to destination: String, count: Int, over seconds: Double = 86_400)
        -> [MemoryRecord]
    {
        var dice = SeededDice(seed: UInt64(destination.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) }))
        return (0..<count).map { _ in
            MemoryRecord(at: midnight + dice.share() * seconds, from: source, to: destination)
        }
    }

    static func run(_ records: [MemoryRecord], _ options: BeaconOptions = BeaconOptions()) async throws -> RunOutcome {
        try await RunEngine(version: "test", now: Timestamp(seconds: midnight + 2 * 86_400)).run(
            Pipeline(
                name: "test", sources: [.init("memory", MemorySource(records))],
                detectors: [.init("beacon", BeaconDetector(options))], sinks: [.init("sink", MemorySink())]))
    }

    @Test("a clock with misses is found among noise, with its evidence")
    func clock() async throws {
        let records =
            Self.calls(from: "10.0.0.1", jitter: 0.05, missing: { $0 % 40 == 7 })
            + (1...30).flatMap { Self.noise(from: "10.0.0.\($0 + 1)", to: "198.51.100.\($0)", count: 20) }
        let outcome = try await Self.run(records)
        let finding = try #require(outcome.findings.first)
        #expect(finding.source?.description == "10.0.0.1")
        #expect(finding.interval == 61)
        #expect(finding.score > 0.9)
        #expect(finding.summary.hasPrefix("calls every 61 s ± "))
        #expect(finding.summary.contains("day and night, 312 bytes each"))
        #expect(finding.evidence["callbacks"] == .integer(1365))
        guard case .integer(let missed) = finding.evidence["callbacks_missed"] else {
            Issue.record("missed callbacks are evidence")
            return
        }
        #expect((30...36).contains(missed))
        #expect(outcome.findings.count <= 2)
    }

    @Test("min_score 0 reports every channel that was judged")
    func minScore() async throws {
        var options = BeaconOptions()
        options.minScore = 0
        let outcome = try await Self.run(
            (1...5).flatMap { Self.noise(from: "10.0.0.9", to: "198.51.100.\($0)", count: 60) }, options)
        #expect(outcome.findings.count == 5)
    }

    @Test("channels with fewer flows than min_flows are not judged and not counted")
    func minFlows() async throws {
        let outcome = try await Self.run(
            Self.calls(from: "10.0.0.1", count: 100) + Self.calls(from: "10.0.0.2", count: 5))
        #expect(outcome.run.detectors.first?.judged == 1)
    }

    @Test("several hosts at the same pace toward one server are a campaign, and rise")
    func campaign() async throws {
        let records = (1...3).flatMap {
            Self.calls(from: "10.0.0.\($0)", jitter: 0.1, start: Self.midnight + Double($0) * 13)
        }
        let outcome = try await Self.run(records)
        #expect(outcome.findings.count == 3)
        for finding in outcome.findings {
            #expect(finding.evidence["campaign_hosts"] == .integer(3))
            #expect(finding.modifiers.contains { $0.name == "campaign" && $0.amount > 0 })
        }
    }

    @Test("a server that most hosts talk to falls, and is still there")
    func common() async throws {
        let crowd = (2...12).flatMap { Self.noise(from: "10.0.0.\($0)", to: "203.0.113.9", count: 3) }
        let outcome = try await Self.run(Self.calls(from: "10.0.0.1") + crowd)
        let finding = try #require(outcome.findings.first)
        #expect(finding.modifiers.map(\.name) == ["common_destination"])
        #expect(finding.priority < finding.score)
    }

    @Test("a gap in which the whole sensor is silent is not held against a beacon")
    func sensorOutage() async throws {
        let isOut = { (time: Double) in (Self.midnight + 30_000..<Self.midnight + 37_200).contains(time) }
        // The rest of the network: too few flows a channel to be judged, enough to show that the sensor lives.
        let busy = (0..<1600).flatMap {
            Self.noise(from: "10.0.\($0 % 40).1", to: "198.51.\($0 / 256).\($0 % 256)", count: 5)
        }
        let all = (Self.calls(from: "10.0.0.1", jitter: 0.1) + busy).filter { !isOut($0.start.seconds) }
        let finding = try #require(try await Self.run(all).findings.first { $0.source?.description == "10.0.0.1" })
        #expect(finding.evidence["callbacks_missed"] == .integer(0))
    }

    @Test("judging keeps the law of detectors")
    func law() async throws {
        let times = (0..<60).map { Int64(Self.midnight * 1e9) + Int64($0) * 60_000_000_000 }
        let channels = [1, 2, 3].map { step in
            ChannelView(
                id: ChannelID(step),
                key: ChannelKey(
                    source: IPAddress(v4: UInt32(step)), peer: .address(IPAddress(v4: 9)), port: 80, proto: 6),
                times: times.enumerated().filter { $0.offset % step == 0 }.map(\.element),
                bytesToServer: SizeSeries(raw: []), bytesToClient: SizeSeries(raw: []))
        }
        #expect(try await DetectorLaw.breaches(of: BeaconDetector(BeaconOptions()), channels, Census()).isEmpty)
    }
}

@Suite("The dial of false alarms")
struct FalseAlarmDialTests {
    static func census(judged: Int, days: Double) -> Census {
        var census = Census(
            window: TimeWindow(since: Timestamp(seconds: 0), until: Timestamp(seconds: days * 86_400)))
        census.judged = judged
        return census
    }

    @Test("one false alarm a day: the limit falls with the channels judged and rises with the days")
    func limit() {
        #expect(
            FalseAlarmDial(judged: [], census: Self.census(judged: 1000, days: 1), perDay: 1).largestPValue == 0.001)
        #expect(
            FalseAlarmDial(judged: [], census: Self.census(judged: 1000, days: 7), perDay: 1).largestPValue == 0.007)
        #expect(FalseAlarmDial(judged: [], census: Self.census(judged: 10, days: 30), perDay: 1).largestPValue == 1)
    }

    @Test("a run of minutes has the false alarms of a quarter of an hour")
    func shortRun() {
        for minutes in [2.0, 10, 15] {
            let census = Self.census(judged: 10, days: minutes / 1440)
            #expect(abs(FalseAlarmDial(judged: [], census: census, perDay: 1).largestPValue - 1.0 / 960) < 1e-12)
        }
    }

    @Test("q-values by hand: Benjamini and Hochberg over ten tests")
    func qValues() {
        let dial = FalseAlarmDial(judged: [0.04, 0.001, 0.03], census: Self.census(judged: 10, days: 1), perDay: 1)
        let expected = [0.4 / 3, 0.01, 0.4 / 3]
        for (value, hand) in zip(dial.qValues, expected) { #expect(abs(value - hand) < 1e-12) }
    }
}
