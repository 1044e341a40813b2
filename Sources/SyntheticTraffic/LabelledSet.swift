/// A generated set of channels with the truth about each: what the detection benchmark measures on.
public struct LabelledSet: Sendable {
    /// How many channels of each family, before the short ones are left out.
    public struct Shares: Sendable {
        public var counts: [(family: ChannelFamily, count: Int)]

        public init(counts: [(family: ChannelFamily, count: Int)]) {
            self.counts = counts
        }

        /// One day: beacons of all families, some 19 negatives each, and benign periodic ones.
        public static let day = Shares(counts: [
            (.sleep, 120), (.twoSleeps, 24), (.slots, 24), (.mixed, 24), (.campaign, 21),
            (.ntp, 40), (.updateCheck, 40), (.telemetry, 40), (.mail, 40), (.monitoring, 40), (.cron, 40),
            (.human, 1200), (.poisson, 700), (.gamma, 450), (.logNormal, 300), (.heavyTail, 250), (.chatty, 350),
            (.backOff, 300), (.trains, 350), (.scan, 120), (.retries, 200), (.downloads, 200),
        ])

        /// One week: beacons that live for some hours, among people and random processes.
        public static let week = Shares(counts: [
            (.shortLived, 60), (.sleep, 10),
            (.human, 300), (.poisson, 100), (.gamma, 80), (.logNormal, 60), (.heavyTail, 40), (.chatty, 80),
            (.backOff, 60), (.trains, 80), (.scan, 30), (.retries, 50), (.downloads, 50),
        ])

        /// Channels with more than one rhythm, or without gaps between the callbacks: kinds of beacons apart from the day's.
        public static let kinds = Shares(counts: [
            (.fastBursts, 60), (.twoImplants, 90), (.changedSleep, 30), (.longCalls, 60),
        ])

        /// Looks shorter than a day: the periods that fit, among the day's background and browsing that is looked at alone.
        public static let short = Shares(
            counts: [(.sleep, 240), (.twoSleeps, 48), (.slots, 48), (.mixed, 48)] + kinds.counts
                + day.counts.filter { $0.family.label == .background } + [(.held, 100)])
    }

    public var channels: [LabelledChannel]

    /// Draws a set.
    ///
    /// - Parameters:
    ///   - fewest: channels with fewer flows, or fewer callbacks, are left out: nobody judges them.
    ///   - most: a channel is cut after this many flows.
    public init(seed: UInt64, shares: Shares, span: TimeSpan, fewest: Int = 6, most: Int = 40_000) {
        let root = SeededGenerator(seed: seed)
        channels = []
        for (index, share) in shares.counts.enumerated() {
            var campaign: BeaconPlan?
            for number in 0..<share.count {
                var generator = root.fork(UInt64(index) << 32 | UInt64(number))
                if share.family == .campaign && number % 3 != 0, let plan = campaign {
                    Self.append(share.family, plan, span, &channels, fewest, most, &generator)
                    continue
                }
                campaign = share.family.beaconPlan(in: span, using: &generator)
                Self.append(share.family, campaign, span, &channels, fewest, most, &generator)
            }
        }
    }

    private static func append(
        _ family: ChannelFamily, _ beacon: BeaconPlan?, _ span: TimeSpan, _ channels: inout [LabelledChannel],
        _ fewest: Int, _ most: Int, _ generator: inout SeededGenerator
    ) {
        if let channel = LabelledChannel(
            family: family, beacon: beacon, span: span, fewest: fewest, most: most, using: &generator)
        {
            channels.append(channel)
        }
    }
}

extension LabelledChannel {
    /// Draws one channel of a family; `nil` where it has too few flows.
    ///
    /// - Parameter beacon: the plan of a beacon family, drawn beforehand because a campaign shares it.
    public init?(
        family: ChannelFamily, beacon: BeaconPlan?, span: TimeSpan, fewest: Int, most: Int,
        using generator: inout SeededGenerator
    ) {
        let plan = beacon ?? family.benignPlan(using: &generator)
        var flows: [BeaconPlan.Connection] = []
        var callbacks = 0
        if let plan {
            flows = plan.connections(in: span, using: &generator)
            callbacks = (flows.count + plan.burst - 1) / plan.burst
            if family == .twoImplants {
                // The same implant twice, or two kinds.
                let other = generator.chance(0.7) ? plan : ChannelFamily.gridPlan(using: &generator)
                flows += other.connections(in: span, using: &generator)
            }
            if family == .mixed {
                let person = BackgroundPlan.human(.random(using: &generator))
                flows += person.connections(in: span, using: &generator)
            }
        } else if let background = family.backgroundPlan(in: span, using: &generator) {
            flows = background.connections(in: span, using: &generator)
        }
        guard flows.count >= fewest, plan == nil || callbacks >= fewest else { return nil }
        flows.sort { $0.start < $1.start }
        let times = flows.prefix(most).map(\.start)
        var sensor = generator.fork(77)
        let isTold = family == .longCalls || sensor.chance(0.6)
        // Some servers hold a connection for a while after its last use.
        let held = family != .held && sensor.chance(0.3) ? sensor.pick([1.0, 5, 15]) * 1e9 : 0
        let durations = isTold ? flows.prefix(most).map { $0.duration + Int64(held) } : []
        let sizes = SizePlan.random(forBeacon: family.label != .background, using: &generator)
        var toServer: [Int64] = []
        var toClient: [Int64] = []
        toServer.reserveCapacity(times.count)
        toClient.reserveCapacity(times.count)
        for _ in times {
            let drawn = sizes.draw(using: &generator)
            toServer.append(drawn.toServer)
            toClient.append(drawn.toClient)
        }
        self.init(
            family: family, times: times, durations: durations, bytesToServer: toServer, bytesToClient: toClient,
            span: span, plan: plan,
            callbacks: callbacks)
    }
}
