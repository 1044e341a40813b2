#pragma once

// Finds separators and line ends many bytes at a time.
//
// Bounds: the functions read up to ZEEK_PADDING bytes past the end they are given, and look at nothing there.

#include <cstdint>

#include "SensorText/Text.hpp"

namespace zeek {

/// 64 bytes of text, compared all at once.
struct Block {
    using Bytes = int8_t __attribute__((ext_vector_type(64)));
    using Flags = bool __attribute__((ext_vector_type(64)));

    Bytes bytes;

    explicit SENSOR_INLINE Block(const char *p) { std::memcpy(&bytes, p, sizeof bytes); }

    /// One bit for each byte that is `c`, the first byte lowest.
    SENSOR_INLINE uint64_t equal(char c) const {
        const auto flags = __builtin_convertvector(bytes == int8_t(c), Flags);
        uint64_t result;
        static_assert(sizeof flags == sizeof result);
        std::memcpy(&result, &flags, sizeof result);
        return result;
    }
};

/// The next line of a header that begins behind a line feed in `p..<end`; null where there is none.
inline const char *nextHeaderLine(const char *p, const char *end) {
    bool isBehindFeed = false;
    for (; p < end; p += 64) {
        const Block block(p);
        const uint64_t marks = block.equal('#');
        const uint64_t feeds = block.equal('\n');
        const uint64_t found = marks & (feeds << 1 | uint64_t(isBehindFeed));
        if (__builtin_expect(found != 0, 0)) {
            const char *const line = p + __builtin_ctzll(found);
            return line < end ? line : nullptr;
        }
        isBehindFeed = feeds >> 63;
    }
    return nullptr;
}

}  // namespace zeek
