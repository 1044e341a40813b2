extension BeaconPlan {
    /// Start times of all flows of the plan inside the span.
    ///
    /// - Returns: nanoseconds since 1970, ascending.
    public func times(in span: TimeSpan, using generator: inout SeededGenerator) -> [Int64] {
        connections(in: span, using: &generator).map(\.start)
    }

    /// All flows of the plan inside the span: start times in nanoseconds since 1970, ascending, and how long each lasts in nanoseconds.
    public func connections(in span: TimeSpan, using generator: inout SeededGenerator) -> [Connection] {
        flows(calls(in: span, using: &generator), in: span, using: &generator).map {
            Connection(start: span.nanoseconds(at: $0.start), duration: Int64($0.lasting * 1e9))
        }
    }

    /// A flow as a sensor records it.
    public struct Connection: Sendable, Hashable {
        public var start: Int64
        public var duration: Int64
    }

    /// A callback, in seconds since the span's start.
    private struct Call {
        var start: Double
        var lasting: Double
    }

    /// Times of the callbacks that happen, in seconds since the span's start, ascending; bursts not yet unfolded.
    public func callbacks(in span: TimeSpan, using generator: inout SeededGenerator) -> [Double] {
        calls(in: span, using: &generator).map(\.start)
    }

    private func calls(in span: TimeSpan, using generator: inout SeededGenerator) -> [Call] {
        let all =
            switch rhythm {
            case .slots(let delay): slotTimes(delay: delay, in: span, using: &generator)
            case .sleep, .twoSleeps: sleepTimes(in: span, using: &generator)
            }
        var seen: [Call] = []
        for call in all where isOnDuty(call.start, in: span) && !generator.chance(missed) {
            if reused > 0, let open = seen.last, generator.chance(reused) {
                seen[seen.count - 1].lasting = call.start + call.lasting - open.start
            } else {
                seen.append(call)
            }
        }
        return seen
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

    private func sleepTimes(in span: TimeSpan, using generator: inout SeededGenerator) -> [Call] {
        var times: [Call] = []
        var isFirst = true
        let longest =
            if case .twoSleeps(let other, _) = rhythm { max(period, other) } else { period }
        var now = generator.uniform(0, min(longest, span.seconds))
        if case .once(let after, _) = duty { now += after }
        while now < span.seconds {
            let start = now
            let base = nextSleep(&isFirst, using: &generator)
            now += jittered(base, using: &generator) * (1 + drift)
            let lasting = latency > 0 ? generator.logNormal(median: latency, sigma: 0.6) : 0
            now += lasting
            times.append(Call(start: start, lasting: lasting))
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

    private func slotTimes(delay: Double, in span: TimeSpan, using generator: inout SeededGenerator) -> [Call] {
        let paced = period * (1 + drift)
        var slot = -generator.uniform() * paced
        var times: [Call] = []
        while slot < span.seconds {
            let lag = latency > 0 ? generator.logNormal(median: latency, sigma: 0.6) : 0
            let time = slot + delay * period * generator.uniform() + lag
            if time >= 0 && time < span.seconds { times.append(Call(start: time, lasting: lag)) }
            slot += paced
        }
        return times.sorted { $0.start < $1.start }
    }

    private func flows(_ calls: [Call], in span: TimeSpan, using generator: inout SeededGenerator) -> [Call] {
        guard burst + burstExtra > 1 else { return calls }
        var times: [Call] = []
        for call in calls {
            times.append(call)
            let further = burst - 1 + (burstExtra > 0 ? generator.below(burstExtra + 1) : 0)
            for _ in 0..<further {
                let later = call.start + burstSpread * generator.uniform()
                if later < span.seconds { times.append(Call(start: later, lasting: call.lasting)) }
            }
        }
        return times.sorted { $0.start < $1.start }
    }
}
