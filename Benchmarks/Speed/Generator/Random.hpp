#pragma once

#include <cstdint>

/// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): the same numbers for the same seed on every machine, which the
/// distributions of the C++ library do not promise.
class Random {
public:
    explicit Random(uint64_t seed) : state(seed) {}

    uint64_t next() {
        uint64_t z = (state += 0x9E3779B97F4A7C15u);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        return z ^ (z >> 31);
    }

    /// A whole number in 0 ..< bound; bound is at least 1.
    uint64_t below(uint64_t bound) { return uint64_t((static_cast<unsigned __int128>(next()) * bound) >> 64); }

    /// A whole number in low ... high.
    int64_t between(int64_t low, int64_t high) { return low + int64_t(below(uint64_t(high - low + 1))); }

    /// True in `percent` of a hundred cases.
    bool chance(unsigned percent) { return below(100) < percent; }

    /// A whole number in 0 ..< bound in which small ones are far more frequent, as destinations are in real traffic:
    /// the cube of a uniform fraction.
    uint64_t skewed(uint64_t bound) {
        const double u = double(next() >> 11) * 0x1.0p-53;
        return uint64_t(u * u * u * double(bound));
    }

private:
    uint64_t state;
};
