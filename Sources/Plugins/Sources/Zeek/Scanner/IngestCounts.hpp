#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "Record.hpp"

namespace zeek {

/// What became of all lines so far.
class IngestCounts {
public:
    /// More tables than a scan asks for.
    static constexpr size_t mostTables = 8;

    struct Used {
        uint64_t count = 0;
        int64_t first = INT64_MAX;
        int64_t last = INT64_MIN;
    };

    std::array<Used, mostTables> used{};
    std::array<uint64_t, mostTables> usedAgain{};
    uint64_t headerLines = 0;
    uint64_t blank = 0;
    uint64_t headerless = 0;
    uint64_t negativeDurations = 0;
    std::vector<ZeekSkipped> skipped;
    std::array<ZeekRejected, ZeekReasonCount> rejected{};

    void reject(ZeekReason reason, uint64_t position) {
        ZeekRejected &tally = rejected[reason];
        if (tally.count < ZEEK_POSITIONS_KEPT) tally.positions[tally.count] = position;
        ++tally.count;
    }

    /// - reading: of a used line.
    SENSOR_INLINE void use(const Reading &reading) {
        const std::vector<Want> &wants = reading.order->wants;
        Used &tally = used[wants[0].table];
        ++tally.count;
        negativeDurations += reading.isNegative;
        if (reading.time < tally.first) tally.first = reading.time;
        if (reading.time > tally.last) tally.last = reading.time;
        for (size_t i = 1; i < wants.size(); ++i) ++usedAgain[wants[i].table];
    }

    /// - reading: of a skipped line.
    void skip(const Reading &reading) {
        ZeekSkipped &tally = skipped[place(reading.log)];
        ++tally.count;
        if (!reading.hasTime) return;
        if (reading.time < tally.first) tally.first = reading.time;
        if (reading.time > tally.last) tally.last = reading.time;
    }

    uint64_t lines() const {
        uint64_t lines = headerLines + blank;
        for (const Used &tally : used) lines += tally.count;
        for (const ZeekSkipped &tally : skipped) lines += tally.count;
        for (const ZeekRejected &tally : rejected) lines += tally.count;
        return lines;
    }

private:
    /// The place of a log in `skipped`.
    size_t place(std::string_view log);

    /// The place that was asked for last: lines of one log come together.
    size_t lastPlace = 0;
};

}  // namespace zeek
