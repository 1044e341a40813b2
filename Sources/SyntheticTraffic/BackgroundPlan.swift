/// Traffic of one channel that is no beacon and has no period: the null of the benchmark.
///
/// A value without dice, as ``BeaconPlan``; ``times(in:using:)`` rolls them.
public enum BackgroundPlan: Sendable, Hashable {
    /// A person: sessions that follow the day, pages within a session, connections within a page.
    case human(HumanPlan)
    /// A renewal process: independent gaps of one distribution.
    case renewal(Gap, duty: BeaconPlan.Duty)
    /// Poisson whose rate changes: bursts excite further bursts (a chatty application).
    case cluster(meanGap: Double, childrenPerEvent: Double, childGap: Double)
    /// Episodes of retries whose gaps double up to a ceiling, then success or surrender.
    case backOff(first: Double, factor: Double, ceiling: Double, tries: Double, meanGap: Double)
    /// Short trains of fixed pace (video segments, progress polls), several a day, none longer than `longest` seconds.
    case trains(pace: Double, wobble: Double, length: Double, meanGap: Double, longest: Double = .infinity)
    /// One connection after the other: each lasts this long (`sigma` 0: always), and some time after its end the next is made, when it is needed.
    case held(median: Double, sigma: Double, meanRest: Double, duty: BeaconPlan.Duty)
    /// A few sweeps, each many flows within seconds or minutes.
    case sweeps(flows: Double, seconds: Double, count: Double)
    /// Attempts at random, each with a few retries at fixed distances.
    case retries(delays: [Double], meanGap: Double)
    /// Parallel transfers back to back, for a while, several times.
    case downloads(transfer: Double, sigma: Double, parallel: Int, length: Double, meanGap: Double)

    /// The distribution of a renewal process's gaps, by its mean or median in seconds.
    public enum Gap: Sendable, Hashable {
        case exponential(mean: Double)
        /// Shape 0.3 to 1 is burstier than Poisson.
        case gamma(shape: Double, mean: Double)
        case logNormal(median: Double, sigma: Double)
        case weibull(shape: Double, scale: Double)
        case lomax(shape: Double, scale: Double)
    }

    /// What a person's traffic toward one destination looks like.
    public struct HumanPlan: Sendable, Hashable {
        /// Sessions a day in the mean.
        public var sessionsPerDay: Double
        /// Pages a session in the mean, at least 1.
        public var pages: Double
        /// Median seconds on a page, and the deviation of its logarithm.
        public var dwell: Double
        public var dwellSigma: Double
        /// Connections a page in the mean, at least 1, within `spread` seconds.
        public var connections: Double
        public var spread: Double
        /// Hour of the day (UTC) around which the person is active, and for how many hours.
        public var middle: Double
        public var awake: Double

        public init(
            sessionsPerDay: Double, pages: Double, dwell: Double, dwellSigma: Double, connections: Double,
            spread: Double, middle: Double, awake: Double
        ) {
            self.sessionsPerDay = sessionsPerDay
            self.pages = pages
            self.dwell = dwell
            self.dwellSigma = dwellSigma
            self.connections = connections
            self.spread = spread
            self.middle = middle
            self.awake = awake
        }
    }

    /// Start times of all flows inside the span: nanoseconds since 1970, ascending.
    public func times(in span: TimeSpan, using generator: inout SeededGenerator) -> [Int64] {
        seconds(in: span, using: &generator).filter { $0 >= 0 && $0 < span.seconds }.sorted()
            .map { span.nanoseconds(at: $0) }
    }

    /// All flows inside the span, ascending, with how long each lasts: as long as its answer, or until the next.
    public func connections(in span: TimeSpan, using generator: inout SeededGenerator) -> [BeaconPlan.Connection] {
        if case .held(let median, let sigma, let meanRest, let duty) = self {
            return held(median, sigma, meanRest, duty, in: span, using: &generator)
        }
        let starts = times(in: span, using: &generator)
        var lengths = generator.fork(78)
        let median = lengths.logUniform(0.05, 60)
        let sigma = lengths.uniform(0.3, 1.5)
        // One after the other: the next begins some time after the last has ended.
        let isOneByOne = lengths.chance(0.3)
        return starts.indices.map { index in
            let drawn = lengths.logNormal(median: median, sigma: sigma) * 1e9
            guard isOneByOne, index + 1 < starts.count else {
                return BeaconPlan.Connection(start: starts[index], duration: Int64(drawn))
            }
            let gap = Double(starts[index + 1] - starts[index]) * lengths.uniform()
            return BeaconPlan.Connection(start: starts[index], duration: Int64(min(drawn, gap)))
        }
    }
}
