#include "IngestCounts.hpp"

#include <algorithm>
#include <limits>

namespace zeek {

namespace {

/// More logs than any sensor has; what comes beyond them is counted under one name.
constexpr size_t mostLogs = 512;

bool isUsual(std::string_view log) {
    return log.size() <= ZEEK_LONGEST_LOG && std::all_of(log.begin(), log.end(), [](char c) {
               const char lower = char(c | 0x20);
               return (lower >= 'a' && lower <= 'z') || sensor::isDigit(c) || c == '_' || c == '-' || c == '.';
           });
}

}  // namespace

size_t IngestCounts::place(std::string_view log) {
    if (log.empty()) log = ZEEK_UNNAMED_LOG;
    if (lastPlace < skipped.size() && log == skipped[lastPlace].log) return lastPlace;
    if (log != ZEEK_UNNAMED_LOG && !isUsual(log)) log = ZEEK_UNUSUAL_LOG;
    for (const bool isSecond : {false, true}) {
        for (lastPlace = 0; lastPlace < skipped.size(); ++lastPlace)
            if (log == skipped[lastPlace].log) return lastPlace;
        if (skipped.size() < mostLogs || isSecond) break;
        log = ZEEK_UNUSUAL_LOG;
    }
    ZeekSkipped entry{};
    std::memcpy(entry.log, log.data(), log.size());
    entry.first = std::numeric_limits<int64_t>::max();
    entry.last = std::numeric_limits<int64_t>::min();
    skipped.push_back(entry);
    lastPlace = skipped.size() - 1;
    return lastPlace;
}

}  // namespace zeek
