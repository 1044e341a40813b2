#pragma once

/// Reads lines of Zeek and Bro logs, separated by tabs or in JSON, and writes them as rows of columns.
///
/// A line is used (a record of a log that was asked for, with a readable time, addresses, port and numbers), skipped (a
/// line of the header, blank, or of a log that nobody asked for) or rejected, and each is counted:
/// `lines == used + skipped + rejected` at every moment between calls.
///
/// What a line means:
/// - A line that begins with '#' belongs to a header, wherever it stands: it may change the separator, the marks of
///   unset and empty values, the log's name and the columns for all lines behind it. `#separator` begins a new header.
/// - A line that begins with '{' is a record in JSON, its names dotted (`"id.orig_h"`) or nested (`"id":{"orig_h"`);
///   the first of two members of one name counts. Its log is what `_path` says, or else what its members tell.
/// - Every other line is a row of the header before it. Its log is what `#path` says, or else what the columns tell. A
///   row with no header before it counts as one of conn.log where it fits the columns that Zeek writes by default.
///
/// A scanner is used by one thread at a time; different scanners share nothing.

#include "SensorText.h"

#ifdef __cplusplus
extern "C" {
#endif

/// How many bytes past the end of a block have to be readable. Their content does not matter.
#define ZEEK_PADDING 64
/// How many positions of rejected lines are kept for each reason: the first ones that the scanner saw.
#define ZEEK_POSITIONS_KEPT 5
/// The longest name of a log that is kept; longer ones are counted under ZEEK_UNUSUAL_LOG.
#define ZEEK_LONGEST_LOG 32
/// Where logs are counted whose names are longer, or hold other characters than letters, digits, '_', '-' and '.'.
#define ZEEK_UNUSUAL_LOG "(unusual name)"
/// Where logs are counted that neither say nor show their name.
#define ZEEK_UNNAMED_LOG "(unnamed)"
/// The number that stands for "the sensor did not say".
#define ZEEK_UNKNOWN INT64_MIN
/// How many columns of numbers and of texts a table can have.
#define ZEEK_MOST_COLUMNS 8

/// Why a line was rejected.
typedef enum ZeekReason {
    /// Begins like JSON, and is none.
    ZeekNotJSON,
    /// A row with no `#fields` before it.
    ZeekNoHeader,
    /// A line of a log that was asked for whose header has no column for the time or an address; in JSON a record
    /// without them.
    ZeekNoConnection,
    /// A row with more or fewer columns than its header, empty ones behind the last not counted.
    ZeekOtherColumns,
    ZeekBadTime,
    ZeekBadSource,
    ZeekBadDestination,
    ZeekBadPort,
    /// A count that is not a whole number from 0 on.
    ZeekBadCount,
    /// A duration that is no number. One below 0 is unknown.
    ZeekBadDuration,
    /// A line of a header that makes no sense: a separator of several characters, more columns than can be.
    ZeekBadHeader,
    /// Longer than a line may be. Where the caller does not hold it, it says so through `ZeekScannerRejectLongLine`.
    ZeekLineTooLong,
    /// The input ends in the middle of it.
    ZeekTruncated,
    ZeekReasonCount
} ZeekReason;

/// A tally of rejected lines.
typedef struct ZeekRejected {
    uint64_t count;
    /// Where the first ones begin, in bytes; `min(count, ZEEK_POSITIONS_KEPT)` of them are set.
    uint64_t positions[ZEEK_POSITIONS_KEPT];
} ZeekRejected;

/// A tally of skipped lines of one log.
typedef struct ZeekSkipped {
    /// Ends in a zero byte.
    char log[ZEEK_LONGEST_LOG + 1];
    uint64_t count;
    /// The earliest and latest time seen, in nanoseconds since 1970; `first > last` where none could be read.
    int64_t first;
    int64_t last;
} ZeekSkipped;

/// How the value of a field is read.
typedef enum ZeekForm {
    /// A whole number from 0 on.
    ZeekCount,
    /// Seconds with decimals; becomes nanoseconds.
    ZeekSeconds,
    /// Zeek's id of a connection; becomes 64 bits that are the same wherever the id is the same.
    ZeekIdentity,
    ZeekText,
    /// The name of a host: becomes lower case, without a port or a dot at its end.
    ZeekHost,
    /// The target of a request: 1 where it is in a form that is sent to proxies alone, else 0.
    ZeekProxyTarget
} ZeekForm;

/// A field of a log that becomes a column of a table.
typedef struct ZeekField {
    /// Zeek's name of it, or several, a line each: the first that is there counts. Null for a column that this log has nothing
    /// for.
    const char *name;
    ZeekForm form;
    /// Its place in `numbers` or `texts` of the table, below ZEEK_MOST_COLUMNS.
    size_t column;
} ZeekField;

/// A text in the scanner's memory; see `ZeekScannerTexts`.
typedef struct ZeekTextRange {
    uint32_t offset;
    uint32_t length;
} ZeekTextRange;

/// A table that rows go to: one array a column, with room for `capacity` elements each. Columns that are not wanted may
/// be null.
typedef struct ZeekTable {
    size_t capacity;
    /// How many rows are filled; the scanner goes on from here.
    size_t count;
    /// Nanoseconds since 1970, UTC.
    int64_t *start;
    SensorAddress *source;
    SensorAddress *destination;
    /// What the log says, also where ICMP has no ports and Zeek writes a code; 0 where it says nothing.
    uint16_t *port;
    /// 6 in http.log and ssl.log, which do not say; 255 where it is not known.
    uint8_t *protocol;
    /// Where the line begins in its input, in bytes.
    int64_t *position;
    /// ZEEK_UNKNOWN where the log says nothing.
    int64_t *numbers[ZEEK_MOST_COLUMNS];
    /// Empty where the log says nothing.
    ZeekTextRange *texts[ZEEK_MOST_COLUMNS];
} ZeekTable;

typedef struct ZeekScanner ZeekScanner;

/// Makes a scanner that skips every log. Null where there is no memory for it.
///
/// - longestLine: how many bytes a line may have, the line feed not counted; longer ones are rejected.
ZeekScanner *ZeekScannerCreate(size_t longestLine);
void ZeekScannerDestroy(ZeekScanner *scanner);

/// Asks for the lines of a log as rows of a table. Those of x509.log are of no connection: their addresses and ports are
/// zero. Asked twice, a line goes to both tables, and is counted once.
///
/// - log: its name, such as "conn"; "*" for all logs that were not asked for by name. Of these the lines without a
///   connection are skipped, not rejected.
/// - table: the table's place in the array given to `ZeekScannerRead`.
/// - fields: what to read beside time, addresses, port and protocol. The names are copied. A text field that the log
///   does not have stays empty, a number unknown. No two fields have one column.
void ZeekScannerWant(ZeekScanner *scanner, const char *log, size_t table, const ZeekField *fields, size_t count);

/// Reads lines from `block` until it ends or one of the tables is full.
///
/// The block begins at the begin of a line; each line in it ends in a line feed, but for the last line of the input,
/// which may end with the block. A byte-order mark at position 0 is passed over. Texts of earlier calls are forgotten.
///
/// - block: `length` bytes, and ZEEK_PADDING more that can be read.
/// - position: where the block begins in its input, in bytes.
/// - tables: `tableCount` tables; those that no log was asked for are not touched.
/// - Returns: how many bytes were consumed. Fewer than `length` if a table is full; call again with the rest.
size_t ZeekScannerRead(
    ZeekScanner *scanner, const char *block, size_t length, uint64_t position, ZeekTable *tables, size_t tableCount);

/// The memory that text ranges of the last call of `ZeekScannerRead` point into, until the next call.
const char *ZeekScannerTexts(const ZeekScanner *scanner);

/// Counts a line that the caller found too long to hold.
void ZeekScannerRejectLongLine(ZeekScanner *scanner, uint64_t position);

uint64_t ZeekScannerLines(const ZeekScanner *scanner);
/// How many lines went to a table, as the first one they went to.
uint64_t ZeekScannerUsed(const ZeekScanner *scanner, size_t table);
/// The earliest and latest time of these lines, in nanoseconds since 1970; `first > last` where there are none.
void ZeekScannerUsedSpan(const ZeekScanner *scanner, size_t table, int64_t *first, int64_t *last);
/// How many lines went to a table that had gone to another one before.
uint64_t ZeekScannerUsedAgain(const ZeekScanner *scanner, size_t table);
/// Lines that begin with '#'; they are skipped.
uint64_t ZeekScannerHeaderLines(const ZeekScanner *scanner);
/// Lines of nothing but white space; they are skipped.
uint64_t ZeekScannerBlank(const ZeekScanner *scanner);
/// How many of the used rows stood before any header.
uint64_t ZeekScannerHeaderless(const ZeekScanner *scanner);
/// How many of the used lines have a duration below 0, as a sensor's clock that was set back leaves them. It is unknown.
uint64_t ZeekScannerNegativeDurations(const ZeekScanner *scanner);
ZeekRejected ZeekScannerRejected(const ZeekScanner *scanner, ZeekReason reason);
/// How many logs were skipped; their order means nothing.
size_t ZeekScannerSkippedLogs(const ZeekScanner *scanner);
ZeekSkipped ZeekScannerSkipped(const ZeekScanner *scanner, size_t index);

/// Where the next line of a header begins, much quicker than reading what stands before it.
///
/// - block: as for `ZeekScannerRead`.
/// - from: the begin of a line.
/// - Returns: the place in the block of the first line at or behind `from` that begins with '#'; `length` where there
///   is none.
size_t ZeekNextHeaderLine(const char *block, size_t length, size_t from);

/// Has the scanner go on as if it had read these lines of a header, without counting them: what stands before a block
/// has to be known in order to read it.
void ZeekScannerTakeHeader(ZeekScanner *scanner, const char *lines, size_t length);

#ifdef __cplusplus
}
#endif
