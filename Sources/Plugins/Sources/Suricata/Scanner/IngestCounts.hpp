#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "Record.hpp"
#include "Walk.hpp"

namespace eve {

/// The event types that were skipped, each with a count and the span of time it was seen in.
class TypeTable {
public:
    TypeTable();

    /// - reading: of a skipped line. Its type's text, and 8 bytes from its begin, can be read.
    SENSOR_INLINE void count(const Reading &reading) {
        EVESkipped &skipped = entry(reading.type);
        ++skipped.count;
        if (!reading.hasTime) return;
        if (reading.time < skipped.first) skipped.first = reading.time;
        if (reading.time > skipped.last) skipped.last = reading.time;
    }

    std::vector<EVESkipped> types;

private:
    struct Slot {
        uint64_t name = 0;
        size_t size = 0;
        size_t place = 0;
    };

    SENSOR_INLINE EVESkipped &entry(std::string_view type) {
        // A name of up to 8 characters is a number.
        if (type.size() > 8) return types[find(type)];
        const uint64_t name = load64(type.data()) & ~uint64_t(0) >> (64 - 8 * type.size());
        Slot &slot = slots[name * 0x9E3779B97F4A7C15u >> (64 - slotBits)];
        if (__builtin_expect(slot.name != name || slot.size != type.size(), 0))
            slot = Slot{name, type.size(), find(type)};
        return types[slot.place];
    }

    /// The place of a type in `types`.
    size_t find(std::string_view type);

    /// More names than any sensor has; what comes beyond them is counted together.
    static constexpr size_t mostTypes = 1024;
    static constexpr int slotBits = 8;

    std::array<Slot, 1 << slotBits> slots{};
};

/// What became of all lines so far.
struct IngestCounts {
    uint64_t used = 0;
    int64_t firstUsed = INT64_MAX;
    int64_t lastUsed = INT64_MIN;
    uint64_t blank = 0;
    uint64_t fellBack = 0;
    uint64_t slow = 0;
    uint64_t skipped = 0;
    std::array<uint64_t, EVENamerCount> named{};
    uint64_t namedInAll = 0;
    TypeTable types;
    std::array<EVERejected, EVEReasonCount> rejected{};
    uint64_t rejectedInAll = 0;

    void reject(EVEReason reason, uint64_t position) {
        EVERejected &tally = rejected[reason];
        if (tally.count < EVE_POSITIONS_KEPT) tally.positions[tally.count] = position;
        ++tally.count;
        ++rejectedInAll;
    }

    SENSOR_INLINE void use(int64_t start) {
        ++used;
        if (start < firstUsed) firstUsed = start;
        if (start > lastUsed) lastUsed = start;
    }

    uint64_t lines() const { return used + namedInAll + skipped + blank + rejectedInAll; }
};

}  // namespace eve
