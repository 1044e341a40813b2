#pragma once

// The values of fields as Zeek writes them. Texts come with their length; 64 bytes from their begin can be read.

#include <string>
#include <string_view>

#include "SensorText/Address.hpp"
#include "SensorText/Identity.hpp"
#include "SensorText/Text.hpp"
#include "SensorText/Time.hpp"
#include "ZeekScanner.h"

namespace zeek {

using sensor::identity;
using sensor::readSeconds;

/// Eight digits, the first one lowest, as digits' values: the number they write.
SENSOR_INLINE uint64_t eightDigits(uint64_t digits) {
    // Pairs, then fours, all.
    digits = digits * 10 + (digits >> 8);
    constexpr uint64_t mask = 0x000000FF000000FFu;
    return ((digits & mask) * 0x000F424000000064u + (digits >> 16 & mask) * 0x0000271000000001u) >> 32 & 0xFFFFFFFFu;
}

/// Whether one of eight bytes is above 9.
SENSOR_INLINE bool hasOther(uint64_t digits) {
    // A carry only reaches bytes behind one that is above 9 already.
    return ((digits | (digits + 0x7676767676767676u)) & 0x8080808080808080u) != 0;
}

/// Reads a time, quickly where it is in the form that Zeek writes today (1713484795.943239).
SENSOR_INLINE bool readTime(const char *text, size_t length, int64_t &nanoseconds) {
    if (__builtin_expect(length != 17 || text[10] != '.', 0)) return sensor::readAnyTime(text, length, nanoseconds);
    const uint64_t first = sensor::load64(text) ^ 0x3030303030303030u;
    const uint64_t last = sensor::load64(text + 9) ^ 0x3030303030302E30u;
    if (hasOther(first) || hasOther(last)) return sensor::readAnyTime(text, length, nanoseconds);
    const uint64_t tenth = uint64_t(text[8] - '0');
    if (tenth > 9) return sensor::readAnyTime(text, length, nanoseconds);
    const uint64_t seconds = eightDigits(first) * 100 + tenth * 10 + (last & 0xFF);
    nanoseconds = int64_t(seconds * 1'000'000'000 + eightDigits(last & ~uint64_t(0xFFFF)) * 1'000);
    return true;
}

/// Reads a whole number from 0 on.
SENSOR_INLINE bool readCount(const char *text, size_t length, int64_t &value) {
    if (__builtin_expect(length - 1 < 8, 1)) {
        const uint64_t digits = (sensor::load64(text) ^ 0x3030303030303030u) << (64 - 8 * length);
        if (hasOther(digits)) return false;
        value = int64_t(eightDigits(digits));
        return true;
    }
    // Up to 18 digits are always below 2^63.
    if (length - 1 >= 18) return false;
    value = 0;
    for (size_t i = 0; i < length; ++i) {
        if (!sensor::isDigit(text[i])) return false;
        value = value * 10 + (text[i] - '0');
    }
    return true;
}

/// - isFirst: whether it may be that the 4 bytes before it cannot be read.
SENSOR_INLINE bool readAddress(const char *text, size_t length, bool isFirst, SensorAddress &address) {
    return isFirst ? sensor::readAddress(text, length, address) : sensor::readAddressInside(text, length, address);
}

/// The number of a protocol by Zeek's name; ICMP is that of the address's family.
SENSOR_INLINE uint8_t protocolNumber(const char *name, size_t length, const SensorAddress &source) {
    const uint32_t word = sensor::load32(name);
    if (length == 3) {
        if ((word & 0xFFFFFF) == 0x706374) return 6;
        if ((word & 0xFFFFFF) == 0x706475) return 17;
    }
    if (length == 4 && word == 0x706D6369) return source.high == 0 && source.low >> 32 == 0xFFFF ? 1 : 58;
    return SensorProtocolNumber(name, length);
}

/// Appends the name of a host in the form in which it is compared: lower case, no port, no dot at its end.
void appendHost(std::string_view text, std::string &out);

}  // namespace zeek
