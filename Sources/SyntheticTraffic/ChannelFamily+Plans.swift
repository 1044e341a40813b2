/// Plans at random, family by family.
extension ChannelFamily {
    /// The periods of the grid in seconds: 5 s to 4 h.
    public static let periods: [Double] = [5, 10, 15, 30, 60, 90, 120, 300, 600, 900, 1800, 3600, 7200, 14_400]
    /// The jitters of the grid, as shares of the period.
    public static let jitters: [Double] = [0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.65, 0.8]

    /// A beacon of the grid: period × jitter × missed × burst × duty × drift × latency.
    static func gridPlan(using generator: inout SeededGenerator) -> BeaconPlan {
        let period = generator.pick(periods) * generator.uniform(0.9, 1.1)
        let share = generator.pick(jitters)
        let jitter: BeaconPlan.Jitter =
            switch generator.below(5) {
            case 0: .uniform(share)
            case 1: .gaussian(min(0.5, share / 2))
            default: .shortened(share)
            }
        let burst = generator.pick([1, 1, 1, 2, 3, 5])
        return BeaconPlan(
            period: period, jitter: share == 0 ? .none : jitter,
            missed: generator.pick([0, 0, 0.02, 0.1, 0.2, 0.4, 0.6]), burst: burst,
            burstSpread: min(period * 0.2, generator.logUniform(0.2, 6)), duty: duty(using: &generator),
            drift: generator.pick([0, 0, 20e-6, -100e-6, 500e-6]), latency: generator.logUniform(0.02, 3))
    }

    private static func duty(using generator: inout SeededGenerator) -> BeaconPlan.Duty {
        switch generator.below(10) {
        case 0, 1:
            let from = generator.uniform(5, 11)
            return .hours(from: from, to: (from + generator.uniform(7, 10)).truncatingRemainder(dividingBy: 24))
        case 2, 3:
            let from = generator.uniform(20, 26).truncatingRemainder(dividingBy: 24)
            return .asleep(from: from, to: (from + 8).truncatingRemainder(dividingBy: 24))
        default: return .always
        }
    }

    /// A plan of a beacon family, `nil` for the others.
    public func beaconPlan(in span: TimeSpan, using generator: inout SeededGenerator) -> BeaconPlan? {
        var plan = Self.gridPlan(using: &generator)
        switch self {
        case .sleep, .mixed, .campaign: break
        case .twoImplants: plan.period = generator.logUniform(4, min(14_400, span.seconds / 40))
        case .twoSleeps:
            let other = plan.period * generator.logUniform(1.3, 8) * (generator.chance(0.3) ? 0.2 : 1)
            plan.rhythm = .twoSleeps(
                other: min(14_400, max(2, other)),
                order: generator.pick([
                    .alternating, .random(generator.uniform(0.3, 0.8)), .spells(generator.logUniform(3, 60)),
                ]))
        case .slots:
            plan.rhythm = .slots(delay: generator.pick([0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1]))
        case .shortLived:
            let lasting = generator.uniform(3, 8) * 3600
            plan.period = generator.uniform(150, 260)
            plan.jitter = .gaussian(generator.pick([0.005, 0.02, 0.05, 0.1]))
            plan.missed = generator.pick([0, 0, 0.05, 0.2])
            plan.burst = generator.pick([1, 1, 2])
            plan.duty = .once(after: generator.uniform(0, span.seconds - lasting), lasting: lasting)
        case .fastBursts:
            plan.period = generator.uniform(5, 15)
            plan.jitter = .shortened(generator.pick([0.1, 0.2, 0.3, 0.4, 0.5]))
            plan.missed = generator.pick([0, 0, 0.02, 0.1])
            plan.burst = 2
            plan.burstExtra = generator.below(3)
            plan.burstSpread = generator.uniform(0.05, 1.5) * Double(1 + plan.burstExtra)
        case .changedSleep:
            let other = min(14_400, max(5, plan.period * generator.pick([0.1, 0.2, 0.5, 2, 5, 10])))
            let calls = span.seconds / max(plan.period, other)
            plan.rhythm = .twoSleeps(other: other, order: .spells(max(6, calls * generator.uniform(0.3, 1))))
        case .longCalls:
            plan.latency = plan.period * generator.logUniform(0.02, 0.6)
            plan.reused = generator.pick([0, 0.2, 0.4, 0.6])
            plan.burst = generator.pick([1, 1, 1, 2])
        default: return nil
        }
        return plan
    }

    /// A plan of a benign periodic family, `nil` for the others.
    func benignPlan(using generator: inout SeededGenerator) -> BeaconPlan? {
        switch self {
        case .ntp:
            let period = generator.pick([64.0, 128, 256, 512, 1024, 2048])
            return BeaconPlan(
                period: period, jitter: .uniform(generator.pick([0.01, 0.05])), missed: generator.pick([0, 0.01, 0.1]))
        case .updateCheck:
            let period = generator.pick([3600.0, 5400, 7200, 14_400])
            return BeaconPlan(
                period: period, jitter: .uniform(generator.uniform(0, 0.3)), burst: 1 + generator.below(6),
                burstSpread: 5)
        case .telemetry:
            let period = generator.pick([30.0, 60, 300, 600, 900, 1800])
            return BeaconPlan(period: period, jitter: .gaussian(generator.uniform(0, 0.1)), missed: 0.02, burst: 2)
        case .mail:
            let from = generator.uniform(5, 9)
            let duty: BeaconPlan.Duty = generator.chance(0.5) ? .always : .hours(from: from, to: from + 11)
            return BeaconPlan(period: generator.pick([60.0, 300, 600, 900]), burst: 1 + generator.below(3), duty: duty)
        case .monitoring:
            return BeaconPlan(period: generator.pick([10.0, 15, 30, 60, 300]), rhythm: .slots(delay: 0.02))
        case .cron:
            return BeaconPlan(
                period: generator.pick([300.0, 600, 900, 3600]), rhythm: .slots(delay: generator.pick([0.001, 0.1])),
                burst: 1 + generator.below(8), burstSpread: 10)
        default: return nil
        }
    }

    /// A plan of a background family, `nil` for the others.
    func backgroundPlan(in span: TimeSpan, using generator: inout SeededGenerator) -> BackgroundPlan? {
        let mean = generator.logUniform(5, 12_000)
        let duty: BeaconPlan.Duty =
            generator.chance(0.3) ? .hours(from: generator.uniform(5, 11), to: generator.uniform(15, 23)) : .always
        switch self {
        case .human: return .human(.random(using: &generator))
        case .poisson: return .renewal(.exponential(mean: mean), duty: duty)
        case .gamma: return .renewal(.gamma(shape: generator.uniform(0.3, 1), mean: mean), duty: duty)
        case .logNormal:
            return .renewal(
                .logNormal(median: mean * 0.6, sigma: generator.pick([0.9, 0.95, 1, 1.2, 1.5, 2, 2.4])), duty: duty)
        case .heavyTail:
            return .renewal(
                generator.chance(0.5)
                    ? .weibull(shape: generator.uniform(0.4, 1), scale: mean)
                    : .lomax(shape: generator.uniform(1.2, 4), scale: mean), duty: duty)
        case .held:
            let median = generator.logUniform(2, 120)
            return .held(
                median: median, sigma: generator.chance(0.5) ? 0 : generator.uniform(0.4, 1.3),
                meanRest: median * generator.logUniform(1, 6), duty: duty)
        case .polls:
            // A session lasts a quarter of an hour at most, and a twelfth of a short look: whoever polls for longer is periodic.
            let longest = min(900, span.seconds / 12)
            let number = generator.logUniform(6, 100)
            return .trains(
                pace: longest * generator.logUniform(0.2, 1) / number, wobble: generator.uniform(0.01, 0.4),
                length: number,
                meanGap: generator.logUniform(3 * longest, max(3 * longest, span.seconds / 2)), longest: longest)
        case .chatty:
            return .cluster(
                meanGap: generator.logUniform(60, 7200), childrenPerEvent: generator.uniform(0.3, 0.92),
                childGap: generator.logUniform(0.3, 200))
        case .backOff:
            return .backOff(
                first: generator.logUniform(0.5, 30), factor: generator.pick([1.5, 2, 2, 3]),
                ceiling: generator.logUniform(60, 3600), tries: generator.uniform(4, 9),
                meanGap: generator.logUniform(600, 20_000))
        case .trains:
            let pace = generator.logUniform(1, 20)
            return .trains(
                pace: pace, wobble: generator.uniform(0.01, 0.4),
                length: min(generator.logUniform(8, 200), 900 / pace), meanGap: generator.logUniform(1800, 30_000))
        case .scan:
            return .sweeps(
                flows: generator.logUniform(8, 400), seconds: generator.logUniform(1, 600),
                count: generator.uniform(1, 5))
        case .retries:
            return .retries(
                delays: generator.pick([
                    [1, 2, 4], [3, 6, 12, 24], [5, 5, 5], [1, 1, 1, 1], [30, 30], [10, 20, 40],
                ]),
                meanGap: generator.logUniform(120, 15_000))
        case .downloads:
            return .downloads(
                transfer: generator.logUniform(0.5, 60), sigma: generator.uniform(0.3, 1.3),
                parallel: 1 + generator.below(6), length: generator.logUniform(5, 100),
                meanGap: generator.logUniform(1800, 30_000))
        default: return nil
        }
    }
}

extension BackgroundPlan.HumanPlan {
    /// A person and a site at random.
    public static func random(using generator: inout SeededGenerator) -> Self {
        Self(
            sessionsPerDay: generator.logUniform(2, 60), pages: generator.logUniform(1.2, 25),
            dwell: generator.logUniform(4, 120), dwellSigma: generator.uniform(0.8, 1.6),
            connections: generator.logUniform(1, 8), spread: generator.logUniform(0.2, 6),
            middle: generator.uniform(0, 24), awake: generator.uniform(8, 17))
    }
}
