#pragma once

/// Reads lines of Zeek logs, in columns or in JSON, for what Zeek said besides connections: dns, ssl, x509, http, files,
/// notice, weird, ssh and signatures. Logs of other names are passed over.

#include "ContextWords.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ZeekContextScanner ZeekContextScanner;

/// - interest: outlives the scanner.
/// - log: the log's name where neither the header nor the records say one; may be empty.
ZeekContextScanner *ZeekContextScannerCreate(const ContextInterest *interest, const char *log);
void ZeekContextScannerDestroy(ZeekContextScanner *scanner);
/// The memory that the scanner writes to; it belongs to the scanner.
ContextBook *ZeekContextScannerBook(ZeekContextScanner *scanner);
/// Begins another file: forgets the header, keeps the book.
void ZeekContextScannerBegin(ZeekContextScanner *scanner, const char *log);
/// Has the scanner know these header lines.
void ZeekContextScannerTakeHeader(ZeekContextScanner *scanner, const char *lines, size_t length);

/// Reads lines until they end or the book holds `most` records; ZEEK_PADDING bytes behind them have to be readable.
///
/// - Returns: how many bytes were consumed.
size_t ZeekContextScannerRead(
    ZeekContextScanner *scanner, const char *lines, size_t length, uint64_t position, size_t most);

/// Picks the lines of the kinds asked for, for readers that cannot come back to them. The book stays as it is.
///
/// All lines picked by one call stand under the same header: before another one picking stops.
///
/// - begin: where to begin among the lines; raised to where to go on.
/// - picked: room for `room` lines; picking stops when it is full.
/// - Returns: how many were picked.
size_t ZeekContextScannerPick(
    ZeekContextScanner *scanner, const char *lines, size_t length, size_t *begin, ContextLine *picked, size_t room);
/// The header lines in force, each with its line feed; valid until the next call.
const char *ZeekContextScannerHeader(const ZeekContextScanner *scanner, size_t *length);

#ifdef __cplusplus
}
#endif
