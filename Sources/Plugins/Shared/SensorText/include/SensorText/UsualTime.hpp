#pragma once

#include "SensorText/Text.hpp"
#include "SensorText/Time.hpp"

namespace sensor {

/// Reads times in the form that Suricata writes today (2025-03-04T05:06:07.123456+0100, 31 characters), remembering
/// the day and the zone, which change seldom, and leaving all other forms to `readTime`.
class TimeReader {
public:
    static constexpr size_t usualLength = 31;

    /// Reads a time in any form that `readTime` reads.
    SENSOR_INLINE bool read(const char *text, size_t length, int64_t &nanoseconds) {
        return length == usualLength ? readUsual(text, nanoseconds) : readTime(text, length, nanoseconds);
    }

    /// - text: `usualLength` bytes that can be read.
    bool readUsual(const char *text, int64_t &nanoseconds) {
        const uint64_t date = load64(text);
        uint32_t zone;
        std::memcpy(&zone, text + 27, sizeof zone);
        // "YYYY-MM-" and "DDT" together are the day; sign and four digits are the zone.
        if (date != lastDate || (load32(text + 7) ^ lastDay) != 0 || text[26] != lastSign || zone != lastZone)
            return remember(text, nanoseconds);
        // "HH:MM:SS" and ".ffffff" as digits in their places; whatever is no digit sets a high bit.
        const uint64_t clock = load64(text + 11), fraction = load64(text + 18);
        constexpr uint64_t clockForm = 0x30303A30303A3030u, fractionForm = 0x30303030'30302E00u;
        const uint64_t a = clock ^ clockForm, b = (fraction ^ fractionForm) & ~uint64_t(0xFF);
        // Added to a byte, these set its high bit from 10 on where a digit stands, from 1 on where a sign does.
        constexpr uint64_t clockLimit = 0x76767F76767F7676u;
        constexpr uint64_t fractionLimit = 0x7676767676767F7Fu, high = 0x8080808080808080u;
        if (((a | (a + clockLimit) | b | (b + fractionLimit)) & high) != 0)
            return readTime(text, usualLength, nanoseconds);
        const uint64_t hour = (a & 0xF) * 10 + (a >> 8 & 0xF), minute = (a >> 24 & 0xF) * 10 + (a >> 32 & 0xF);
        const uint64_t second = (a >> 48 & 0xF) * 10 + (a >> 56);
        if (hour > 23 || minute > 59 || second > 60) return false;
        // Six digits at bytes 2 to 7, the first one lowest: pairs, then pairs of pairs.
        const uint64_t pairs = (b * 10 + (b >> 8)) >> 16 & 0x00FF00FF00FFu;
        const uint64_t micros = (pairs & 0xFF) * 10'000 + (pairs >> 16 & 0xFF) * 100 + (pairs >> 32 & 0xFF);
        nanoseconds = lastMidnight + int64_t((hour * 3600 + minute * 60 + second) * 1'000'000'000 + micros * 1'000);
        return true;
    }

private:
    bool remember(const char *text, int64_t &nanoseconds) {
        if (!readTime(text, usualLength, nanoseconds) || text[19] != '.' || (text[26] != '+' && text[26] != '-')) {
            // Another form of the same length, or no time at all; there is nothing to remember.
            return readTime(text, usualLength, nanoseconds);
        }
        const char *const clock = text + 11;
        auto two = [](const char *p) { return int64_t(p[0] - '0') * 10 + (p[1] - '0'); };
        int64_t fraction = 0;
        for (int i = 20; i < 26; ++i) fraction = fraction * 10 + (text[i] - '0');
        lastMidnight = nanoseconds - fraction * 1'000
            - (two(clock) * 3600 + two(clock + 3) * 60 + two(clock + 6)) * 1'000'000'000;
        lastDate = load64(text);
        lastDay = load32(text + 7);
        lastSign = text[26];
        std::memcpy(&lastZone, text + 27, sizeof lastZone);
        return true;
    }

    uint64_t lastDate = 0;
    uint32_t lastDay = 0;
    uint32_t lastZone = 0;
    char lastSign = 0;
    /// Midnight of the day remembered, in its zone.
    int64_t lastMidnight = 0;
};

}  // namespace sensor
