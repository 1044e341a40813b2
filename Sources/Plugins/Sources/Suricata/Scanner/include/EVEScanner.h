#pragma once

/// Reads Suricata EVE lines out of memory and writes their flow records into columns.
///
/// A line is used (a flow record with a readable time, addresses, port and counts), skipped (another event type, or
/// blank) or rejected, and each is counted: `lines == used + named + skipped + rejected` at every moment between calls.
///
/// What a line means:
/// - Its event type is the first member of that name in the line's own object; names and strings may be escaped, and a
///   member of an inner object does not count. Likewise of every other member that stands twice the first one counts.
/// - A line of another type is skipped as soon as its type is known. What stands before the type has to be JSON.
/// - A line of type "flow" has to be one whole JSON object (RFC 8259) in UTF-8.
/// - White space may stand wherever JSON allows it, carriage returns at line ends included.
///
/// A scanner is used by one thread at a time; different scanners share nothing.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "SensorText.h"

#ifdef __cplusplus
extern "C" {
#endif

/// How many bytes past the end of a block have to be readable. Their content does not matter.
#define EVE_PADDING 64
/// How many positions of rejected lines are kept for each reason: the first ones that the scanner saw.
#define EVE_POSITIONS_KEPT 5
/// The longest name of an event type that is kept; longer ones are counted under EVE_UNUSUAL_TYPE.
#define EVE_LONGEST_TYPE 32
/// Where event types are counted whose names are longer, or hold other characters than letters, digits, '_', '-', '.'.
#define EVE_UNUSUAL_TYPE "(unusual name)"
/// The number that stands for "the sensor did not say".
#define EVE_UNKNOWN INT64_MIN

/// Why a line was rejected.
typedef enum EVEReason {
    /// Not a JSON object, or not JSON up to where its event type stands.
    EVENotJSON,
    /// JSON without an event type, or with one that is not a string.
    EVENoEventType,
    /// A flow without a readable time.
    EVENoTime,
    EVEBadSource,
    EVEBadDestination,
    EVEBadPort,
    /// A byte count that is not a whole number from 0 on.
    EVEBadByteCount,
    /// A packet count that is not a whole number from 0 on.
    EVEBadPacketCount,
    /// Longer than a line may be, its line feed not counted.
    EVELineTooLong,
    /// Not JSON, and the input ends in it.
    EVETruncated,
    EVEReasonCount
} EVEReason;

/// A tally of rejected lines.
typedef struct EVERejected {
    uint64_t count;
    /// Where the first ones begin, in bytes; `min(count, EVE_POSITIONS_KEPT)` of them are set.
    uint64_t positions[EVE_POSITIONS_KEPT];
} EVERejected;

/// What is read of a flow.
typedef struct EVEOptions {
    /// Takes the `timestamp` (when the flow was logged) in place of `flow.start`.
    bool usesLoggedTime;
    bool wantsBytes;
    bool wantsPackets;
    bool wantsDuration;
    bool wantsFlowID;
    bool wantsSourcePort;
    /// Also reads handshakes (`tls`, `quic`) and requests (`http`), and the hosts that they name (SNI, Host).
    bool wantsNames;
    /// Leaves lines to a reader of records: lookups (`dns`), and of handshakes that are read those that name no host.
    bool leavesLines;
    /// Also notes where the lines of lookups (`dns`) stand.
    bool wantsLookups;
    /// Longer lines are rejected, whatever is in them; 0 for no limit.
    size_t longestLine;
} EVEOptions;

/// Where the flows go: one array a column, with room for `capacity` elements each. From `bytesToServer` on they may be
/// null, and what the options do not want is not touched.
typedef struct EVEColumns {
    size_t capacity;
    /// How many rows are filled; the scanner goes on from here.
    size_t count;
    /// Nanoseconds since 1970, UTC.
    int64_t *start;
    SensorAddress *source;
    SensorAddress *destination;
    /// 0 where the record has none.
    uint16_t *port;
    /// The IANA protocol number; 255 where it is missing or has an unknown name.
    uint8_t *protocol;
    /// EVE_UNKNOWN where the record has none; likewise the counts below and the duration.
    int64_t *bytesToServer;
    int64_t *bytesToClient;
    int64_t *packetsToServer;
    int64_t *packetsToClient;
    /// Nanoseconds from `flow.start` to `flow.end`, or `flow.age` where these are not there.
    int64_t *duration;
    /// Suricata's `flow_id`, its 64 bits; EVE_UNKNOWN where it is missing or no number.
    int64_t *flowID;
    /// EVE_UNKNOWN where the record has none.
    int64_t *sourcePort;
    /// Where the line begins in its input, in bytes.
    int64_t *position;
    /// How many names may still be taken, or lines be left; where any are wanted, reading stops at 0 as it does at the
    /// capacity.
    size_t namesLeft;
    /// How many lookups may still be noted; likewise.
    size_t lookupsLeft;
} EVEColumns;

/// Which record tells of a flow.
typedef enum EVENamer { EVENamerTLS, EVENamerQUIC, EVENamerHTTP, EVENamerDNS, EVENamerCount } EVENamer;

/// A line among those that were read last.
typedef struct EVELine {
    /// In bytes, from where they begin; the line feed is not counted.
    size_t begin, length;
} EVELine;

/// A handshake or a request on a flow.
typedef struct EVEName {
    EVENamer namer;
    /// Nanoseconds since 1970 of the record's `timestamp`.
    int64_t start;
    SensorAddress source;
    SensorAddress destination;
    uint16_t port;
    uint8_t protocol;
    int64_t flowID;
    /// Where the line begins in its input, in bytes.
    int64_t position;
    /// Whether the request is in a form that is sent to proxies alone (RFC 9112, 3.2.2 and 3.2.3).
    bool isProxied;
    /// `length` bytes of UTF-8, none where the record names no host; valid until the names are forgotten.
    const char *host;
    size_t length;
} EVEName;

/// A skipped line of a lookup, or of the sensor's own counters, without its line feed; it lies in the block that was read last.
typedef struct EVELookup {
    const char *line;
    size_t length;
    /// Where the line begins in its input, in bytes.
    uint64_t position;
} EVELookup;

/// A tally of skipped lines: one event type, "flow" never among them.
typedef struct EVESkipped {
    /// Ends in a zero byte.
    char type[EVE_LONGEST_TYPE + 1];
    uint64_t count;
    /// The earliest and latest `timestamp` seen, in nanoseconds since 1970; `first > last` where none could be read.
    int64_t first;
    int64_t last;
} EVESkipped;

typedef struct EVEScanner EVEScanner;

/// Makes a scanner. Null where there is no memory for it.
EVEScanner *EVEScannerCreate(EVEOptions options);
void EVEScannerDestroy(EVEScanner *scanner);

/// Reads lines from `block` until it ends or the columns are full.
///
/// The block begins at the begin of a line; each line in it ends in a line feed, but for the last line of the input,
/// which may end with the block. A byte-order mark at position 0 is passed over.
///
/// - block: `length` bytes and EVE_PADDING more that can be read.
/// - position: where the block begins in its input, in bytes.
/// - Returns: how many bytes were consumed. Fewer than `length` if the columns are full; call again with the rest.
size_t EVEScannerRead(EVEScanner *scanner, const char *block, size_t length, uint64_t position, EVEColumns *columns);

/// How lines are read. All ways give the same answers; tests hold them against each other.
typedef enum EVEWay {
    /// Each line with simdjson, nothing guessed: the measure of what is right.
    EVEWaySlow,
    /// By guesses, with what every processor has.
    EVEWayPortable,
    /// By guesses, with AVX2.
    EVEWayAVX2,
    /// By guesses, with AVX-512.
    EVEWayAVX512
} EVEWay;

/// The fastest way on this processor, which `EVEScannerRead` goes.
EVEWay EVEScannerBestWay(void);

/// Like `EVEScannerRead`, in a given way, or in the best one if the processor does not have that.
size_t EVEScannerReadInWay(
    EVEScanner *scanner, EVEWay way, const char *block, size_t length, uint64_t position, EVEColumns *columns);

/// Counts a line that the caller found too long to hold.
void EVEScannerRejectLongLine(EVEScanner *scanner, uint64_t position);

uint64_t EVEScannerLines(const EVEScanner *scanner);
uint64_t EVEScannerUsed(const EVEScanner *scanner);
/// The earliest and latest time of the used records; `first > last` where there was none.
void EVEScannerUsedSpan(const EVEScanner *scanner, int64_t *first, int64_t *last);
/// Lines of nothing but white space; they are skipped.
uint64_t EVEScannerBlank(const EVEScanner *scanner);
/// How many of the used records took their time from `timestamp` because they have no `flow.start`.
uint64_t EVEScannerFellBack(const EVEScanner *scanner);
EVERejected EVEScannerRejected(const EVEScanner *scanner, EVEReason reason);
/// How many event types were skipped; their order means nothing.
size_t EVEScannerSkippedTypes(const EVEScanner *scanner);
EVESkipped EVEScannerSkipped(const EVEScanner *scanner, size_t index);
/// The names that were read since they were last forgotten.
size_t EVEScannerNames(const EVEScanner *scanner);
EVEName EVEScannerName(const EVEScanner *scanner, size_t index);
void EVEScannerForgetNames(EVEScanner *scanner);
/// The lines that the last call left.
const EVELine *EVEScannerLeft(const EVEScanner *scanner, size_t *count);
/// The lookups of the last call of `EVEScannerRead`.
size_t EVEScannerLookups(const EVEScanner *scanner);
EVELookup EVEScannerLookup(const EVEScanner *scanner, size_t index);
/// The lines of the sensor's own counters (`stats`) of that call.
size_t EVEScannerCounters(const EVEScanner *scanner);
EVELookup EVEScannerCounter(const EVEScanner *scanner, size_t index);
/// Where the bytes of a text begin that end in a zero byte; -1 where they are not in the line.
ptrdiff_t EVEFind(const char *line, size_t length, const char *text);
/// How many records gave a name or were left in all; they are neither used flows nor skipped.
uint64_t EVEScannerNamed(const EVEScanner *scanner, EVENamer namer);
/// How many lines the fast way could not answer for.
uint64_t EVEScannerReadAsJSON(const EVEScanner *scanner);

#ifdef __cplusplus
}
#endif
