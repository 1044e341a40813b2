#pragma once

/// Finds a sensor's own records in what carried them: behind a header of syslog, inside another program's documents, in an
/// array, spread over lines, in UTF-16. What comes out are lines, one record each, as the sensor writes them.
///
/// Nothing is checked here but where records begin and end: a record that is damaged comes out damaged, and who reads it
/// says so. What is no record of the sensor comes out as one of another kind, so that it is counted.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum FramingSensor { FramingNoSensor, FramingEVE, FramingZeek } FramingSensor;

/// How records stand in a content.
typedef enum Framing {
    /// As the sensor writes them, or nothing that is known.
    FramingAsItIs,
    /// One in a line, with text before it or a document around it.
    FramingLines,
    /// Anywhere: in an array, over several lines, several in a line.
    FramingSpread,
    /// A tool's log, whose lines stand in documents or in a column of a table.
    FramingMessages,
} Framing;

typedef enum FramingCharset { FramingUTF8, FramingUTF16LE, FramingUTF16BE } FramingCharset;

typedef struct FramingForm {
    Framing framing;
    FramingCharset charset;
    FramingSensor sensor;
    /// Where the first record begins that a document with a list of them holds, in bytes of UTF-8.
    uint64_t start;
    /// Suricata wrote flows as netflow records alone, one a direction: two become one.
    bool joinsNetflow;
    /// A log of Zeek begins with the names of its columns as other tables do: what separates them; else 0.
    char columnSeparator;
    /// Rows of conn.log stand behind a header of syslog.
    bool hasRows;
    /// Whether more of the content would tell the same.
    bool isCertain;
    /// Whether no record was found, and documents of a shipper may be there.
    bool hasDocuments;
    /// How documents become records; null where they hold these.
    const struct RecordTranslation *translation;
} FramingForm;

/// How the documents of a shipper that takes a sensor's records apart become the sensor's records again. It never changes
/// once it is used, so that threads share it.
typedef struct RecordTranslation RecordTranslation;

/// - sensor: whose records come out.
RecordTranslation *RecordTranslationCreate(FramingSensor sensor);
void RecordTranslationDestroy(RecordTranslation *translation);
/// Begins a kind of record, the one that the functions below are about.
///
/// - member: what a record says of its kind: `"event_type":"flow"`.
void RecordTranslationBeginKind(RecordTranslation *translation, const char *member);
/// Its documents have this value there, or another one that is named for the same place.
void RecordTranslationSelect(RecordTranslation *translation, const char *path, const char *value);
/// - from: the places in a document, the first first, with line feeds between them. Members may be joined by dots.
/// - to: the place in the record. Places in one object are given one after another.
/// - factor: what a number is multiplied by.
void RecordTranslationAddField(RecordTranslation *translation, const char *from, const char *to, double factor);

/// Tells how records stand in a content by its beginning.
///
/// - isWhole: nothing comes behind it.
/// - translations: for documents in which no record of a sensor is.
FramingForm FramingFormOf(
    const char *head, size_t length, bool isWhole, const RecordTranslation *const *translations, size_t count);

/// How the characters of a content are written, by its beginning.
FramingCharset FramingCharsetOf(const char *head, size_t length);

/// Whether a content may hold the lines of a tool's log in documents, or in a column of a table.
///
/// - form: how they are taken out.
bool FramingHasMessages(const char *head, size_t length, FramingForm *form);

typedef struct RecordFramer RecordFramer;

/// - keepsLength: a line is as long as what it came from, with spaces at its end. Netflow records are not joined then.
/// - log: the log that records of Zeek are of where they do not say it; may be null.
RecordFramer *RecordFramerCreate(FramingForm form, bool keepsLength, const char *log);
void RecordFramerDestroy(RecordFramer *framer);
/// Takes in some bytes of the content, any number of them.
///
/// - isLast: nothing comes behind them.
void RecordFramerRead(RecordFramer *framer, const char *bytes, size_t length, bool isLast);
/// The lines that are there, the last one perhaps in part; valid until the next call.
const char *RecordFramerLines(const RecordFramer *framer, size_t *length);
/// Forgets the first bytes of the lines.
void RecordFramerForget(RecordFramer *framer, size_t length);

#ifdef __cplusplus
}
#endif
