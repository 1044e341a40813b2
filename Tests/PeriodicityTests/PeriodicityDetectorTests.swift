import SyntheticTraffic
import Testing

@testable import Periodicity

@Suite("The detector")
struct PeriodicityDetectorTests {
    let day = TimeSpan(start: 1_740_960_000_000_000_000, hours: 24)
    let detector = PeriodicityDetector()

    func judge(_ plan: BeaconPlan, seed: UInt64 = 1) throws -> Periodicity {
        var generator = SeededGenerator(seed: seed)
        return try #require(detector.judge(times: plan.times(in: day, using: &generator)))
    }

    @Test("a clock is found with its period, without misses or jitter")
    func clock() throws {
        let found = try #require(detector.judge(times: (0..<1440).map { day.start + Int64($0) * 60_000_000_000 }))
        #expect(found.score > 0.99)
        #expect(found.pValue < 1e-4)
        #expect(found.period == 60)
        #expect(found.jitter == 0)
        #expect(found.callbacks == 1440 && found.missed == 0)
        #expect(found.fitting == 1 && found.burst == 1)
    }

    @Test(
        "in a capture of some minutes a clock is found as in a day, with its own period",
        arguments: [20, 100, 400])
    func shortFrame(calls: Int) throws {
        let times = (0..<calls).map { day.start + Int64($0) * 60_000_000_000 }
        let found = try #require(detector.judge(times: times, frame: Int64(calls) * 60_000_000_000))
        #expect(found.score > 0.95)
        #expect(found.pValue < 1e-4)
        #expect(abs(found.period - 60) < 1e-6)
        #expect(found.callbacks == calls)
        #expect(found.hoursOfDay == min(24, (calls + 59) / 60))
    }

    @Test("Poisson traffic scores as little in a short capture as in a day")
    func shortNull() {
        var generator = SeededGenerator(seed: 5)
        var high = 0
        for _ in 0..<100 {
            let times = (0..<60).map { _ in
                day.start + Int64(Double.random(in: 0..<3600, using: &generator) * 1e9)
            }.sorted()
            if let found = detector.judge(times: times, frame: 3_600_000_000_000), found.pValue <= 0.01 { high += 1 }
        }
        #expect(high <= 5)
    }

    @Test(
        "beacons of many kinds score above a half",
        arguments: [
            BeaconPlan(period: 60, jitter: .shortened(0.5)),
            BeaconPlan(period: 300, jitter: .shortened(0.3), missed: 0.2),
            BeaconPlan(period: 600, jitter: .uniform(0.2), burst: 3, burstSpread: 4),
            BeaconPlan(period: 3600, jitter: .shortened(0.1)),
            BeaconPlan(period: 120, jitter: .shortened(0.2), duty: .hours(from: 8, to: 17)),
            BeaconPlan(period: 202, jitter: .gaussian(0.02), duty: .once(after: 30_000, lasting: 14_000)),
        ])
    func beacons(plan: BeaconPlan) throws {
        #expect(try judge(plan).score > 0.5)
    }

    @Test("missed callbacks are counted and do not change the period")
    func missed() throws {
        let found = try judge(BeaconPlan(period: 300, jitter: .gaussian(0.02), missed: 0.2, latency: 0.05))
        #expect(abs(found.period - 300) < 3)
        #expect(abs(Double(found.missed) / Double(found.expected) - 0.2) < 0.06)
    }

    @Test("a burst is one callback")
    func burst() throws {
        let found = try judge(BeaconPlan(period: 600, jitter: .gaussian(0.02), burst: 4, burstSpread: 3))
        #expect(found.burst == 4)
        #expect(abs(found.callbacks - 144) <= 1)
    }

    @Test("a second sleep is named")
    func secondSleep() throws {
        let found = try judge(
            BeaconPlan(period: 100, jitter: .gaussian(0.01), rhythm: .twoSleeps(other: 160, order: .random(0.6))))
        let both = [found.period, found.secondPeriod ?? 0].sorted()
        #expect(abs(both[0] - 100) < 5 && abs(both[1] - 160) < 8)
    }

    @Test("a gap in which the whole sensor was silent is no missed callback")
    func silence() throws {
        let minute: Int64 = 60_000_000_000
        let times = (0..<300).filter { $0 < 100 || $0 >= 104 }.map { day.start + Int64($0) * minute }
        let gap = (day.start + 100 * minute)..<(day.start + 103 * minute)
        #expect(try #require(detector.judge(times: times)).missed == 4)
        #expect(try #require(detector.judge(times: times, silences: [gap])).missed == 0)
    }

    @Test("fewer flows than min_flows, and flows all at once, are not judged")
    func tooFew() {
        #expect(detector.judge(times: [0, 1, 2, 3, 4].map { $0 * 60_000_000_000 }) == nil)
        #expect(detector.judge(times: [Int64](repeating: 5, count: 50)) == nil)
    }

    @Test("Poisson traffic stays below a half", arguments: [UInt64(1), 2, 3, 4])
    func poisson(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let times = BackgroundPlan.renewal(.exponential(mean: 240), duty: .always).times(in: day, using: &generator)
        #expect(try #require(detector.judge(times: times)).score < 0.5)
    }

    @Test("the parts and the base add up to the score")
    func additive() throws {
        let found = try judge(BeaconPlan(period: 900, jitter: .shortened(0.4)))
        let logit = found.base + found.parts.reduce(0) { $0 + $1.amount }
        #expect(abs(ScoreModel.score(ofLogit: logit) - found.score) < 1e-9)
    }

    @Test("the daily round of the office is not taken for a beacon of a day's period")
    func officeHours() throws {
        var generator = SeededGenerator(seed: 9)
        let week = TimeSpan(start: day.start, hours: 168)
        let times = BackgroundPlan.renewal(.gamma(shape: 0.4, mean: 20), duty: .hours(from: 8, to: 17))
            .times(in: week, using: &generator)
        #expect(try #require(detector.judge(times: times)).score < 0.5)
    }
}
