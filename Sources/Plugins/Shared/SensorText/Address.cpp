#include "SensorText/Address.hpp"

namespace sensor {

namespace {

/// An IPv4 address in dotted form, all of the text.
bool readDotted(const char *p, const char *end, uint32_t &bits) {
    bits = 0;
    for (int part = 0; part < 4; ++part) {
        if (part > 0 && (p == end || *p++ != '.')) return false;
        const char *const first = p;
        uint32_t value = 0;
        for (; p < end && isDigit(*p) && p - first < 3; ++p) value = value * 10 + uint32_t(*p - '0');
        // Leading zeros may mean octal (RFC 6943, section 3.1.1).
        if (p == first || value > 255 || (p - first > 1 && *first == '0')) return false;
        bits = bits << 8 | value;
    }
    return p == end;
}

int hexDigit(char c) {
    if (isDigit(c)) return c - '0';
    const char lower = char(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// Eight groups of which one run may be left out (RFC 4291, section 2.2).
bool readGroups(const char *p, const char *const end, SensorAddress &address) {
    uint16_t groups[8];
    int count = 0, gap = -1;
    if (end - p >= 2 && p[0] == ':' && p[1] == ':') {
        gap = 0;
        p += 2;
    }
    while (p < end) {
        if (count == 8) return false;
        const char *const first = p;
        uint32_t value = 0;
        for (int digit; p < end && p - first < 4 && (digit = hexDigit(*p)) >= 0; ++p) value = value << 4 | uint32_t(digit);
        if (p < end && *p == '.') {
            // The last 32 bits may be written as IPv4.
            uint32_t bits;
            if (count > 6 || !readDotted(first, end, bits)) return false;
            groups[count++] = uint16_t(bits >> 16);
            groups[count++] = uint16_t(bits);
            p = end;
            break;
        }
        if (p == first) return false;
        groups[count++] = uint16_t(value);
        if (p == end) break;
        if (*p++ != ':' || p == end) return false;
        if (*p == ':') {
            if (gap >= 0) return false;
            gap = count;
            ++p;
        }
    }
    // A run that is left out stands for one group at least.
    if (gap < 0 ? count != 8 : count > 7) return false;
    uint16_t all[8] = {};
    const int before = gap < 0 ? count : gap;
    for (int i = 0; i < before; ++i) all[i] = groups[i];
    for (int i = before; i < count; ++i) all[8 - count + i] = groups[i];
    address = SensorAddress{};
    for (int i = 0; i < 4; ++i) {
        address.high = address.high << 16 | all[i];
        address.low = address.low << 16 | all[4 + i];
    }
    return true;
}

}  // namespace

bool readAddress(const char *text, size_t length, SensorAddress &address) {
    // The longest is an IPv6 address with its last 32 bits as IPv4: 45 characters.
    if (length == 0 || length > 45) return false;
    if (std::memchr(text, ':', length) != nullptr) return readGroups(text, text + length, address);
    uint32_t bits;
    if (!readDotted(text, text + length, bits)) return false;
    address = fromV4(bits);
    return true;
}

}  // namespace sensor

extern "C" bool SensorReadAddress(const char *text, size_t length, SensorAddress *address) {
    return sensor::readAddress(text, length, *address);
}
