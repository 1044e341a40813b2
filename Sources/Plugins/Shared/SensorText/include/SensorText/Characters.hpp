#pragma once

// Characters by their numbers, as escapes give them.

#include <string>
#include <string_view>

#include "Text.hpp"

namespace sensor {

/// The value of a hexadecimal digit; -1 where it is none.
inline int hexDigit(char c) {
    if (isDigit(c)) return c - '0';
    const char lower = char(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// Four hexadecimal digits; -1 where they are none.
inline int32_t hexadecimal(std::string_view digits) {
    int32_t value = 0;
    for (const char c : digits) {
        const int digit = hexDigit(c);
        if (digit < 0) return -1;
        value = value * 16 + digit;
    }
    return digits.size() == 4 ? value : -1;
}

inline void appendUTF8(uint32_t character, std::string &out) {
    const auto rest = [&](int shift) { out.push_back(char(0x80 | (character >> shift & 0x3F))); };
    if (character < 0x80) return out.push_back(char(character));
    if (character < 0x800) {
        out.push_back(char(0xC0 | character >> 6));
    } else {
        if (character < 0x10000) {
            out.push_back(char(0xE0 | character >> 12));
        } else {
            out.push_back(char(0xF0 | character >> 18));
            rest(12);
        }
        rest(6);
    }
    rest(0);
}

}  // namespace sensor
