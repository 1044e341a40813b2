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

using Bytes16 = uint8_t __attribute__((ext_vector_type(16)));

SENSOR_INLINE Bytes16 load16(const char *p) {
    Bytes16 bytes;
    std::memcpy(&bytes, p, sizeof bytes);
    return bytes;
}

/// One bit for each of 16 flags, the first one lowest.
template <class Compared>
SENSOR_INLINE uint32_t bits16(Compared compared) {
    using Flags = bool __attribute__((ext_vector_type(16)));
    const auto flags = __builtin_convertvector(compared, Flags);
    uint16_t result;
    static_assert(sizeof flags == sizeof result);
    std::memcpy(&result, &flags, sizeof result);
    return result;
}

/// One bit for each of 16 bytes that is `c`, the first byte lowest.
SENSOR_INLINE uint32_t equal16(const char *p, char c) { return bits16(load16(p) == uint8_t(c)); }

/// One bit for each of 16 bytes that is a blank or a control character.
SENSOR_INLINE uint32_t blank16(const char *p) { return bits16(load16(p) <= uint8_t(' ')); }

/// Whether the text of a literal stands at `p`.
template <size_t size>
inline bool matches(const char *p, const char (&literal)[size]) {
    return std::memcmp(p, literal, size - 1) == 0;
}

inline bool isDigit(char c) { return unsigned(c) - '0' < 10; }

/// Of ASCII.
inline bool isLetter(char c) { return unsigned(c | 0x20) - 'a' < 26; }

inline bool isSpace(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

}  // namespace sensor
