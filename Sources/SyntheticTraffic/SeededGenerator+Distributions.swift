import Foundation

/// The distributions traffic is drawn from.
extension SeededGenerator {
    /// Uniform in 0 ..< 1, from the upper 53 bits.
    public mutating func uniform() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// Uniform in `low ..< high`.
    public mutating func uniform(_ low: Double, _ high: Double) -> Double {
        low + (high - low) * uniform()
    }

    /// Uniform on the logarithm: as often between 1 and 10 as between 10 and 100. Both bounds above 0.
    public mutating func logUniform(_ low: Double, _ high: Double) -> Double {
        exp(uniform(log(low), log(high)))
    }

    /// A whole number in `0 ..< bound`; `bound` at least 1. The bias of the multiplication is below 2⁻³² here.
    public mutating func below(_ bound: Int) -> Int {
        Int(uniform() * Double(bound))
    }

    /// True in the given share of cases.
    public mutating func chance(_ share: Double) -> Bool {
        uniform() < share
    }

    /// One of the values, each as likely as the other; `values` not empty.
    public mutating func pick<Value>(_ values: [Value]) -> Value {
        values[below(values.count)]
    }

    /// Exponential with the given mean.
    public mutating func exponential(mean: Double) -> Double {
        -mean * log(1 - uniform())
    }

    /// Normal with mean 0 and deviation 1 (Box and Muller, 1958).
    public mutating func normal() -> Double {
        (-2 * log(1 - uniform())).squareRoot() * cos(2 * .pi * uniform())
    }

    /// Log-normal by its median and the deviation of its logarithm.
    public mutating func logNormal(median: Double, sigma: Double) -> Double {
        median * exp(sigma * normal())
    }

    /// Gamma with the given shape (above 0) and mean (Marsaglia, Tsang, ACM TOMS 26, 2000).
    public mutating func gamma(shape: Double, mean: Double) -> Double {
        guard shape >= 1 else {
            let boost = pow(1 - uniform(), 1 / shape)
            return gamma(shape: shape + 1, mean: (shape + 1) * mean / shape) * boost
        }
        let d = shape - 1.0 / 3
        let c = 1 / (9 * d).squareRoot()
        while true {
            let x = normal()
            let v = (1 + c * x) * (1 + c * x) * (1 + c * x)
            guard v > 0 else { continue }
            if log(1 - uniform()) < 0.5 * x * x + d - d * v + d * log(v) { return d * v * mean / shape }
        }
    }

    /// Number of trials until the first success, at least 1, with the given mean (at least 1).
    public mutating func geometric(mean: Double) -> Int {
        guard mean > 1 else { return 1 }
        return 1 + Int(log(1 - uniform()) / log(1 - 1 / mean))
    }

    /// Poisson with the given mean: by multiplication below 30, by a rounded normal above.
    public mutating func poisson(mean: Double) -> Int {
        guard mean < 30 else { return max(0, Int((mean + mean.squareRoot() * normal()).rounded())) }
        let limit = exp(-mean)
        var product = uniform()
        var count = 0
        while product > limit {
            product *= uniform()
            count += 1
        }
        return count
    }
}
