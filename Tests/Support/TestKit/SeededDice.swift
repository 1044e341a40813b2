/// Dice that fall the same for the same seed: SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number
/// generators", OOPSLA 2014).
public struct SeededDice: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }

    /// A whole number in `0 ..< bound`.
    public mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    /// A number in 0..<1.
    public mutating func share() -> Double { Double(next() >> 11) / Double(UInt64(1) << 53) }

    /// One of several values.
    public mutating func pick<Value>(_ values: [Value]) -> Value { values[below(values.count)] }
}
