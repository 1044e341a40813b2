#include "Value.hpp"

#include <algorithm>
#include <cstdint>

#include "SensorText/Time.hpp"

namespace zeek {

namespace {

constexpr int64_t billion = 1'000'000'000;

/// Reads digits, and behind a point more digits.
struct Decimal {
    uint64_t whole = 0;
    /// The first nine decimals, as nanoseconds.
    int64_t fraction = 0;
    bool hasPoint = false;

    bool read(const char *p, const char *end) {
        const char *const first = p;
        for (; p < end && sensor::isDigit(*p); ++p) {
            if (p - first == 19) return false;
            whole = whole * 10 + uint64_t(*p - '0');
        }
        if (p == first) return false;
        if (p == end) return true;
        if (*p != '.') return false;
        hasPoint = true;
        const char *const decimals = ++p;
        int64_t scale = billion;
        for (; p < end && sensor::isDigit(*p); ++p) {
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

bool isHostCharacter(char c) { return c != ':' && c != '[' && c != ']'; }

}  // namespace

bool readTimeSlowly(const char *text, size_t length, int64_t &nanoseconds) {
    Decimal decimal;
    if (!decimal.read(text, text + length)) return sensor::readTime(text, length, nanoseconds);
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

void appendHost(std::string_view text, std::string &out) {
    // An address of IPv6 is no name with a port.
    const size_t colon = text.rfind(':');
    if (colon != std::string_view::npos && colon + 1 < text.size()) {
        const std::string_view port = text.substr(colon + 1), name = text.substr(0, colon);
        if (std::all_of(port.begin(), port.end(), sensor::isDigit)
            && std::all_of(name.begin(), name.end(), isHostCharacter))
            text = name;
    }
    if (!text.empty() && text.back() == '.') text.remove_suffix(1);
    for (const char c : text) out.push_back(c >= 'A' && c <= 'Z' ? char(c + 32) : c);
}

}  // namespace zeek
