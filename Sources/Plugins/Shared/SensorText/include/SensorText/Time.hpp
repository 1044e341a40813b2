#pragma once

#include <cstddef>
#include <cstdint>

namespace sensor {

/// Days of the Gregorian calendar (H. Hinnant, "chrono-compatible low-level date algorithms", days_from_civil).
int64_t daysSince1970(int64_t year, int64_t month, int64_t day);

int64_t daysIn(int64_t month, int64_t year);

/// Reads a time as RFC 3339 writes it; see `SensorReadTime`.
bool readTime(const char *text, size_t length, int64_t &nanoseconds);

/// Reads a time in any form: seconds since 1970 with or without decimals; a whole number of milliseconds, microseconds
/// or nanoseconds, told apart by its size; RFC 3339.
bool readAnyTime(const char *text, size_t length, int64_t &nanoseconds);

/// Reads seconds; what lies beyond nanoseconds is cut off.
///
/// - Returns: false for any other text, negative numbers too, and above 292 years.
bool readSeconds(const char *text, size_t length, int64_t &nanoseconds);

}  // namespace sensor
