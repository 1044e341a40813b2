#pragma once

#include "Block.hpp"

namespace eve {

/// A stretch of a line that was walked before. What was found in it holds wherever the same bytes stand at the same
/// place of the grammar: a sensor writes few texts between the values that change.
template <size_t longest>
struct Stretch {
    static_assert(longest % 64 == 0);

    /// - p: 64 bytes can be read, and so many behind each byte of the line.
    SENSOR_INLINE bool standsAt(const char *p) const {
        // What equals the stretch's begin belongs to the line, so that the next 64 bytes can be read too.
        for (size_t i = 0;; i += 64) {
            const uint64_t others = ~Block(p + i).equal(Block(text + i));
            if (length <= i + 64) return (others & lastWanted) == 0;
            if (others != 0) return false;
        }
    }

    /// - Returns: false where it is empty or too long to be kept; then the stretch stays as it was.
    bool keep(const char *begin, const char *end) {
        const auto size = size_t(end - begin);
        if (size == 0 || size > longest) return false;
        std::memcpy(text, begin, size);
        length = size;
        lastWanted = ~uint64_t(0) >> ((64 - size % 64) % 64);
        return true;
    }

    char text[longest] = {};
    size_t length = 0;

private:
    /// One bit for each byte of the last 64 that belongs to it. At first all: zeros stand in no line, so that nothing
    /// stands as the empty stretch.
    uint64_t lastWanted = ~uint64_t(0);
};

/// A place in a table of so many bits for a number, every bit of which counts.
SENSOR_INLINE size_t slot(uint64_t number, int bits) { return size_t(number * 0x9E3779B97F4A7C15u >> (64 - bits)); }

}  // namespace eve
