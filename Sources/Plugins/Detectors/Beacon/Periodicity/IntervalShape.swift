import Foundation

/// A shape that a beacon's intervals may have, at period 1: how the sleep is varied, how many callbacks are missed,
/// how many intervals are strays.
///
/// The density of an interval e is (1 − ε) Σₖ (1 − q) qᵏ⁻¹ fₖ(e) + ε · log-uniform, where fₖ is the density of a sum of k sleeps:
/// k − 1 callbacks in a row were missed.
struct IntervalShape: Sendable, Hashable {
    /// How one sleep is distributed.
    enum Sleep: Sendable, Hashable {
        /// Normal about the period with this relative deviation.
        case gaussian(Double)
        /// Uniform between (1 − share) · period and the period.
        case uniform(Double)
    }

    var sleep: Sleep
    /// Share of callbacks missed, q.
    var missed: Double
    /// Share of stray intervals, ε.
    var stray: Double

    /// Most sleeps that are added up to one interval.
    static let mostSleeps = 8
    /// Logarithmic width over which strays are spread: a factor of 3,000.
    static let strayWidth = 8.0

    /// Mean and deviation of one sleep, in periods.
    var moments: (mean: Double, deviation: Double) {
        switch sleep {
        case .gaussian(let deviation): (1, deviation)
        case .uniform(let share): (1 - share / 2, share / 12.0.squareRoot())
        }
    }

    /// Probability that a sum of `count` sleeps is below `time`, both in periods.
    func cumulative(_ time: Double, sleeps count: Int) -> Double {
        if case .uniform(let share) = sleep {
            let low = 1 - share
            if count == 1 { return min(1, max(0, (time - low) / share)) }
            if count == 2 {
                let x = min(2, max(0, (time - 2 * low) / share))
                return x < 1 ? x * x / 2 : 1 - (2 - x) * (2 - x) / 2
            }
        }
        let (mean, deviation) = moments
        let k = Double(count)
        return 0.5 * erfc(-(time - k * mean) / (deviation * k.squareRoot() * 2.0.squareRoot()))
    }

    /// Density of the logarithm of an interval, averaged over a bin of the grid about `time` (in periods).
    func density(about time: Double) -> Double {
        let low = time * exp(-LogGrid.step / 2)
        let high = time * exp(LogGrid.step / 2)
        var sum = 0.0
        var weight = 1 - missed
        for count in 1...Self.mostSleeps {
            sum += weight * (cumulative(high, sleeps: count) - cumulative(low, sleeps: count))
            weight *= missed
        }
        return (1 - stray) * sum / LogGrid.step + stray / Self.strayWidth
    }

    /// All shapes looked for.
    static let all: [IntervalShape] = {
        let sleeps: [Sleep] =
            [0.015, 0.04, 0.08, 0.16, 0.28].map { .gaussian($0) }
            + [0.25, 0.4, 0.55, 0.7, 0.82, 0.92].map { .uniform($0) }
        var shapes: [IntervalShape] = []
        for sleep in sleeps {
            for missed in [0.01, 0.1, 0.25, 0.45, 0.62] {
                for stray in [0.02, 0.1, 0.3] {
                    shapes.append(IntervalShape(sleep: sleep, missed: missed, stray: stray))
                }
            }
        }
        return shapes
    }()
}

/// A shape that idle times without a period may have: the null.
struct NullShape: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        /// Gamma of this shape, 1 is exponential (Poisson), below 1 burstier.
        case gamma(Double)
        /// Log-normal with this deviation of the logarithm.
        case logNormal(Double)
        /// Two exponentials, the second this much longer, the first with this share.
        case twoScales(share: Double, ratio: Double)
        /// A dead time of 1, and only then an exponential with this mean: a connection that is kept for a while, and made anew when next needed.
        case kept(Double)
    }

    var kind: Kind
    /// Share of stray intervals, as a beacon's shape has them: otherwise bursts would speak for a beacon.
    var stray: Double

    /// Density of the logarithm of a time, given as a multiple of the scale.
    func density(about time: Double) -> Double {
        let body =
            switch kind {
            case .gamma(let shape): exp(shape * log(time) - time - lgamma(shape))
            case .logNormal(let sigma):
                exp(-0.5 * log(time) * log(time) / (sigma * sigma)) / (sigma * (2 * Double.pi).squareRoot())
            case .twoScales(let share, let ratio):
                share * time * exp(-time) + (1 - share) * time / ratio * exp(-time / ratio)
            case .kept(let mean):
                // Averaged over a bin, as it begins with a step.
                [-1.0, 1].reduce(0) { sum, side in
                    sum - side * exp(-max(0, time * exp(side * LogGrid.step / 2) - 1) / mean)
                } / LogGrid.step
            }
        return (1 - stray) * body + stray / IntervalShape.strayWidth
    }

    /// All shapes of the null.
    static let all: [NullShape] = {
        let kinds: [Kind] =
            [0.3, 0.45, 0.65, 0.85, 1].map { .gamma($0) } + [0.9, 1.2, 1.6, 2.2].map { .logNormal($0) }
            + [0.15, 0.4, 0.65, 0.85].flatMap { share in
                [4.0, 12, 40, 150, 700].map { .twoScales(share: share, ratio: $0) }
            }
        return kinds.flatMap(withStrays)
    }()

    /// Connections that are held, one after the other: a dead time and then an exponential rest, or a dead time that varies.
    static let held: [NullShape] =
        ([1, 1.5, 2.5, 4, 8, 20].map { .kept($0) } + [1, 1.5, 2.2, 3.3].map { .gamma($0) }).flatMap { kind in
            [0.001, 0.1].map { NullShape(kind: kind, stray: $0) }
        }

    private static func withStrays(_ kind: Kind) -> [NullShape] {
        [0.001, 0.1, 0.3].map { NullShape(kind: kind, stray: $0) }
    }
}
