#pragma once

#include <cstddef>
#include <cstdint>

#include "EVEScanner.h"
#include "Text.hpp"

namespace eve {

/// Reads an IPv4 or IPv6 address; see `EVEReadAddress`.
bool readAddress(const char *text, size_t length, EVEAddress &address);

inline EVEAddress fromV4(uint32_t bits) { return EVEAddress{0, 0xFFFF'0000'0000u | bits}; }

/// Reads one number of an IPv4 address without a branch: 1 to 3 digits up to `end`, no leading zero, at most 255.
/// Sets bits of `fault` where it is none.
///
/// - end: behind the last digit; the 4 bytes before it can be read.
EVE_INLINE uint32_t readOctet(const char *end, uint32_t digits, uint32_t &fault) {
    // The digits stand in the high bytes, the last one highest; the bytes of what is before them go.
    const uint32_t shift = 32 - 8 * (digits & 3);
    uint32_t text = load32(end - 4);
    text = (text ^ 0x30303030u) >> (shift & 31) << (shift & 31);
    const uint32_t value = (text >> 24) + (text >> 16 & 0xFF) * 10 + (text >> 8 & 0xFF) * 100;
    const uint32_t leading = text >> (shift & 31) & 0xFF;
    fault |= ((text | (text + 0x76767676u)) & 0x80808080u) | (value > 255) | uint32_t(digits - 1 > 2)
        | uint32_t(digits > 1 && leading == 0);
    return value;
}

/// Reads an IPv4 address that ends at a quote, as sensors write it.
///
/// - text: 16 bytes, and 4 before them, can be read; `mask` has a bit set for each of the 16 bytes that is a '.',
///   and `length` is where the quote stands.
/// - Returns: false where it is no such address; it may still be one of IPv6.
EVE_INLINE bool readV4(const char *text, uint32_t dots, uint32_t length, EVEAddress &address) {
    dots &= (uint32_t(1) << length) - 1;
    if (__builtin_popcount(dots) != 3) return false;
    const uint32_t first = uint32_t(__builtin_ctz(dots));
    dots &= dots - 1;
    const uint32_t second = uint32_t(__builtin_ctz(dots));
    dots &= dots - 1;
    const uint32_t third = uint32_t(__builtin_ctz(dots));
    uint32_t fault = 0;
    const uint32_t a = readOctet(text + first, first, fault);
    const uint32_t b = readOctet(text + second, second - first - 1, fault);
    const uint32_t c = readOctet(text + third, third - second - 1, fault);
    const uint32_t d = readOctet(text + length, length - third - 1, fault);
    if (fault != 0) return false;
    address = fromV4(a << 24 | b << 16 | c << 8 | d);
    return true;
}

/// Reads eight hexadecimal digits without a branch. Sets bits of `fault` where one is none.
EVE_INLINE uint64_t readHex(uint64_t digits, uint64_t &fault) {
    constexpr uint64_t ones = 0x0101010101010101u, high = 0x80 * ones;
    // Added to a byte below 128, these carry into its high bit from '0', behind '9', from 'a' and behind 'f' on.
    const uint64_t lower = (digits | 0x20 * ones) & ~high, plain = digits & ~high;
    const uint64_t isDigit = (plain + (0x80 - '0') * ones) & ~(plain + (0x7F - '9') * ones);
    const uint64_t isLetter = (lower + (0x80 - 'a') * ones) & ~(lower + (0x7F - 'f') * ones);
    fault |= (~(isDigit | isLetter) | digits) & high;
    uint64_t value = (digits & 0x0F * ones) + 9 * (digits >> 6 & ones);
    // Pairs, fours, all; the first digit is the highest.
    value = (value << 4 | value >> 8) & 0x00FF00FF00FF00FFu;
    value = (value | value >> 8) & 0x0000FFFF0000FFFFu;
    return __builtin_bswap32(uint32_t(value | value >> 16));
}

/// Reads an IPv6 address in full form, as Suricata writes it: eight groups of four digits.
///
/// - text: 39 bytes that can be read.
EVE_INLINE bool readFullV6(const char *text, EVEAddress &address) {
    uint64_t fault = 0, parts[4];
    for (int i = 0; i < 4; ++i) {
        const char *const pair = text + 10 * i;
        fault |= uint64_t(pair[4] ^ ':') | (i < 3 ? uint64_t(pair[9] ^ ':') : 0);
        parts[i] = readHex(load32(pair) | uint64_t(load32(pair + 5)) << 32, fault);
    }
    address = EVEAddress{parts[0] << 32 | parts[1], parts[2] << 32 | parts[3]};
    return fault == 0;
}

}  // namespace eve
