// The C functions: takes blocks apart into lines and keeps the ingest counts.

#include <new>

#include "IngestCounts.hpp"
#include "JSONReader.hpp"
#include "LineMask.hpp"
#include "RowReader.hpp"

struct ZeekScanner {
    explicit ZeekScanner(size_t longestLine)
        : longestLine(longestLine), rows(wants, longestLine), headless(wants, longestLine), json(wants) {}

    const size_t longestLine;
    zeek::Wants wants;
    /// What the header lines say, taken over by `rows` at the first row behind them.
    zeek::Header header;
    bool headerHasChanged = false;
    zeek::RowReader rows;
    /// For rows with no header before them.
    zeek::RowReader headless;
    zeek::JSONReader json;
    zeek::Output output;
    zeek::IngestCounts ingest;
};

namespace {

using zeek::Reading;
using zeek::Verdict;

const char *lineEnd(const char *p, const char *end) {
    const auto *const feed = static_cast<const char *>(std::memchr(p, '\n', size_t(end - p)));
    return feed == nullptr ? end : feed;
}

/// The text of a line without a carriage return at its end.
std::string_view textOf(const char *line, const char *end) {
    std::string_view text(line, size_t(end - line));
    if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
    return text;
}

bool isBlank(std::string_view line) {
    for (const char c : line)
        if (!sensor::isSpace(c)) return false;
    return true;
}

/// Reads a line that is no row of the header in force.
Reading readOther(ZeekScanner &scanner, const char *line, const char *end, uint64_t position, const char *&next) {
    const char *const feed = lineEnd(line, end);
    next = feed + (feed < end);
    if (size_t(feed - line) > scanner.longestLine) return Reading::rejected(ZeekLineTooLong);
    const std::string_view text = textOf(line, feed);
    if (*line == '{') {
        Reading reading = scanner.json.read(line, text.size(), position, scanner.output);
        if (reading.verdict == Verdict::rejected && reading.reason == ZeekNotJSON && feed == end)
            reading.reason = ZeekTruncated;
        return reading;
    }
    Reading reading = scanner.headless.readAsConn(line, end, position, scanner.output, next);
    if (reading.verdict == Verdict::used) ++scanner.ingest.headerless;
    return reading;
}

void takeHeaderLine(ZeekScanner &scanner, const char *line, const char *feed, uint64_t position) {
    if (size_t(feed - line) > scanner.longestLine) return scanner.ingest.reject(ZeekLineTooLong, position);
    scanner.headerHasChanged = true;
    if (scanner.header.take(textOf(line, feed))) ++scanner.ingest.headerLines;
    else scanner.ingest.reject(ZeekBadHeader, position);
}

void count(ZeekScanner &scanner, const Reading &reading, uint64_t position) {
    zeek::IngestCounts &ingest = scanner.ingest;
    switch (reading.verdict) {
    case Verdict::used: ingest.use(reading); break;
    case Verdict::skipped: ingest.skip(reading); break;
    case Verdict::rejected: ingest.reject(reading.reason, position);
    }
}

}  // namespace

extern "C" {

ZeekScanner *ZeekScannerCreate(size_t longestLine) { return new (std::nothrow) ZeekScanner(longestLine); }

void ZeekScannerDestroy(ZeekScanner *scanner) { delete scanner; }

void ZeekScannerWant(ZeekScanner *scanner, const char *log, size_t table, const ZeekField *fields, size_t count) {
    zeek::Want want{table, {}};
    for (size_t i = 0; i < count; ++i) {
        const ZeekField &field = fields[i];
        want.fields.push_back({field.name == nullptr ? "" : field.name, field.form, field.column});
    }
    scanner->wants.add(log, std::move(want));
    scanner->rows.wantsChanged();
    scanner->headless.wantsChanged();
}

size_t ZeekScannerRead(
    ZeekScanner *scanner, const char *block, size_t length, uint64_t position, ZeekTable *tables, size_t tableCount) {
    scanner->output.tables = tables;
    scanner->output.tableCount = tableCount;
    scanner->output.texts.clear();
    const char *const end = block + length;
    const char *p = block;
    if (position == 0 && length >= 3 && std::memcmp(block, "\xEF\xBB\xBF", 3) == 0) p += 3;
    while (p < end && !scanner->output.isFull()) {
        const uint64_t place = position + uint64_t(p - block);
        if (*p == '#') {
            const char *const feed = lineEnd(p, end);
            takeHeaderLine(*scanner, p, feed, place);
            p = feed + (feed < end);
            continue;
        }
        if (scanner->headerHasChanged) {
            scanner->rows.setHeader(scanner->header);
            scanner->headerHasChanged = false;
        }
        const char *next;
        if (*p == '\n' || *p == '\r' || *p == ' ') {
            const char *const feed = lineEnd(p, end);
            if (isBlank(textOf(p, feed))) {
                ++scanner->ingest.blank;
                p = feed + (feed < end);
                continue;
            }
        }
        const bool isRow = scanner->rows.hasColumns() && *p != '{';
        count(
            *scanner,
            isRow ? scanner->rows.read(p, end, place, scanner->output, next)
                  : readOther(*scanner, p, end, place, next),
            place);
        p = next;
    }
    return size_t(p - block);
}

const char *ZeekScannerTexts(const ZeekScanner *scanner) { return scanner->output.texts.data(); }

void ZeekScannerRejectLongLine(ZeekScanner *scanner, uint64_t position) {
    scanner->ingest.reject(ZeekLineTooLong, position);
}

uint64_t ZeekScannerLines(const ZeekScanner *scanner) { return scanner->ingest.lines(); }

uint64_t ZeekScannerUsed(const ZeekScanner *scanner, size_t table) { return scanner->ingest.used[table].count; }

void ZeekScannerUsedSpan(const ZeekScanner *scanner, size_t table, int64_t *first, int64_t *last) {
    *first = scanner->ingest.used[table].first;
    *last = scanner->ingest.used[table].last;
}

uint64_t ZeekScannerUsedAgain(const ZeekScanner *scanner, size_t table) { return scanner->ingest.usedAgain[table]; }

uint64_t ZeekScannerHeaderLines(const ZeekScanner *scanner) { return scanner->ingest.headerLines; }

uint64_t ZeekScannerBlank(const ZeekScanner *scanner) { return scanner->ingest.blank; }

uint64_t ZeekScannerHeaderless(const ZeekScanner *scanner) { return scanner->ingest.headerless; }

uint64_t ZeekScannerNegativeDurations(const ZeekScanner *scanner) { return scanner->ingest.negativeDurations; }

ZeekRejected ZeekScannerRejected(const ZeekScanner *scanner, ZeekReason reason) {
    return scanner->ingest.rejected[reason];
}

size_t ZeekScannerSkippedLogs(const ZeekScanner *scanner) { return scanner->ingest.skipped.size(); }

ZeekSkipped ZeekScannerSkipped(const ZeekScanner *scanner, size_t index) { return scanner->ingest.skipped[index]; }

size_t ZeekNextHeaderLine(const char *block, size_t length, size_t from) {
    if (from >= length) return length;
    if (block[from] == '#') return from;
    const char *const line = zeek::nextHeaderLine(block + from, block + length);
    return line == nullptr ? length : size_t(line - block);
}

void ZeekScannerTakeHeader(ZeekScanner *scanner, const char *lines, size_t length) {
    const char *const end = lines + length;
    for (const char *p = lines; p < end;) {
        const char *const feed = lineEnd(p, end);
        if (size_t(feed - p) <= scanner->longestLine) scanner->header.take(textOf(p, feed));
        p = feed + (feed < end);
    }
    scanner->headerHasChanged = true;
}
}
