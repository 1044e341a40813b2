import Foundation

extension BackgroundPlan {
    /// Times in seconds since the span's start, in any order, some perhaps outside the span.
    func seconds(in span: TimeSpan, using generator: inout SeededGenerator) -> [Double] {
        switch self {
        case .human(let plan):
            plan.seconds(in: span, using: &generator)
        case .renewal(let gap, let duty):
            renewal(gap, duty, in: span, using: &generator)
        case .cluster(let meanGap, let children, let childGap):
            cluster(meanGap, children, childGap, in: span, using: &generator)
        case .held:
            connections(in: span, using: &generator).map { Double($0.start - span.start) * 1e-9 }
        case .backOff, .trains, .retries, .downloads:
            episodes(in: span, using: &generator)
        case .sweeps(let flows, let seconds, let count):
            sweeps(flows, seconds, count, in: span, using: &generator)
        }
    }

    private func renewal(
        _ gap: Gap, _ duty: BeaconPlan.Duty, in span: TimeSpan, using generator: inout SeededGenerator
    ) -> [Double] {
        var times: [Double] = []
        let active = BeaconPlan(period: 1, duty: duty)
        var now = gap.draw(using: &generator) * generator.uniform()
        while now < span.seconds {
            if active.isOnDuty(now, in: span) { times.append(now) }
            now += max(1e-5, gap.draw(using: &generator))
        }
        return times
    }

    /// Connections that are held, one after the other.
    func held(
        _ median: Double, _ sigma: Double, _ meanRest: Double, _ duty: BeaconPlan.Duty, in span: TimeSpan,
        using generator: inout SeededGenerator
    ) -> [BeaconPlan.Connection] {
        var connections: [BeaconPlan.Connection] = []
        let active = BeaconPlan(period: 1, duty: duty)
        var now = generator.exponential(mean: meanRest)
        while now < span.seconds {
            let lasting = generator.logNormal(median: median, sigma: sigma)
            if active.isOnDuty(now, in: span) {
                connections.append(.init(start: span.nanoseconds(at: now), duration: Int64(lasting * 1e9)))
            }
            now += lasting + generator.exponential(mean: meanRest)
        }
        return connections
    }

    private func cluster(
        _ meanGap: Double, _ children: Double, _ childGap: Double, in span: TimeSpan,
        using generator: inout SeededGenerator
    ) -> [Double] {
        var times: [Double] = []
        var now = generator.exponential(mean: meanGap)
        while now < span.seconds {
            var pending = [now]
            var born = 0
            while let event = pending.popLast(), born < 500 {
                times.append(event)
                born += 1
                for _ in 0..<generator.poisson(mean: children) {
                    pending.append(event + generator.exponential(mean: childGap))
                }
            }
            now += generator.exponential(mean: meanGap)
        }
        return times
    }

    private func sweeps(
        _ flows: Double, _ seconds: Double, _ count: Double, in span: TimeSpan, using generator: inout SeededGenerator
    ) -> [Double] {
        var times: [Double] = []
        for _ in 0..<max(1, generator.poisson(mean: count)) {
            let begin = generator.uniform(0, span.seconds)
            let number = max(3, generator.poisson(mean: flows))
            let pace = seconds / Double(number)
            let isSteady = generator.chance(0.3)
            var now = begin
            for _ in 0..<number {
                times.append(now)
                now += isSteady ? pace * generator.uniform(0.9, 1.1) : generator.exponential(mean: pace)
            }
        }
        return times
    }

    /// The families that come in episodes: Poisson beginnings in the waking hours, each with a tail of its own.
    private func episodes(in span: TimeSpan, using generator: inout SeededGenerator) -> [Double] {
        var times: [Double] = []
        var now = generator.exponential(mean: meanGapOfEpisodes)
        while now < span.seconds {
            let end = episode(from: now, into: &times, using: &generator)
            now = end + generator.exponential(mean: meanGapOfEpisodes)
        }
        return times
    }

    private var meanGapOfEpisodes: Double {
        switch self {
        case .backOff(_, _, _, _, let gap), .trains(_, _, _, let gap, _), .retries(_, let gap),
            .downloads(_, _, _, _, let gap):
            gap
        default: 3600
        }
    }

    /// Appends one episode; returns when it ends.
    private func episode(
        from begin: Double, into times: inout [Double], using generator: inout SeededGenerator
    ) -> Double {
        var now = begin
        switch self {
        case .backOff(let first, let factor, let ceiling, let tries, _):
            var gap = first
            var atCeiling = 0
            for _ in 0..<generator.geometric(mean: tries) where atCeiling < 3 {
                times.append(now)
                now += gap * generator.uniform(0.9, 1.1)
                gap = min(ceiling, gap * factor)
                if gap == ceiling { atCeiling += 1 }
            }
        case .trains(let pace, let wobble, let length, _, let longest):
            for _ in 0..<generator.geometric(mean: length) where now - begin < longest {
                times.append(now)
                now += pace * max(0.05, 1 + wobble * generator.normal())
            }
        case .retries(let delays, _):
            times.append(now)
            for delay in delays.prefix(generator.below(delays.count + 1)) {
                now += delay * generator.uniform(0.98, 1.02)
                times.append(now)
            }
        case .downloads(let transfer, let sigma, let parallel, let length, _):
            let number = generator.geometric(mean: length)
            var last = begin
            for _ in 0..<parallel {
                var lane = begin + generator.uniform(0, 0.5)
                for _ in 0..<number {
                    times.append(lane)
                    lane += generator.logNormal(median: transfer, sigma: sigma)
                }
                last = max(last, lane)
            }
            now = last
        default: break
        }
        return now
    }
}

extension BackgroundPlan.Gap {
    /// One gap in seconds.
    func draw(using generator: inout SeededGenerator) -> Double {
        switch self {
        case .exponential(let mean): generator.exponential(mean: mean)
        case .gamma(let shape, let mean): generator.gamma(shape: shape, mean: mean)
        case .logNormal(let median, let sigma): generator.logNormal(median: median, sigma: sigma)
        case .weibull(let shape, let scale): scale * pow(generator.exponential(mean: 1), 1 / shape)
        case .lomax(let shape, let scale): scale * (pow(1 - generator.uniform(), -1 / shape) - 1)
        }
    }
}

extension BackgroundPlan.HumanPlan {
    /// How active the person is at a time: 1 in the middle of the waking hours, 0.02 in the night.
    func activity(at time: Double, in span: TimeSpan) -> Double {
        let hour = span.hourOfDay(at: time)
        let offset = abs((hour - middle + 36).truncatingRemainder(dividingBy: 24) - 12)
        guard offset < awake / 2 else { return 0.02 }
        return 0.4 + 0.6 * cos(.pi * offset / awake)
    }

    func seconds(in span: TimeSpan, using generator: inout SeededGenerator) -> [Double] {
        var times: [Double] = []
        let meanGap = 86_400 / sessionsPerDay * (awake / 24)
        var now = generator.exponential(mean: meanGap)
        while now < span.seconds {
            if generator.chance(activity(at: now, in: span)) {
                now = session(from: now, into: &times, using: &generator)
            }
            now += generator.exponential(mean: meanGap)
        }
        return times
    }

    private func session(
        from begin: Double, into times: inout [Double], using generator: inout SeededGenerator
    ) -> Double {
        var now = begin
        for _ in 0..<generator.geometric(mean: pages) {
            for _ in 0..<generator.geometric(mean: connections) {
                times.append(now + generator.exponential(mean: spread))
            }
            now += generator.logNormal(median: dwell, sigma: dwellSigma)
        }
        return now
    }
}
