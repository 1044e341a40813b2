#pragma once

#include <cstddef>
#include <cstdint>

/// xorshift64 (Marsaglia, 2003).
class Random {
public:
    explicit Random(uint64_t seed) : state(seed * 2 + 1) {}

    size_t below(size_t bound) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        return size_t(state % bound);
    }

private:
    uint64_t state;
};
