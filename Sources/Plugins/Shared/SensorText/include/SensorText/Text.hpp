#pragma once

#include <cstdint>
#include <cstring>

#define SENSOR_INLINE inline __attribute__((always_inline))

namespace sensor {

inline uint64_t load64(const char *p) {
    uint64_t value;
    std::memcpy(&value, p, sizeof value);
    return value;
}

inline uint32_t load32(const char *p) {
    uint32_t value;
    std::memcpy(&value, p, sizeof value);
    return value;
}

/// One bit for each of 16 bytes that is `c`, the first byte lowest.
SENSOR_INLINE uint32_t equal16(const char *p, char c) {
    using Bytes = int8_t __attribute__((ext_vector_type(16)));
    using Flags = bool __attribute__((ext_vector_type(16)));
    Bytes bytes;
    std::memcpy(&bytes, p, sizeof bytes);
    const auto flags = __builtin_convertvector(bytes == int8_t(c), Flags);
    uint16_t result;
    static_assert(sizeof flags == sizeof result);
    std::memcpy(&result, &flags, sizeof result);
    return result;
}

/// Whether the text of a literal stands at `p`.
template <size_t size>
inline bool matches(const char *p, const char (&literal)[size]) {
    return std::memcmp(p, literal, size - 1) == 0;
}

inline bool isDigit(char c) { return unsigned(c) - '0' < 10; }

inline bool isSpace(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

}  // namespace sensor
