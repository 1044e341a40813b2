import SyntheticTraffic
import Testing

@testable import Periodicity

@Suite("Rhythms: several on one channel, short looks, overlapping bursts, sleeps from the end")
struct RhythmTests {
    let start: Int64 = 1_740_960_000_000_000_000
    let detector = PeriodicityDetector()

    func span(hours: Double) -> TimeSpan { TimeSpan(start: start, hours: hours) }

    func isNear(_ period: Double, _ truth: Double) -> Bool { abs(period / truth - 1) <= 0.05 }

    @Test(
        "two implants on one channel are two rhythms, each with its period and count, whatever their phases",
        arguments: [1, 2, 3] as [UInt64])
    func twoImplants(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let plan = BeaconPlan(period: 60, jitter: .gaussian(0.02), latency: 0)
        let day = span(hours: 24)
        let times = (plan.times(in: day, using: &generator) + plan.times(in: day, using: &generator)).sorted()
        let found = try #require(detector.judge(times: times, frame: day.end - day.start))
        #expect(found.pValue < 1e-4)
        #expect(isNear(found.period, 60))
        #expect(found.rhythms.count == 2)
        for rhythm in found.rhythms {
            #expect(isNear(rhythm.period, 60))
            #expect(rhythm.callbacks > 1000 && rhythm.callbacks < 1900)
        }
    }

    @Test(
        "of two implants with jitter on one channel the period told first is right",
        arguments: [(60.0, 0.2), (60, 0.3), (300, 0.2), (300, 0.3)], 1...5 as ClosedRange<UInt64>)
    func twoWithJitter(other: (period: Double, jitter: Double), seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let day = span(hours: 24)
        let times = [60, other.period].flatMap {
            BeaconPlan(period: $0, jitter: .uniform(other.jitter), latency: 0).times(in: day, using: &generator)
        }.sorted()
        let found = try #require(detector.judge(times: times, frame: day.end - day.start))
        #expect(isNear(found.period, 60) || isNear(found.period, other.period), "\(found.period)")
    }

    @Test("two clocks of one period on one channel are two rhythms of it", arguments: 1...6 as ClosedRange<UInt64>)
    func twoClocks(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let plan = BeaconPlan(period: 60, jitter: seed.isMultiple(of: 2) ? .none : .uniform(0.05), latency: 0)
        let day = span(hours: 24)
        let times = (plan.times(in: day, using: &generator) + plan.times(in: day, using: &generator)).sorted()
        let found = try #require(detector.judge(times: times, frame: day.end - day.start))
        #expect(isNear(found.period, 60), "\(found.period)")
        #expect(found.rhythms.allSatisfy { isNear($0.period, 60) }, "\(found.rhythms)")
        #expect(found.secondPeriod == nil)
    }

    @Test("a clock that is written in whole seconds is one")
    func wholeSeconds() throws {
        var generator = SeededGenerator(seed: 1)
        let times = (0..<400).map { start + ($0 * 60 + Int64.random(in: 0...2, using: &generator)) * 1_000_000_000 }
        let found = try #require(detector.judge(times: times, frame: 24_000_000_000_000))
        #expect(isNear(found.period, 60), "\(found.period)")
        #expect(found.rhythms.count < 2)
    }

    @Test("two implants that sleep 4, 5 or 6 s are found in half an hour, and their period is 5 s")
    func twoFastImplants() throws {
        var generator = SeededGenerator(seed: 4)
        var times: [Int64] = []
        for _ in 0..<2 {
            var now = Double.random(in: 0..<5, using: &generator)
            while now < 1800 {
                times.append(start + Int64(now * 1e9))
                now += Double(Int.random(in: 4...6, using: &generator)) + 0.03
            }
        }
        let found = try #require(detector.judge(times: times.sorted(), frame: 1_900_000_000_000))
        #expect(found.pValue < 0.001)
        #expect(isNear(found.period, 5.03))
    }

    @Test("an implant whose sleep was changed has both rhythms told")
    func changedSleep() throws {
        var generator = SeededGenerator(seed: 5)
        let first = BeaconPlan(period: 60, jitter: .gaussian(0.03), duty: .once(after: 0, lasting: 20_000), latency: 0)
        let second = BeaconPlan(
            period: 300, jitter: .gaussian(0.03), duty: .once(after: 20_000, lasting: 66_000), latency: 0)
        let day = span(hours: 24)
        let times = (first.times(in: day, using: &generator) + second.times(in: day, using: &generator)).sorted()
        let found = try #require(detector.judge(times: times, frame: day.end - day.start))
        #expect(found.pValue < 1e-4)
        #expect(found.rhythms.contains { isNear($0.period, 60) && abs($0.callbacks - 333) < 40 })
        #expect(found.rhythms.contains { isNear($0.period, 300) && abs($0.callbacks - 220) < 40 })
    }

    @Test("a capture of some minutes is enough", arguments: [(3.5, 0.06, 270.0), (10, 0.1, 240), (5, 0.1, 125)])
    func shortLook(period: Double, jitter: Double, seconds: Double) throws {
        var generator = SeededGenerator(seed: 6)
        let plan = BeaconPlan(period: period, jitter: .uniform(jitter), latency: 0.02)
        let look = span(hours: seconds / 3600)
        let times = plan.times(in: look, using: &generator)
        let found = try #require(detector.judge(times: times, frame: look.end - look.start))
        #expect(found.pValue < 0.005)
        #expect(isNear(found.period, period + 0.02))
    }

    @Test("calls every 8 s whose bursts overlap are found", arguments: [0.1, 0.2, 0.3])
    func overlappingBursts(jitter: Double) throws {
        var generator = SeededGenerator(seed: 7)
        let plan = BeaconPlan(
            period: 8, jitter: .shortened(jitter), burst: 2, burstExtra: 2, burstSpread: 4, latency: 0)
        let day = span(hours: 4)
        let found = try #require(
            detector.judge(times: plan.times(in: day, using: &generator), frame: day.end - day.start))
        #expect(found.pValue < 0.001)
    }

    @Test("a sleep that begins at the end of a call is seen as exact as it is")
    func sleepFromTheEnd() throws {
        var generator = SeededGenerator(seed: 8)
        let plan = BeaconPlan(period: 60, jitter: .gaussian(0.001), latency: 8)
        let look = span(hours: 0.5)
        let flows = plan.connections(in: look, using: &generator)
        func judge(_ durations: [Int64]) throws -> Periodicity {
            try #require(
                detector.judge(times: flows.map(\.start), durations: durations, frame: look.end - look.start))
        }
        let told = try judge(flows.map(\.duration))
        #expect(told.jitter < 0.01)
        #expect(isNear(told.period, 60))
        #expect(try told.pValue <= judge([]).pValue)
        #expect(try judge(flows.map { _ in -1 }) == judge([]))
    }

    @Test("calls made inside the last one's connection are seen by its end")
    func keptConnections() throws {
        var generator = SeededGenerator(seed: 9)
        let plan = BeaconPlan(period: 10, jitter: .shortened(0.1), latency: 0.02, reused: 0.5)
        let look = span(hours: 0.1)
        let flows = plan.connections(in: look, using: &generator)
        let found = try #require(
            detector.judge(
                times: flows.map(\.start), durations: flows.map(\.duration), frame: look.end - look.start))
        #expect(found.pValue < 0.005)
        #expect(isNear(found.period, 9.5))
    }

    @Test(
        "connections that are held and made anew when needed, and sessions of polls, are rarely taken for calls",
        arguments: [ChannelFamily.held, .polls])
    func heldAndPolls(family: ChannelFamily) {
        let root = SeededGenerator(seed: 12)
        for hours in [1.0 / 12, 0.5, 24] {
            let look = span(hours: hours)
            var judged = 0
            var taken = 0
            for number in 0..<100 {
                var generator = root.fork(UInt64(number))
                guard
                    let channel = LabelledChannel(
                        family: family, beacon: nil, span: look, fewest: 6, most: 1000, using: &generator),
                    let found = detector.judge(
                        times: channel.times, durations: channel.durations, frame: look.end - look.start)
                else { continue }
                judged += 1
                if found.pValue <= 0.01 { taken += 1 }
            }
            #expect(judged >= 30)
            #expect(taken <= 3)
        }
    }

    @Test("a simple beacon has no second rhythm", arguments: [0.0, 0.2, 0.5, 0.8])
    func single(jitter: Double) throws {
        var generator = SeededGenerator(seed: 10)
        let plan = BeaconPlan(period: 60, jitter: .shortened(jitter), missed: 0.1, latency: 0)
        let day = span(hours: 24)
        let found = try #require(
            detector.judge(times: plan.times(in: day, using: &generator), frame: day.end - day.start))
        #expect(found.rhythms.isEmpty)
    }
}
