extension BeaconPlan {
    /// Start times of all flows of the plan inside the span.
    ///
    /// - Returns: nanoseconds since 1970, ascending.
    public func times(in span: TimeSpan, using generator: inout SeededGenerator) -> [Int64] {
        flows(callbacks(in: span, using: &generator), in: span, using: &generator).map { span.nanoseconds(at: $0) }
    }

    /// Times of the callbacks that happen, in seconds since the span's start, ascending; bursts not yet unfolded.
    public func callbacks(in span: TimeSpan, using generator: inout SeededGenerator) -> [Double] {
        let all =
            switch rhythm {
            case .slots(let delay): slotTimes(delay: delay, in: span, using: &generator)
            case .sleep, .twoSleeps: sleepTimes(in: span, using: &generator)
            }
        var kept: [Double] = []
        for time in all where isOnDuty(time, in: span) && !generator.chance(missed) {
            kept.append(time)
        }
        return kept
    }

    /// Whether the implant is active at a time in seconds since the span's start.
    public func isOnDuty(_ time: Double, in span: TimeSpan) -> Bool {
        switch duty {
        case .always: true
        case .hours(let from, let to): Self.isBetween(span.hourOfDay(at: time), from, to)
        case .asleep(let from, let to): !Self.isBetween(span.hourOfDay(at: time), from, to)
        case .once(let after, let lasting): time >= after && time < after + lasting
        }
    }

    private static func isBetween(_ hour: Double, _ from: Double, _ to: Double) -> Bool {
        from <= to ? hour >= from && hour < to : hour >= from || hour < to
    }

    private func sleepTimes(in span: TimeSpan, using generator: inout SeededGenerator) -> [Double] {
        var times: [Double] = []
        var isFirst = true
        let longest =
            if case .twoSleeps(let other, _) = rhythm { max(period, other) } else { period }
        var now = generator.uniform(0, min(longest, span.seconds))
        if case .once(let after, _) = duty { now += after }
        while now < span.seconds {
            times.append(now)
            let base = nextSleep(&isFirst, using: &generator)
            now += jittered(base, using: &generator) * (1 + drift)
            if latency > 0 { now += generator.logNormal(median: latency, sigma: 0.6) }
        }
        return times
    }

    private func nextSleep(_ isFirst: inout Bool, using generator: inout SeededGenerator) -> Double {
        guard case .twoSleeps(let other, let order) = rhythm else { return period }
        switch order {
        case .alternating: isFirst.toggle()
        case .random(let share): isFirst = generator.chance(share)
        case .spells(let length): if generator.chance(1 / max(1, length)) { isFirst.toggle() }
        }
        return isFirst ? period : other
    }

    private func jittered(_ base: Double, using generator: inout SeededGenerator) -> Double {
        switch jitter {
        case .none: base
        case .shortened(let share): base * (1 - share * generator.uniform())
        case .uniform(let share): base * (1 + share * (2 * generator.uniform() - 1))
        case .gaussian(let share): base * max(0.05, 1 + share * generator.normal())
        }
    }

    private func slotTimes(delay: Double, in span: TimeSpan, using generator: inout SeededGenerator) -> [Double] {
        let paced = period * (1 + drift)
        var slot = -generator.uniform() * paced
        var times: [Double] = []
        while slot < span.seconds {
            let lag = latency > 0 ? generator.logNormal(median: latency, sigma: 0.6) : 0
            let time = slot + delay * period * generator.uniform() + lag
            if time >= 0 && time < span.seconds { times.append(time) }
            slot += paced
        }
        return times.sorted()
    }

    private func flows(
        _ callbacks: [Double], in span: TimeSpan, using generator: inout SeededGenerator
    ) -> [Double] {
        guard burst > 1 else { return callbacks }
        var times: [Double] = []
        for time in callbacks {
            times.append(time)
            for _ in 1..<burst {
                let later = time + burstSpread * generator.uniform()
                if later < span.seconds { times.append(later) }
            }
        }
        return times.sorted()
    }
}
