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
    /// When a flow ended: its start is so much earlier as it lasted.
    RecordEnd,
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
    /// How long a flow lasted, in nanoseconds: of tables alone.
    RecordDuration,
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
/// Answers are taken beside questions where all are asked for, as those of the side that asked, with 1 in this column.
void RecordPlanMarkAnswers(RecordPlan *plan, ContextColumn column);
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

// MARK: Tables

/// How the records of a tool's export or log are written.
typedef enum RecordTableForm {
    /// Objects of JSON: a line each, in an array, or spread over lines.
    RecordTableJSON,
    /// Rows of cells between separators; cells may stand in quotes, and go on over lines there.
    RecordTableRows,
    /// Pairs of key=value between blanks or tabs, or of key: value.
    RecordTableKeys,
    /// Lines of text that follow patterns.
    RecordTablePatterns,
    /// Events of Windows in XML.
    RecordTableXML,
} RecordTableForm;

/// Makes a plan one of a table. What its paths name are members of objects, columns, keys, or places of patterns; `@time` is
/// the time that stands at the beginning of a line. A path `date + time` is of texts that belong together.
///
/// - separator: of rows; a space stands for any number of them.
/// - behind: the text of a line behind which rows and keys begin; may be empty.
/// - inside: members in which documents may stand, with line feeds between them: `_source`; `records[]` is an array that
///   holds all of them.
void RecordPlanBeTable(
    RecordPlan *plan, RecordTableForm form, char separator, const char *behind, const char *inside);
/// Says what columns rows have that stand under no header.
///
/// - column: of the columns said before, by whose value it is told which these are; null for those of all rows.
void RecordPlanAddRow(RecordPlan *plan, const char *columns, const char *column, const char *values);
/// Adds a pattern: text with places such as `{source}`, `{_}` for what does not matter, and `{event=built}` for what the
/// pattern itself says. It may stand anywhere in a line, unless it begins with a place. A place with a name is a word, unless
/// it goes on to a quote, a bracket or the end; `{source:ip}` is an address, `{port:number}` a number. `{*}` is as much as lets the
/// rest follow.
void RecordPlanAddPattern(RecordPlan *plan, const char *pattern);
/// Says where a document has rows of its own, and their columns.
void RecordPlanSetTuples(RecordPlan *plan, const char *path, const char *columns);
/// Says by which values two records are one, and how the first of them is told. What only that one says is kept until the
/// second one comes. What it said of the same is `first NAME`.
void RecordPlanSetJoin(RecordPlan *plan, const char *by, const char *path, const char *values);
/// Says what stands between key and value in place of `=`: with `:` a blank or a quote has to follow it.
void RecordPlanSetAssign(RecordPlan *plan, char assign);
/// Says that 1,5 is one and a half, and 1.234 more than a thousand.
void RecordPlanSetDecimalComma(RecordPlan *plan);
/// Says that a record has values in lists of objects, each beside its name: `{"@Name":"Image","#text":"a.exe"}`.
///
/// - in: columns that hold such a list as a text of JSON; else it stands in the document.
/// - name, value: the members.
void RecordPlanSetPairs(RecordPlan *plan, const char *in, const char *name, const char *value);
/// Says which line ends the rows.
void RecordPlanSetUntil(RecordPlan *plan, const char *line);
/// Has one record made of those that tell of the directions and the pieces of a conversation.
///
/// - paths: of start, end, duration in seconds, source, its port, destination, its port, protocol, bytes, packets, bytes and
///   packets back, flags of TCP; each with line feeds between choices, empty where there is none.
/// - made: what the record that is made has: start, end, source, its port, destination, its port, protocol, bytes and packets
///   out, bytes and packets back.
void RecordPlanSetConversations(RecordPlan *plan, const char *const *paths, const char *const *made, size_t madeCount);
/// Says where records name their machine and its address; `@address` is the one last told where a record tells none.
void RecordPlanSetAddresses(RecordPlan *plan, const char *machine, const char *address);
/// Sets the zone of times that say none.
///
/// - since, east: its changes in seconds since 1970, and how many seconds east of Greenwich it is from then on.
void RecordPlanSetTimes(RecordPlan *plan, bool isDayFirst, const int64_t *since, const int32_t *east, size_t count);

// Of the kind that was begun last. Values stand between line feeds, in lower case; `*` stands for any end of a value.

/// Its records have one of these values there, or in the first of several places with ` | ` between them; an empty value
/// stands for none.
void RecordPlanRequire(RecordPlan *plan, const char *path, const char *values);
/// Its records have none of these values there.
void RecordPlanExclude(RecordPlan *plan, const char *path, const char *values);
/// Records with one of these values there have source and destination the other way round.
void RecordPlanTurn(RecordPlan *plan, const char *path, const char *values);
/// - durationUnit: in nanoseconds.
/// - isOneWay: whether there is a record for each direction, of which that of the client's is used.
/// - turnsByPorts: whether the ports tell who the client is where nothing else does.
void RecordPlanSetFlow(RecordPlan *plan, double durationUnit, bool isOneWay, bool turnsByPorts);

/// Reads tables by a plan: takes pieces of their content, and tells of each record what became of it.
typedef struct TableScanner TableScanner;

/// - plan, interest: outlive the scanner.
/// - longest: longer records are rejected without being held, in bytes.
TableScanner *TableScannerCreate(const RecordPlan *plan, const ContextInterest *interest, size_t longest);
void TableScannerDestroy(TableScanner *scanner);
RecordArena *TableScannerArena(TableScanner *scanner);
/// Begins another file: forgets the header and the tallies, keeps the arena.
///
/// - file: what tells its records from those of others.
/// - position: where what will be given begins in it.
/// - reference: before this moment, and a day, its records were written; nanoseconds since 1970.
void TableScannerBegin(TableScanner *scanner, uint64_t file, uint64_t position, int64_t reference);
/// Takes what comes next of the file.
void TableScannerGive(TableScanner *scanner, const char *bytes, size_t length);
/// Reads what was given until the arena holds `most` records.
///
/// - isLast: nothing more comes of the file.
/// - Returns: whether there is more to read in what was given.
bool TableScannerRead(TableScanner *scanner, size_t most, bool isLast);
/// Has records of what waits for a second one; after the last file.
void TableScannerFinish(TableScanner *scanner);

/// Places that a tally keeps.
#define RECORD_PLACES 5

typedef enum RecordFate { RecordUsed, RecordSkipped, RecordRejected, RecordNoted } RecordFate;

/// What became of some records, and why.
typedef struct RecordTally {
    RecordFate fate;
    /// Of used ones the kind.
    ContextKind kind;
    const char *reason;
    size_t length;
    /// Below 0 where records of an earlier file were used after all.
    int64_t count;
    size_t placeCount;
    /// Where the first ones stand, in bytes, and the numbers of their lines.
    uint64_t places[RECORD_PLACES], lines[RECORD_PLACES];
} RecordTally;

size_t TableScannerTallies(const TableScanner *scanner);
/// Valid until the scanner reads again.
RecordTally TableScannerTally(const TableScanner *scanner, size_t number);

/// Reads a time in any form that tables may have; those without a zone are UTC.
///
/// - reference: those without a year lie before this moment.
bool RecordReadTime(const char *text, size_t length, int64_t reference, int64_t *nanoseconds);
/// Whether a word is the short name of a zone that means one alone in logs: UTC, CET.
bool RecordIsZoneName(const char *word, size_t length);
/// The time that stands at the beginning of a line.
///
/// - timeLength: of it; 0 where there is none.
const char *RecordTimeAtBegin(const char *line, size_t length, size_t *timeLength);

#ifdef __cplusplus
}
#endif
