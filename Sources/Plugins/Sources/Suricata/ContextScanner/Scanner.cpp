#include <algorithm>
#include <cstring>

#include "Event.hpp"
#include "EVEContextScanner.h"
#include "QuickReader.hpp"
#include "SensorText/Time.hpp"
#include "Walker.hpp"

namespace {

/// Where the event type stands in lines as Suricata writes them: near the beginning.
constexpr size_t headLength = 512;
constexpr std::string_view typeKey = "\"event_type\":\"";

struct EventKind {
    std::string_view type;
    ContextKind kind;
};
constexpr EventKind eventKinds[] = {
    {"dns", ContextDNS},   {"tls", ContextTLS},     {"http", ContextHTTP},     {"fileinfo", ContextFile},
    {"ssh", ContextSSH},   {"alert", ContextAlert}, {"anomaly", ContextNotice},
};

/// What the event type of a line tells.
struct Glance {
    enum { pass, parse, count } next;
    /// Of a line that may be counted without being parsed.
    ContextKind kind = ContextNotice;
};

/// A line whose type does not stand where it should is parsed.
Glance glance(std::string_view line, const ContextInterest &interest) {
    const std::string_view head = line.substr(0, headLength);
    const char *const found = eve::findKey(head, typeKey);
    if (found == nullptr) return {Glance::parse};
    const std::string_view rest = line.substr(size_t(found - line.data()) + typeKey.size());
    for (const EventKind &known : eventKinds) {
        if (rest.size() > known.type.size() && rest[0] == known.type[0] && rest[known.type.size()] == '"'
            && rest.substr(0, known.type.size()) == known.type)
            return {interest.wants(known.kind) ? Glance::count : Glance::pass, known.kind};
    }
    return {Glance::pass};
}

}  // namespace

struct EVEContextScanner {
    explicit EVEContextScanner(const ContextInterest &interest) : book(interest), events(book), quick(book) {}

    ContextBook book;
    eve::EventReader events;
    eve::QuickReader quick;
    /// A line in which something is no UTF-8, repaired.
    std::string repaired, scratch;

    /// - Returns: false where the line has to be parsed.
    bool pass(std::string_view line, const Glance &seen, uint64_t position);
    void read(std::string_view line, uint64_t position);
    /// Whether a line is of a kind asked for.
    bool isWanted(std::string_view line);

private:
    /// - Returns: false where the line is no JSON with an event type.
    bool parse(std::string_view line, simdjson::dom::element &event, std::string_view &type);
};

bool EVEContextScanner::parse(std::string_view line, simdjson::dom::element &event, std::string_view &type) {
    auto error = events.parser.parse(line.data(), line.size(), false).get(event);
    if (error == simdjson::UTF8_ERROR) {
        repaired.clear();
        // Piece by piece, since a text that is kept is cut where it is long.
        for (size_t i = 0; i < line.size(); i += 1024) {
            size_t length = std::min<size_t>(1024, line.size() - i);
            while (length > 4 && i + length < line.size() && (uint8_t(line[i + length]) & 0xC0) == 0x80) --length;
            repaired += context::clean(line.substr(i, length), scratch);
            i -= 1024 - length;
        }
        repaired.reserve(repaired.size() + simdjson::SIMDJSON_PADDING);
        error = events.parser.parse(repaired.data(), repaired.size(), false).get(event);
    }
    return !error && !event["event_type"].get(type);
}

bool EVEContextScanner::pass(std::string_view line, const Glance &seen, uint64_t position) {
    switch (seen.next) {
        case Glance::pass: return true;
        case Glance::parse: return false;
        case Glance::count: break;
    }
    return quick.read(line, seen.kind, position);
}

void EVEContextScanner::read(std::string_view line, uint64_t position) {
    simdjson::dom::element event;
    std::string_view type;
    if (!parse(line, event, type)) {
        ++book.rejected;
        return;
    }
    for (const EventKind &known : eventKinds) {
        if (known.type != type) continue;
        if (!book.interest.wants(known.kind)) return;
        if (!events.read(event, known.kind, position)) ++book.rejected;
        return;
    }
}

bool EVEContextScanner::isWanted(std::string_view line) {
    if (line.empty() || glance(line, book.interest).next == Glance::pass) return false;
    if (line.substr(0, headLength).find(typeKey) != std::string_view::npos) return true;
    simdjson::dom::element event;
    std::string_view type;
    if (!parse(line, event, type)) return false;
    return std::any_of(std::begin(eventKinds), std::end(eventKinds), [&](const EventKind &known) {
        return known.type == type && book.interest.wants(known.kind);
    });
}

namespace {

/// The `timestamp` of a line.
int64_t timeOf(std::string_view line) {
    constexpr std::string_view key = "\"timestamp\":";
    const void *found = memmem(line.data(), line.size(), key.data(), key.size());
    if (found == nullptr) return CONTEXT_UNKNOWN;
    const std::string_view rest = line.substr(size_t(static_cast<const char *>(found) - line.data()) + key.size());
    const size_t begin = rest.find('"');
    const size_t end = begin == std::string_view::npos ? begin : rest.find('"', begin + 1);
    int64_t time;
    if (end == std::string_view::npos || !sensor::readTime(rest.data() + begin + 1, end - begin - 1, time))
        return CONTEXT_UNKNOWN;
    return time;
}

}  // namespace

extern "C" {

EVEContextScanner *EVEContextScannerCreate(const ContextInterest *interest) { return new EVEContextScanner(*interest); }

void EVEContextScannerDestroy(EVEContextScanner *scanner) { delete scanner; }

ContextBook *EVEContextScannerBook(EVEContextScanner *scanner) { return &scanner->book; }

size_t EVEContextScannerRead(
    EVEContextScanner *scanner, const char *lines, size_t length, uint64_t position, size_t most) {
    size_t begin = 0;
    while (begin < length && scanner->book.given.records.size() < most) {
        const void *feed = std::memchr(lines + begin, '\n', length - begin);
        const size_t end = feed == nullptr ? length : size_t(static_cast<const char *>(feed) - lines);
        std::string_view line(lines + begin, end - begin);
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        ++scanner->book.lines;
        const Glance seen = line.empty() ? Glance{Glance::pass} : glance(line, scanner->book.interest);
        if (!scanner->pass(line, seen, position + begin)) scanner->read(line, position + begin);
        begin = std::min(end + 1, length);
    }
    return begin;
}

size_t EVEContextScannerPick(
    EVEContextScanner *scanner, const char *lines, size_t length, size_t *begin, ContextLine *picked, size_t room) {
    size_t count = 0, at = *begin;
    while (at < length && count < room) {
        const void *feed = std::memchr(lines + at, '\n', length - at);
        const size_t end = feed == nullptr ? length : size_t(static_cast<const char *>(feed) - lines);
        const std::string_view line(lines + at, end - at);
        if (scanner->isWanted(line)) picked[count++] = ContextLine{at, line.size(), timeOf(line)};
        at = std::min(end + 1, length);
    }
    *begin = at;
    return count;
}

}  // extern "C"
