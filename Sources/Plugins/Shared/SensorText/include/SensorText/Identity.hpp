#pragma once

#include <cstddef>

#include "SensorText/Text.hpp"

namespace sensor {

/// The 64 bits that stand for an id: a product of two 64-bit numbers, folded, for each 8 bytes (the construction of
/// W. Yi's wyhash); never INT64_MIN.
SENSOR_INLINE int64_t identity(const char *text, size_t length) {
    constexpr uint64_t a = 0x9E3779B97F4A7C15u, b = 0xD6E8FEB86659FD93u;
    const auto fold = [](uint64_t x, uint64_t y) {
        const auto product = static_cast<unsigned __int128>(x) * y;
        return uint64_t(product) ^ uint64_t(product >> 64);
    };
    uint64_t state = fold(a ^ length, b);
    for (; length > 8; length -= 8, text += 8) state = fold(state ^ load64(text) ^ a, b);
    const uint64_t rest = length == 0 ? 0 : load64(text) & ~uint64_t(0) >> (64 - 8 * length);
    state = fold(state ^ rest ^ a, b ^ 0xA0761D6478BD642Fu);
    const auto result = int64_t(state);
    return result == INT64_MIN ? 0 : result;
}

}  // namespace sensor
