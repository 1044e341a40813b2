#pragma once

#include <cstddef>
#include <cstdint>

#include "SensorText.h"
#include "SensorText/Text.hpp"

namespace sensor {

/// Reads an IPv4 or IPv6 address; see `SensorReadAddress`.
bool readAddress(const char *text, size_t length, SensorAddress &address);

inline SensorAddress fromV4(uint32_t bits) { return SensorAddress{0, 0xFFFF'0000'0000u | bits}; }

/// Reads one number of an IPv4 address without a branch: 1 to 3 digits up to `end`, no leading zero, at most 255.
/// Sets bits of `fault` where it is none.
///
/// - end: behind the last digit; the 4 bytes before it can be read.
SENSOR_INLINE uint32_t readOctet(const char *end, uint32_t digits, uint32_t &fault) {
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
SENSOR_INLINE bool readV4(const char *text, uint32_t dots, uint32_t length, SensorAddress &address) {
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

/// Reads an address, quickly where it is one of IPv4.
///
/// - text: 16 bytes, and 4 before them, can be read.
SENSOR_INLINE bool readAddressInside(const char *text, size_t length, SensorAddress &address) {
    if (length < 16 && readV4(text, equal16(text, '.'), uint32_t(length), address)) return true;
    return readAddress(text, length, address);
}

}  // namespace sensor
