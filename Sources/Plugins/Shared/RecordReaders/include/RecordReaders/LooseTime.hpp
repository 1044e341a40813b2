#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace records {

/// Reads times in the forms that tools write: seconds, milli-, micro- and nanoseconds since 1970; ISO 8601 and its
/// relatives; dates of people, with names of months, with or without a year; any of them without a zone.
class LooseTimes {
public:
    /// From a moment on (seconds since 1970, UTC), so many seconds east of Greenwich.
    struct Offset {
        int64_t since;
        int32_t east;
    };

    /// The zone of times that say none, in the order of its changes; none for UTC.
    std::vector<Offset> zone;
    /// Whether 3/4/2025 is the third of April.
    bool isDayFirst = false;
    /// Times without a year are the last ones before this moment (and a day): nanoseconds since 1970.
    int64_t reference = INT64_MAX;

    /// - Returns: false where the text is no time.
    bool read(std::string_view text, int64_t &nanoseconds) const;

private:
    int64_t toUTC(int64_t local) const;
};

/// The time at the beginning of a line, as syslog and its writers put it there; empty where there is none.
std::string_view timeAtBegin(std::string_view line);

/// Whether a word is the short name of a zone that means one alone in logs: UTC, CET.
bool isZoneName(std::string_view word);

}  // namespace records
