#include "SensorText.h"
#include "SensorText/Text.hpp"
#include "SensorText/Time.hpp"

namespace sensor {

int64_t daysSince1970(int64_t year, int64_t month, int64_t day) {
    const int64_t shifted = month <= 2 ? year - 1 : year;
    const int64_t era = (shifted >= 0 ? shifted : shifted - 399) / 400;
    const int64_t yearOfEra = shifted - era * 400;
    const int64_t dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    const int64_t dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
    return era * 146'097 + dayOfEra - 719'468;
}

int64_t daysIn(int64_t month, int64_t year) {
    if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

namespace {

/// The number that `count` digits write, or -1 if one of them is none.
int64_t number(const char *p, int count) {
    int64_t value = 0;
    for (int i = 0; i < count; ++i) {
        if (!isDigit(p[i])) return -1;
        value = value * 10 + (p[i] - '0');
    }
    return value;
}

/// Seconds east of Greenwich that the text of a zone says, all of it.
bool readZone(const char *p, const char *end, int64_t &seconds) {
    if (end - p == 1 && *p == 'Z') {
        seconds = 0;
        return true;
    }
    const bool hasColon = end - p == 6 && p[3] == ':';
    if (end - p != 5 && !hasColon) return false;
    if (*p != '+' && *p != '-') return false;
    const int64_t hours = number(p + 1, 2), minutes = number(p + (hasColon ? 4 : 3), 2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return false;
    seconds = (*p == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
    return true;
}

constexpr int64_t billion = 1'000'000'000;

/// Reads digits, and behind a point more digits.
struct Decimal {
    uint64_t whole = 0;
    /// The first nine decimals, as nanoseconds.
    int64_t fraction = 0;
    bool hasPoint = false;

    bool read(const char *p, const char *end) {
        const char *const first = p;
        for (; p < end && isDigit(*p); ++p) {
            if (p - first == 19) return false;
            whole = whole * 10 + uint64_t(*p - '0');
        }
        if (p == first) return false;
        if (p == end) return true;
        if (*p != '.') return false;
        hasPoint = true;
        const char *const decimals = ++p;
        int64_t scale = billion;
        for (; p < end && isDigit(*p); ++p) {
            scale /= 10;
            fraction += (*p - '0') * scale;
        }
        return p == end && p > decimals;
    }
};

/// Above these, whole numbers are no seconds (the year 5138), no milliseconds, no microseconds since 1970.
constexpr uint64_t mostSeconds = 100'000'000'000, mostMilliseconds = mostSeconds * 1'000,
                   mostMicroseconds = mostMilliseconds * 1'000;
/// The last whole second that 64 bits of nanoseconds hold.
constexpr uint64_t lastSecond = uint64_t(INT64_MAX) / billion - 1;

}  // namespace

bool readTime(const char *p, size_t length, int64_t &nanoseconds) {
    // The shortest is 2025-03-04T05:06:07Z.
    if (length < 20) return false;
    const char *const end = p + length;
    if (p[4] != '-' || p[7] != '-' || p[10] != 'T' || p[13] != ':' || p[16] != ':') return false;
    const int64_t year = number(p, 4), month = number(p + 5, 2), day = number(p + 8, 2);
    const int64_t hour = number(p + 11, 2), minute = number(p + 14, 2), second = number(p + 17, 2);
    // The first and last whole years that 64 bits of nanoseconds hold.
    if (year < 1678 || year > 2261 || month < 1 || month > 12 || day < 1 || day > daysIn(month, year)) return false;
    // A leap second is the first one of the next minute.
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return false;
    p += 19;
    int64_t fraction = 0;
    if (*p == '.') {
        int64_t scale = 1'000'000'000;
        const char *const first = ++p;
        for (; p < end && isDigit(*p); ++p) {
            if (p - first == 9) return false;
            scale /= 10;
            fraction += (*p - '0') * scale;
        }
        if (p == first) return false;
    }
    int64_t zone;
    if (!readZone(p, end, zone)) return false;
    const int64_t seconds = daysSince1970(year, month, day) * 86'400 + hour * 3600 + minute * 60 + second - zone;
    nanoseconds = seconds * 1'000'000'000 + fraction;
    return true;
}

bool readAnyTime(const char *text, size_t length, int64_t &nanoseconds) {
    Decimal decimal;
    if (!decimal.read(text, text + length)) return readTime(text, length, nanoseconds);
    if (!decimal.hasPoint && decimal.whole >= mostSeconds) {
        if (decimal.whole >= mostMicroseconds) {
            nanoseconds = int64_t(decimal.whole);
            return decimal.whole <= uint64_t(INT64_MAX);
        }
        const bool isMilliseconds = decimal.whole < mostMilliseconds;
        const uint64_t limit = uint64_t(INT64_MAX) / (isMilliseconds ? 1'000'000 : 1'000);
        if (decimal.whole > limit) return false;
        nanoseconds = int64_t(decimal.whole * (isMilliseconds ? 1'000'000 : 1'000));
        return true;
    }
    if (decimal.whole > lastSecond) return false;
    nanoseconds = int64_t(decimal.whole) * billion + decimal.fraction;
    return true;
}

bool readSeconds(const char *text, size_t length, int64_t &nanoseconds) {
    Decimal decimal;
    if (!decimal.read(text, text + length) || decimal.whole > lastSecond) return false;
    nanoseconds = int64_t(decimal.whole) * billion + decimal.fraction;
    return true;
}

}  // namespace sensor

extern "C" bool SensorReadTime(const char *text, size_t length, int64_t *nanoseconds) {
    return sensor::readTime(text, length, *nanoseconds);
}
