#pragma once

#include "Record.hpp"

namespace eve {

/// 64 bytes of text, compared all at once; answers have one bit for each byte, the first one lowest.
struct Block {
    using Bytes = int8_t __attribute__((ext_vector_type(64)));
    using Flags = bool __attribute__((ext_vector_type(64)));

    Bytes bytes;

    explicit SENSOR_INLINE Block(const char *p) { std::memcpy(&bytes, p, sizeof bytes); }

    template <class Comparison>
    static SENSOR_INLINE uint64_t bits(Comparison comparison) {
        const auto flags = __builtin_convertvector(comparison, Flags);
        uint64_t result;
        static_assert(sizeof flags == sizeof result);
        std::memcpy(&result, &flags, sizeof result);
        return result;
    }

    SENSOR_INLINE uint64_t equal(char c) const { return bits(bytes == int8_t(c)); }

    SENSOR_INLINE uint64_t equal(const Block &other) const { return bits(bytes == other.bytes); }
};

/// The mask without its lowest bits that are set, so many of them.
SENSOR_INLINE uint64_t withoutLowest(uint64_t mask, int count) {
    for (; count > 0; --count) mask &= mask - 1;
    return mask;
}

}  // namespace eve
