#pragma once

/// What sensors' logs have in common: how they write addresses, protocols and times. For scanners written in C++, which
/// find faster forms of these in `SensorText/*.hpp`, and for tests.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A 128-bit address as a number; IPv4 as ::ffff:a.b.c.d.
typedef struct SensorAddress {
    uint64_t high;
    uint64_t low;
} SensorAddress;

/// The number that stands for a protocol nobody knows.
#define SENSOR_UNKNOWN_PROTOCOL 255

/// Reads an IPv4 address, or an IPv6 address in full or short form; no zone, no leading zeros in IPv4.
bool SensorReadAddress(const char *text, size_t length, SensorAddress *address);

/// Reads a time as RFC 3339 writes it (2025-03-04T05:06:07.123456+0100): 0 to 9 decimals; a zone as +hhmm, +hh:mm or Z.
///
/// - nanoseconds: since 1970, UTC.
/// - Returns: whether `text` is one, in the years 1678 to 2261.
bool SensorReadTime(const char *text, size_t length, int64_t *nanoseconds);

/// The IANA number of a protocol by the name that sensors write, in upper or lower case, or by its number in digits;
/// SENSOR_UNKNOWN_PROTOCOL for any other text.
uint8_t SensorProtocolNumber(const char *name, size_t length);

/// Whether the target of an HTTP request is in a form that is sent to proxies alone: absolute, as in
/// `GET http://example.org/a`, or a host with a port, as in `CONNECT example.org:443` (RFC 9112, 3.2.2 and 3.2.3).
bool SensorIsProxyTarget(const char *target, size_t length);

#ifdef __cplusplus
}
#endif
