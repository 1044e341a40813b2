/// A pseudo-random generator whose numbers depend on the seed alone, never on the platform or the Swift release.
///
/// xoshiro256** (Blackman, Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 47, 2021), seeded by SplitMix64.
/// The standard library's `random(in:using:)` is not used with it: how that turns bits into numbers is not promised to stay.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: (UInt64, UInt64, UInt64, UInt64)

    /// - Parameter seed: any number; equal seeds give equal sequences.
    public init(seed: UInt64) {
        var mixer = seed
        state = (
            Self.splitMix(&mixer), Self.splitMix(&mixer), Self.splitMix(&mixer), Self.splitMix(&mixer)
        )
    }

    /// A generator of its own for one part of a set, so that a change in one part leaves the others as they were.
    public func fork(_ label: UInt64) -> SeededGenerator {
        var mixer = state.0 ^ (label &* 0x9E37_79B9_7F4A_7C15)
        return SeededGenerator(seed: Self.splitMix(&mixer))
    }

    public mutating func next() -> UInt64 {
        let result = Self.rotate(state.1 &* 5, 7) &* 9
        let shifted = state.1 << 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = Self.rotate(state.3, 45)
        return result
    }

    private static func rotate(_ value: UInt64, _ bits: UInt64) -> UInt64 {
        (value << bits) | (value >> (64 - bits))
    }

    private static func splitMix(_ state: inout UInt64) -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
