#pragma once

// Steps over JSON as sensors write it: no white space, no escapes, ASCII alone, whole numbers from 0 on. Each function
// either passes exactly one such thing and says where it ends, or gives null, which means: ask the slow reader.
//
// Bounds: every line that is walked ends in a line feed, at which every step stops, since none passes a control
// character. So a step never begins behind the line's end, and reads at most EVE_PADDING bytes past it.

#include "Record.hpp"

// Vectors wider than the machine's are passed between functions that are all inlined, so no calling convention matters.
#pragma clang diagnostic ignored "-Wpsabi"

namespace eve {

/// 32 bytes of text, compared all at once.
using Chunk = int8_t __attribute__((ext_vector_type(32)));
using ChunkFlags = bool __attribute__((ext_vector_type(32)));

SENSOR_INLINE Chunk loadChunk(const char *p) {
    Chunk chunk;
    std::memcpy(&chunk, p, sizeof chunk);
    return chunk;
}

/// One bit for each byte of which the comparison held, the first byte lowest.
template <class Comparison>
SENSOR_INLINE uint32_t bits(Comparison comparison) {
    const auto flags = __builtin_convertvector(comparison, ChunkFlags);
    uint32_t result;
    static_assert(sizeof flags == sizeof result);
    std::memcpy(&result, &flags, sizeof result);
    return result;
}

/// The bytes that a plain string does not hold: quotes, backslashes, control characters, and all beyond ASCII.
SENSOR_INLINE uint32_t specials(Chunk chunk) {
    return bits((chunk == int8_t('"')) | (chunk == int8_t('\\')) | (chunk < int8_t(0x20)));
}

/// Passes the content of a string.
///
/// - p: behind the opening quote.
/// - Returns: the closing quote.
SENSOR_INLINE const char *passText(const char *p) {
    for (;; p += sizeof(Chunk)) {
        const uint32_t found = specials(loadChunk(p));
        if (found == 0) continue;
        p += __builtin_ctz(found);
        return *p == '"' ? p : nullptr;
    }
}

/// Whether a string of just 31 characters stands here, as times are today; it takes no account of what they are.
///
/// - p: behind the opening quote.
SENSOR_INLINE bool isTextOf31(const char *p) {
    return p[31] == '"' && specials(loadChunk(p)) == uint32_t(1) << 31;
}

/// The longest whole number that is read: always below 2^63.
constexpr uint32_t longestNumber = 18;

/// How many of 8 bytes are digits, from the first one on; the bytes come as digits' values.
SENSOR_INLINE unsigned leadingDigits(uint64_t values) {
    // A byte above 9 gets its high bit. A carry only reaches bytes behind one that is above 9 already.
    const uint64_t others = (values | (values + 0x7676767676767676u)) & 0x8080808080808080u;
    return others == 0 ? 8 : unsigned(__builtin_ctzll(others)) / 8;
}

SENSOR_INLINE uint64_t digitValues(const char *p) { return load64(p) ^ 0x3030303030303030u; }

/// The number that the first 1 to 8 of 8 digits write.
SENSOR_INLINE int64_t numberOf(uint64_t values, unsigned count) {
    // The digits as the last of eight, then pairs, fours, all.
    uint64_t digits = values << (64 - 8 * count);
    digits = digits * 10 + (digits >> 8);
    constexpr uint64_t mask = 0x000000FF000000FFu;
    digits = (digits & mask) * 0x000F424000000064u + (digits >> 16 & mask) * 0x0000271000000001u;
    return int64_t(digits >> 32);
}

/// Passes a whole number.
SENSOR_INLINE const char *passNumber(const char *p) {
    using Bytes = uint8_t __attribute__((ext_vector_type(32)));
    Bytes chunk;
    std::memcpy(&chunk, p, sizeof chunk);
    const uint32_t others = bits(chunk - uint8_t('0') > uint8_t(9));
    const uint32_t length = others == 0 ? 32 : uint32_t(__builtin_ctz(others));
    // Without a branch for the first digit, which nobody can foretell.
    const uint32_t hasLeadingZero = uint32_t(*p == '0') & uint32_t(length > 1);
    return length - 1 + (hasLeadingZero << 8) >= longestNumber ? nullptr : p + length;
}

/// Passes a whole number and gives its value.
SENSOR_INLINE const char *readNumber(const char *p, int64_t &value) {
    const uint64_t values = digitValues(p);
    const unsigned count = leadingDigits(values);
    const unsigned hasLeadingZero = unsigned((values & 0xFF) == 0) & unsigned(count > 1);
    if (__builtin_expect(count - 1 + (hasLeadingZero << 8) >= 7, 0)) {
        // None, or more than seven digits.
        const char *const end = passNumber(p);
        if (end == nullptr) return nullptr;
        for (value = 0; p < end; ++p) value = value * 10 + (*p - '0');
        return end;
    }
    value = numberOf(values, count);
    return p + count;
}

/// Reads a whole number of which is known where it ends: up to seven digits, no leading zero.
SENSOR_INLINE bool readNumber(const char *p, unsigned length, int64_t &value) {
    const uint64_t values = digitValues(p);
    const unsigned hasLeadingZero = unsigned((values & 0xFF) == 0) & unsigned(length > 1);
    if ((length - 1 + (hasLeadingZero << 8) >= 7) | (leadingDigits(values) != length)) return false;
    value = numberOf(values, length);
    return true;
}

/// Passes a value; `depth` bounds the recursion into arrays and objects.
inline const char *passValue(const char *p, int depth);

/// Passes `"name":value`.
SENSOR_INLINE const char *passMember(const char *p, int depth) {
    if (*p != '"') return nullptr;
    p = passText(p + 1);
    if (p == nullptr || p[1] != ':') return nullptr;
    return passValue(p + 2, depth);
}

inline const char *passNested(const char *p, int depth) {
    const bool isObject = *p == '{';
    const char close = isObject ? '}' : ']';
    if (depth == 0) return nullptr;
    if (p[1] == close) return p + 2;
    do {
        ++p;
        p = isObject ? passMember(p, depth - 1) : passValue(p, depth - 1);
        if (p == nullptr) return nullptr;
    } while (*p == ',');
    return *p == close ? p + 1 : nullptr;
}

inline const char *passValue(const char *p, int depth) {
    switch (*p) {
    case '"':
        p = passText(p + 1);
        return p == nullptr ? nullptr : p + 1;
    case 't': return matches(p, "true") ? p + 4 : nullptr;
    case 'f': return matches(p, "false") ? p + 5 : nullptr;
    case 'n': return matches(p, "null") ? p + 4 : nullptr;
    case '{':
    case '[': return passNested(p, depth);
    default: return passNumber(p);
    }
}

}  // namespace eve
