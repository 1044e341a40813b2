import SyntheticTraffic
import Testing

@testable import Periodicity

@Suite("Steady counts: clocks whose bursts run into each other")
struct CountDispersionTests {
    let start: Int64 = 1_740_960_000_000_000_000

    func pValue(_ times: [Int64], in span: TimeSpan) -> Double {
        let seconds = times.map { Double($0 - (times.first ?? 0)) * 1e-9 }
        return CountDispersion(
            times: seconds, sorted: zip(seconds.dropFirst(), seconds).map { $0 - $1 }.sorted(),
            scale: TimeScale(frame: span.end - span.start, origin: times.first ?? 0)
        ).pValue
    }

    @Test("bursts that overlap at half jitter are found in four hours", arguments: 1...20 as ClosedRange<UInt64>)
    func fastBursts(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let look = TimeSpan(start: start, hours: 4)
        let plan = BeaconPlan(period: 6, jitter: .shortened(0.5), burst: 2, burstExtra: 2, burstSpread: 3)
        let times = plan.times(in: look, using: &generator)
        #expect(pValue(times, in: look) < 1e-4)
        let found = try #require(PeriodicityDetector().judge(times: times, frame: look.end - look.start))
        #expect(found.pValue < 1e-4)
        #expect(found.score > 0.05)
    }

    @Test(
        "what gaps in any order would count is not found, in a day and in half an hour",
        arguments: [
            ChannelFamily.poisson, .gamma, .logNormal, .heavyTail, .human, .chatty, .held, .polls, .trains, .retries,
            .backOff,
        ], [0.5, 24])
    func chance(family: ChannelFamily, hours: Double) {
        let look = TimeSpan(start: start, hours: hours)
        let root = SeededGenerator(seed: 5)
        var judged = 0
        var low = 0
        for number in 0..<200 as Range<UInt64> {
            var generator = root.fork(number)
            guard
                let channel = LabelledChannel(
                    family: family, beacon: nil, span: look, fewest: CountDispersion.fewestFlows, most: 2500,
                    using: &generator)
            else { continue }
            judged += 1
            if pValue(channel.times, in: look) <= 0.01 { low += 1 }
        }
        #expect(judged > 0 || hours < 24)
        #expect(Double(low) <= 0.01 * Double(judged) + 2)
    }

    @Test("a clock's own gaps tell more than its counts, which say nothing by themselves")
    func clock() {
        let look = TimeSpan(start: start, hours: 24)
        let times = (0..<1440).map { start + $0 * 60_000_000_000 }
        #expect(pValue(times, in: look) == 1)
    }

    @Test("a session of polls that is over after a quarter of an hour is none")
    func session() {
        var generator = SeededGenerator(seed: 3)
        let look = TimeSpan(start: start, hours: 24)
        let plan = BeaconPlan(
            period: 6, jitter: .shortened(0.5), burst: 3, burstSpread: 3, duty: .once(after: 3600, lasting: 800))
        #expect(pValue(plan.times(in: look, using: &generator), in: look) > 0.1)
    }

    @Test("a channel is judged alike each time")
    func steady() {
        var generator = SeededGenerator(seed: 9)
        let look = TimeSpan(start: start, hours: 1)
        let plan = BeaconPlan(period: 7, jitter: .uniform(0.5), burst: 2, burstExtra: 2, burstSpread: 3)
        let times = plan.times(in: look, using: &generator)
        #expect(pValue(times, in: look) == pValue(times, in: look))
    }
}
