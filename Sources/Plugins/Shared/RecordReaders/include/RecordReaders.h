#pragma once

/// Reads lines of JSON and rows of separated text into records of any kind, as a plan says where each column stands.

#include "RecordArenas.h"

#ifdef __cplusplus
extern "C" {
#endif

/// How many bytes past the end of the lines have to be readable. Their content does not matter.
#define RECORD_PADDING 64

/// The kind of records that are passed over.
#define RECORD_NOBODY UINT16_MAX

/// What a field of a record is.
typedef enum RecordPart {
    RecordStart,
    RecordSource,
    RecordDestination,
    RecordSourcePort,
    RecordPort,
    RecordProtocol,
    RecordID,
    RecordColumn,
} RecordPart;

typedef enum RecordForm {
    /// The first of several texts; a number is a text of its digits.
    RecordText,
    /// A whole number, also one in a text.
    RecordNumber,
    /// Seconds since 1970 or a smaller unit, told by its size; RFC 3339, where UTC needs no zone.
    RecordTime,
    /// All of several texts, a line each. Of paths only those in one object are taken together.
    RecordLines,
    /// The members of an object, a line each: `key: text, text`.
    RecordEntries,
} RecordForm;

/// Which lines are records of a kind, and where their columns stand. It never changes once a scanner uses it, so that
/// threads share it.
///
/// A path names the members of objects from the outermost one on, with dots between them: `tls.ja3.hash`. They may also be
/// written as one member, with dots or underscores: `{"tls":{"ja3.hash":…}}`. `[]` at its end has a cell of separated text
/// taken apart at the set separator. Where several paths are given, with line feeds between them, the first that a record
/// has counts.
typedef struct RecordPlan RecordPlan;

/// - isNamedByFile: whether a file's name may tell the kind of its records; else a line that does not is rejected.
RecordPlan *RecordPlanCreate(bool isNamedByFile);
void RecordPlanDestroy(RecordPlan *plan);
/// Begins a kind, the one that the functions below are about. A kind without a source belongs to nobody: all its records
/// are asked for.
///
/// - kind: RECORD_NOBODY where nobody asked for it.
/// - protocol: of all its records; SENSOR_UNKNOWN_PROTOCOL where they say it.
/// - mayWait: whether its records may be held back.
/// - mayBeNobodys: whether records without addresses are left out, and not rejected.
void RecordPlanAddKind(RecordPlan *plan, ContextKind kind, uint8_t protocol, bool mayWait, bool mayBeNobodys);
/// Its records have this value there.
void RecordPlanSelect(RecordPlan *plan, const char *path, const char *value);
/// Records with this value there are answers: they tell again what questions tell. Where `isAlone` no others are read.
void RecordPlanAddAnswer(RecordPlan *plan, const char *path, const char *value, bool isAlone);
/// A record that has no value to select it by is of this kind if it has all of some fields, and is of no kind before.
void RecordPlanTell(RecordPlan *plan, const char *paths);
void RecordPlanAddPart(RecordPlan *plan, RecordPart part, const char *paths);
/// - roles: bits of ContextRole.
void RecordPlanAddColumn(RecordPlan *plan, ContextColumn column, RecordForm form, uint16_t roles, const char *paths);
/// Says where a column stands that nobody wants: lines with it are read as fast as others.
void RecordPlanKnow(RecordPlan *plan, RecordForm form, const char *paths);

/// Reads lines by a plan. Lines that begin with `{` are JSON; others too unless header lines said what columns rows have.
typedef struct RecordScanner RecordScanner;

/// - plan, interest: outlive the scanner.
RecordScanner *RecordScannerCreate(const RecordPlan *plan, const ContextInterest *interest);
void RecordScannerDestroy(RecordScanner *scanner);
/// The memory that the scanner writes to; it belongs to the scanner.
RecordArena *RecordScannerArena(RecordScanner *scanner);
/// Begins another file: forgets the header, keeps the arena.
///
/// - name: what its records are where they do not say it; may be empty.
void RecordScannerBegin(RecordScanner *scanner, const char *name);
/// Has the scanner know these header lines.
void RecordScannerTakeHeader(RecordScanner *scanner, const char *lines, size_t length);

/// Reads lines until they end or the arena holds `most` records; RECORD_PADDING bytes behind them have to be readable.
///
/// - position: where they begin in their file.
/// - Returns: how many bytes were consumed.
size_t RecordScannerRead(RecordScanner *scanner, const char *lines, size_t length, uint64_t position, size_t most);

/// Picks the lines of the kinds asked for, for readers that cannot come back to them. The arena stays as it is.
///
/// All lines picked by one call stand under the same header: before another one picking stops.
///
/// - begin: where to begin among the lines; raised to where to go on.
/// - picked: room for `room` lines; picking stops when it is full.
/// - Returns: how many were picked.
size_t RecordScannerPick(
    RecordScanner *scanner, const char *lines, size_t length, size_t *begin, ContextLine *picked, size_t room);
/// The header lines in force, each with its line feed; valid until the next call.
const char *RecordScannerHeader(const RecordScanner *scanner, size_t *length);

#ifdef __cplusplus
}
#endif
