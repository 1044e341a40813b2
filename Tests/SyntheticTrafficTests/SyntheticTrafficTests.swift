import Testing

@testable import SyntheticTraffic

@Suite("Synthetic traffic")
struct SyntheticTrafficTests {
    let day = TimeSpan(start: 1_740_960_000_000_000_000, hours: 24)

    @Test("the generator is xoshiro256** seeded by SplitMix64")
    func generator() {
        // SplitMix64 of 0 begins with 0xE220A8397B1DCDAF; its second output is 0x6E789E6AA1B965F4:
        // the first number is rotl(s1 · 5, 7) · 9.
        var generator = SeededGenerator(seed: 0)
        let product: UInt64 = 0x6E78_9E6A_A1B9_65F4 &* 5
        #expect(generator.next() == ((product << 7) | (product >> 57)) &* 9)
    }

    @Test("equal seeds give equal sets, other seeds other sets")
    func seeds() {
        let shares = LabelledSet.Shares(counts: [(.sleep, 5), (.human, 5), (.trains, 5)])
        let first = LabelledSet(seed: 7, shares: shares, span: day).channels.map(\.times)
        #expect(first == LabelledSet(seed: 7, shares: shares, span: day).channels.map(\.times))
        #expect(first != LabelledSet(seed: 8, shares: shares, span: day).channels.map(\.times))
    }

    @Test("every family's flows are in order and inside the window", arguments: ChannelFamily.allCases)
    func inside(family: ChannelFamily) {
        let channels = LabelledSet(seed: 3, shares: .init(counts: [(family, 12)]), span: day).channels
        #expect(!channels.isEmpty)
        for channel in channels {
            #expect(zip(channel.times, channel.times.dropFirst()).allSatisfy { $0 <= $1 })
            #expect(channel.times[0] >= day.start && channel.times[channel.times.count - 1] < day.end)
            #expect(channel.bytesToServer.count == channel.times.count)
        }
    }

    @Test("a plan without dice left is a clock")
    func clock() {
        var generator = SeededGenerator(seed: 1)
        let times = BeaconPlan(period: 60, latency: 0).times(in: day, using: &generator)
        #expect(times.count == 1440)
        #expect(zip(times.dropFirst(), times).allSatisfy { abs($0 - $1 - 60_000_000_000) <= 1000 })
    }

    @Test("Cobalt Strike's jitter shortens the sleep and never lengthens it")
    func jitter() {
        var generator = SeededGenerator(seed: 2)
        let times = BeaconPlan(period: 100, jitter: .shortened(0.3), latency: 0).times(in: day, using: &generator)
        let intervals = zip(times.dropFirst(), times).map { Double($0 - $1) / 1e9 }
        #expect(intervals.allSatisfy { $0 > 69.9 && $0 < 100.1 })
    }

    @Test("missed callbacks are missing and bursts unfold")
    func missed() {
        var generator = SeededGenerator(seed: 3)
        let plan = BeaconPlan(period: 30, missed: 0.4, burst: 3, latency: 0)
        let count = plan.times(in: day, using: &generator).count
        #expect(abs(Double(count) / 3 - 2880 * 0.6) < 120)
    }

    @Test("slots do not add up their errors")
    func slots() {
        var generator = SeededGenerator(seed: 4)
        let plan = BeaconPlan(period: 300, rhythm: .slots(delay: 0.5), latency: 0)
        let times = plan.times(in: day, using: &generator).map { Double($0 - day.start) / 1e9 }
        let phases = times.map { $0.truncatingRemainder(dividingBy: 300) }
        let turned = phases.map { ($0 - phases[0] + 450).truncatingRemainder(dividingBy: 300) }
        #expect((turned.max() ?? 0) - (turned.min() ?? 0) <= 300 * 0.5 + 1)
    }

    @Test("office hours are kept")
    func duty() {
        var generator = SeededGenerator(seed: 5)
        let times = BeaconPlan(period: 60, duty: .hours(from: 8, to: 17)).callbacks(in: day, using: &generator)
        #expect(times.allSatisfy { day.hourOfDay(at: $0) >= 8 && day.hourOfDay(at: $0) < 17 })
        #expect(times.count > 500)
    }

    @Test("the day's set has at least ten negatives a positive")
    func shares() {
        for shares in [LabelledSet.Shares.day, .week] {
            let beacons = shares.counts.filter { $0.family.label == .beacon }.reduce(0) { $0 + $1.count }
            let background = shares.counts.filter { $0.family.label == .background }.reduce(0) { $0 + $1.count }
            #expect(background >= 10 * beacons)
        }
    }
}
