/// How an implant calls home: everything that decides when its flows start.
///
/// A plan is a value without dice; ``times(in:using:)`` rolls them. It serves the labelled benchmark and the injection of
/// beacons into real traffic alike.
public struct BeaconPlan: Sendable, Hashable {
    /// Seconds between two callbacks without jitter, above 0.
    public var period: Double
    /// How the sleep is varied from one callback to the next.
    public var jitter: Jitter
    /// What a callback's time follows: the previous callback, or the clock.
    public var rhythm: Rhythm
    /// Share of callbacks that do not happen or are not seen, 0 ..< 1, each by itself.
    public var missed: Double
    /// Flows a callback, at least 1.
    public var burst: Int
    /// Up to this many further flows a callback, drawn anew for each.
    public var burstExtra: Int
    /// Seconds over which the flows of one callback are spread.
    public var burstSpread: Double
    /// When the implant is active at all.
    public var duty: Duty
    /// Share by which the implant's clock is fast or slow, such as 50e-6.
    public var drift: Double
    /// Mean seconds a callback takes before the implant sleeps again; the sleep starts after it.
    public var latency: Double
    /// Share of the callbacks that are made inside the connection of the one before, which lasts the longer for it.
    public var reused: Double

    public init(
        period: Double, jitter: Jitter = .none, rhythm: Rhythm = .sleep, missed: Double = 0, burst: Int = 1,
        burstExtra: Int = 0, burstSpread: Double = 0.5, duty: Duty = .always, drift: Double = 0, latency: Double = 0.1,
        reused: Double = 0
    ) {
        precondition(period > 0 && burst >= 1 && missed >= 0 && missed < 1, "a beacon plan outside its ranges")
        self.period = period
        self.jitter = jitter
        self.rhythm = rhythm
        self.missed = missed
        self.burst = burst
        self.burstExtra = burstExtra
        self.burstSpread = burstSpread
        self.duty = duty
        self.drift = drift
        self.latency = latency
        self.reused = reused
    }

    /// How a sleep of `period` is varied.
    public enum Jitter: Sendable, Hashable {
        case none
        /// period · (1 − share · U), U uniform in 0 … 1: Cobalt Strike's and its kin's, share 0 … 0.99.
        case shortened(Double)
        /// period · (1 + share · (2U − 1)), share 0 … 0.99.
        case uniform(Double)
        /// period · (1 + share · N), N standard normal, never below a twentieth of the period.
        case gaussian(Double)

        /// The share, 0 for `none`.
        public var share: Double {
            switch self {
            case .none: 0
            case .shortened(let share), .uniform(let share), .gaussian(let share): share
            }
        }
    }

    /// What a callback's time follows.
    public enum Rhythm: Sendable, Hashable {
        /// A sleep after the previous callback: errors add up.
        case sleep
        /// Two sleeps, `period` and `other` seconds, in the given order.
        case twoSleeps(other: Double, order: SleepOrder)
        /// Slots on the clock, one callback in each, `delay` · period · U after the slot begins: errors do not add up.
        case slots(delay: Double)
    }

    /// Which of two sleeps comes next.
    public enum SleepOrder: Sendable, Hashable {
        /// One, the other, one, the other.
        case alternating
        /// A coin toss with this share of the first sleep.
        case random(Double)
        /// Stays at one sleep for this many callbacks in the mean, then changes.
        case spells(Double)
    }

    /// When the implant is active.
    public enum Duty: Sendable, Hashable {
        case always
        /// From hour to hour of the day (UTC), such as 8 … 18; across midnight where `from` is greater.
        case hours(from: Double, to: Double)
        /// Off from hour to hour of the day (UTC): the machine sleeps.
        case asleep(from: Double, to: Double)
        /// Once, this many seconds after the span's start, for this many seconds.
        case once(after: Double, lasting: Double)
    }
}

extension BeaconPlan {
    /// The mean seconds from one callback to the next, of each sleep.
    public var sleeps: [Double] {
        let lasting =
            switch jitter {
            case .shortened(let share): 1 - share / 2
            case .none, .uniform, .gaussian: 1.0
            }
        let bases = if case .twoSleeps(let other, _) = rhythm { [period, other] } else { [period] }
        return bases.map { $0 * lasting * (1 + drift) + 1.2 * latency }
    }
}
