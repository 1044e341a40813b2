#pragma once

/// What sensors said besides flows, read again about some addresses: the memory into which scanners write such records,
/// and the counts of how many sources share a value. For scanners written in C++, which find the classes in
/// `RecordArenas/*.hpp`.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "SensorText.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The number that stands for "the sensor did not say".
#define CONTEXT_UNKNOWN INT64_MIN
/// So many sources of a value are counted exactly.
#define CONTEXT_EXACT 64

/// A kind of record and a column, by the numbers that a reading gives them. Kinds are bits of masks.
typedef uint16_t ContextKind;
typedef uint16_t ContextColumn;
/// So many kinds can be told apart in one reading.
#define CONTEXT_MOST_KINDS 64

/// What is done with the values of a column, as bits.
typedef enum ContextRole {
    /// They are kept, of records asked for in full.
    ContextKept = 1 << 0,
    /// Also of records of which only what they are compared by is asked for.
    ContextCompared = 1 << 1,
    /// The sources that share one are counted.
    ContextCounted = 1 << 2,
    /// They are hosts and domains: in lower case, without a port and the dot at the end. Of names that were called, the
    /// sources are counted only of those asked for alone.
    ContextIsHost = 1 << 3,
    /// The name that was looked up.
    ContextIsQuery = 1 << 4,
    /// The data that a lookup was answered with.
    ContextIsAnswers = 1 << 5,
    /// Records that were held back matter if they share a value with one asked for in full.
    ContextIsShared = 1 << 6,
    /// Of each source one that was held back with another value matters too.
    ContextIsContrast = 1 << 7,
    /// The fingerprint and the subject of the server's certificate.
    ContextIsCertificate = 1 << 8,
    ContextIsSubject = 1 << 9,
} ContextRole;

/// Longer texts are cut.
#define CONTEXT_LONGEST_TEXT 2048
/// Room for a text that was cut.
#define CONTEXT_TEXT_ROOM (CONTEXT_LONGEST_TEXT + 8)

/// Brings a text into the form in which arenas hold it: valid UTF-8, cut where it is long.
///
/// - isHost: whether it is a host or a domain, which is held in lower case, without a port and the dot at its end.
/// - cleaned: room for CONTEXT_TEXT_ROOM bytes.
/// - Returns: how many bytes it has.
size_t ContextCleanText(const char *text, size_t length, bool isHost, char *cleaned);

/// What is asked for. It never changes once it is used, so that threads share it.
typedef struct ContextInterest ContextInterest;

/// - kinds: a bit for each kind.
/// - since, until: nanoseconds since 1970; the first inside, the second outside.
ContextInterest *ContextInterestCreate(uint64_t kinds, int64_t since, int64_t until);
void ContextInterestDestroy(ContextInterest *interest);
/// Asks for the records with this address at either end.
///
/// - kinds: a bit for each kind that is asked for.
void ContextInterestAddSource(ContextInterest *interest, SensorAddress address, uint64_t kinds);
/// Asks for what such records are compared by with those between two addresses asked for.
void ContextInterestCompareSource(ContextInterest *interest, SensorAddress address, uint64_t kinds);
/// Asks for the records of all kinds between two addresses.
void ContextInterestAddPair(ContextInterest *interest, SensorAddress source, SensorAddress peer);
/// Asks for anybody's lookups that were answered with this address.
void ContextInterestAddAnswer(ContextInterest *interest, SensorAddress address);
/// Asks for all records; of lookups for the questions alone, so that none is there twice.
void ContextInterestTakeAll(ContextInterest *interest);
/// Counts the sources of this value alone, and those of others that were added so.
void ContextInterestCountOnly(
    ContextInterest *interest, ContextKind kind, ContextColumn column, const char *text, size_t length);

/// A line of a kind asked for, where it stands among the lines it was picked from.
typedef struct ContextLine {
    size_t begin;
    /// In bytes, the line feed not counted.
    size_t length;
    /// The record's time; CONTEXT_UNKNOWN where none can be read.
    int64_t time;
} ContextLine;

/// What a scanner has found.
typedef struct RecordArena RecordArena;

RecordArena *RecordArenaCreate(const ContextInterest *interest);
void RecordArenaDestroy(RecordArena *arena);

/// What every record has.
typedef struct ContextHead {
    ContextKind kind;
    int64_t start;
    SensorAddress source;
    SensorAddress destination;
    uint16_t sourcePort;
    uint16_t port;
    uint8_t protocol;
    /// CONTEXT_UNKNOWN where the sensor gave none.
    int64_t id;
    uint64_t position;
} ContextHead;

/// A column of a record: text in UTF-8, or a number.
typedef struct ContextValue {
    ContextColumn column;
    bool isNumber;
    int64_t number;
    const char *text;
    size_t length;
} ContextValue;

/// The records found since `RecordArenaForget`.
size_t RecordArenaCount(const RecordArena *arena);
ContextHead RecordArenaHead(const RecordArena *arena, size_t record);
size_t RecordArenaValues(const RecordArena *arena, size_t record);
/// Valid until the next call that reads or forgets.
ContextValue RecordArenaValue(const RecordArena *arena, size_t record, size_t value);
void RecordArenaForget(RecordArena *arena);

/// Lets an arena hold records back of which only what they are compared by is asked for: lookups, and handshakes.
void RecordArenaHoldBack(RecordArena *arena);
/// Makes records, in one of the arenas of a reading, of what all of them held back and that turned out to matter: lookups
/// of names that their source said to a peer asked for, or that were answered with an address asked for; handshakes with
/// fingerprints and certificates that were seen in records asked for in full; and of each source one with another JA3 and
/// one with another JA4. Called once all lines are read.
void RecordArenaRelease(RecordArena *arena, RecordArena *const *arenas, size_t count);

/// Lines read, and of them those of kinds asked for, and those of them that could not be read.
uint64_t RecordArenaLines(const RecordArena *arena);
uint64_t RecordArenaUsed(const RecordArena *arena, ContextKind kind);
uint64_t RecordArenaRejected(const RecordArena *arena);

/// Counts that a source was seen with a value.
void RecordArenaCountSource(
    RecordArena *arena, ContextKind kind, ContextColumn column, const char *text, size_t length, SensorAddress source);
/// Says that a value's sources will be asked for: faster for many at once.
void RecordArenaExpect(
    RecordArena *arena, ContextKind kind, ContextColumn column, const char *text, size_t length);
/// Whether there were more values than are counted; then those asked for have to be counted alone.
bool RecordArenaIsFull(RecordArena *arena);
/// The hashes of the sources that a value was seen with: all up to CONTEXT_EXACT, the smallest of more.
///
/// - sources: room for CONTEXT_EXACT.
/// - hasMore: set where there were more.
size_t RecordArenaSources(
    RecordArena *arena, ContextKind kind, ContextColumn column, const char *text, size_t length,
    uint64_t *sources, bool *hasMore);

#ifdef __cplusplus
}
#endif
