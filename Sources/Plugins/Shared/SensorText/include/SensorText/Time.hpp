#pragma once

#include <cstddef>
#include <cstdint>

namespace sensor {

/// Days of the Gregorian calendar (H. Hinnant, "chrono-compatible low-level date algorithms", days_from_civil).
int64_t daysSince1970(int64_t year, int64_t month, int64_t day);

/// Reads a time as RFC 3339 writes it; see `SensorReadTime`.
bool readTime(const char *text, size_t length, int64_t &nanoseconds);

}  // namespace sensor
