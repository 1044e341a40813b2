#pragma once

/// Reads lines of Suricata's EVE for what it said besides flows: dns (versions 1, 2 and 3), tls, http, fileinfo, alert,
/// anomaly and ssh.
///
/// Lines of other event types are passed over by their type, unread.

#include "ContextWords.h"

#ifdef __cplusplus
extern "C" {
#endif

/// How many bytes past the end of the lines have to be readable. Their content does not matter.
#define EVE_CONTEXT_PADDING 64

typedef struct EVEContextScanner EVEContextScanner;

/// - interest: outlives the scanner.
EVEContextScanner *EVEContextScannerCreate(const ContextInterest *interest);
void EVEContextScannerDestroy(EVEContextScanner *scanner);
/// The memory that the scanner writes to; it belongs to the scanner.
ContextBook *EVEContextScannerBook(EVEContextScanner *scanner);

/// Reads lines until they end or the book holds `most` records.
///
/// - position: where they begin in their file.
/// - Returns: how many bytes were consumed.
size_t EVEContextScannerRead(
    EVEContextScanner *scanner, const char *lines, size_t length, uint64_t position, size_t most);

/// Picks the lines of the kinds asked for, for readers that cannot come back to them. The book stays as it is.
///
/// - begin: where to begin among the lines; raised to where to go on.
/// - picked: room for `room` lines; picking stops when it is full.
/// - Returns: how many were picked.
size_t EVEContextScannerPick(
    EVEContextScanner *scanner, const char *lines, size_t length, size_t *begin, ContextLine *picked, size_t room);

#ifdef __cplusplus
}
#endif
