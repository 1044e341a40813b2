/// Seeded chance that rolls the same on every platform and with every compiler.
///
/// The standard library promises no fixed sequence for its own algorithms over a generator, and `log` may differ in its
/// last bit between systems, so everything here is whole-number arithmetic: SplitMix64 (Steele, Lea, Flood, OOPSLA 2014)
/// for the bits, and von Neumann's comparisons (NBS Applied Mathematics Series 12, 1951) for waiting times.
public struct Dice: Sendable {
    private var state: UInt64

    /// - Parameters:
    ///   - seed: the seed of the whole sample.
    ///   - name: whose dice these are. Everyone who rolls has dice of their own, so that a change to one behaviour
    ///     leaves all others' traffic as it was.
    public init(seed: UInt64, for name: String) {
        state = seed ^ fingerprint(name)
    }

    /// The next 64 bits.
    public mutating func bits() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A whole number in `0 ..< bound`, each about equally likely.
    public mutating func below(_ bound: Int) -> Int {
        Int(bits().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// A whole number in `range`, each about equally likely.
    public mutating func between(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + below(range.upperBound - range.lowerBound + 1)
    }

    /// Whether something happens that happens `times` times in 1,000.
    public mutating func happens(_ times: Int) -> Bool {
        below(1000) < times
    }

    /// One of `choices`, which must not be empty.
    public mutating func pick<Choice>(_ choices: [Choice]) -> Choice {
        choices[below(choices.count)]
    }

    /// An index of `weights`, each as likely as its weight says.
    public mutating func index(weighing weights: [Int]) -> Int {
        var left = below(weights.reduce(0, +))
        for (index, weight) in weights.enumerated() {
            if left < weight { return index }
            left -= weight
        }
        return weights.count - 1
    }

    /// An exponential waiting time of the given mean, in the mean's unit.
    public mutating func wait(mean: Int) -> Int {
        var whole: UInt64 = 0
        while true {
            let first = bits() >> 32
            var lowest = first
            var isOdd = true
            while true {
                let rolled = bits() >> 32
                if rolled >= lowest { break }
                lowest = rolled
                isOdd.toggle()
            }
            if isOdd {
                let product = UInt64(mean).multipliedFullWidth(by: whole << 32 | first)
                return Int(product.high << 32 | product.low >> 32)
            }
            whole += 1
        }
    }

    /// A size with a long tail: between `least` and about `least` · 2^`octaves`, every doubling equally likely.
    public mutating func size(from least: Int, octaves: Int) -> Int {
        let octave = least << below(octaves)
        return octave + below(octave)
    }
}

/// FNV-1a over the name's bytes: a number for a name, the same everywhere.
func fingerprint(_ name: String) -> UInt64 {
    name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
}
