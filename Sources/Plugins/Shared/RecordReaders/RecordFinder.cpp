#include "RecordFinder.hpp"

#include <algorithm>
#include <cstring>

#include "SensorText/Text.hpp"
#include "TableReader.hpp"

namespace records {

namespace {

/// A text in quotes that goes on longer than this has no end.
constexpr size_t longestQuoted = 1 << 20;

/// Line feeds in a text.
uint64_t countLines(std::string_view text) { return uint64_t(std::count(text.begin(), text.end(), '\n')); }

}  // namespace

void RecordFinder::begin(uint64_t position) {
    buffer.assign(RECORD_PADDING, '\0');
    at = length = 0;
    origin = position;
    lineNumber = 1;
    isPassing = false;
    mayHold = true;
}

void RecordFinder::give(const char *bytes, size_t count) {
    if (at > 0) {
        buffer.erase(0, at);
        length -= at;
        origin += at;
        at = 0;
    }
    buffer.resize(length);
    buffer.append(bytes, count);
    length += count;
    buffer.append(RECORD_PADDING, '\0');
    // A mark at the beginning of a file says that it is UTF-8.
    if (origin == 0 && length >= 3 && std::memcmp(buffer.data(), "\xEF\xBB\xBF", 3) == 0) at = 3;
}

/// A record that does not end in what was given.
RecordFinder::Search RecordFinder::goesOn(Found &found) {
    if (length - at <= longest) return Search::more;
    isPassing = true;
    found = {at, at, length, "longer than max_line"};
    return Search::found;
}

RecordFinder::Search RecordFinder::findLine(bool isLast, Found &found) {
    const void *const feed = std::memchr(buffer.data() + at, '\n', length - at);
    if (feed == nullptr && !isLast) return goesOn(found);
    const size_t end = feed == nullptr ? length : size_t(static_cast<const char *>(feed) - buffer.data());
    found = {at, end, std::min(end + 1, length)};
    return Search::found;
}

/// A row goes on over lines where a cell stands in quotes.
RecordFinder::Search RecordFinder::findRow(bool isLast, Found &found) {
    Search search = findLine(isLast, found);
    if (search != Search::found || found.fault != nullptr) return search;
    const size_t first = found.end, firstNext = found.next;
    const char separator = layout.separator;
    const std::string_view all(buffer.data(), length);
    if (!TableReader::endsInQuotes(all.substr(at, first - at), separator)) return search;
    // Of quotes at the ends of cells the first that leaves none open ends the row.
    size_t quote = first;
    while ((quote = all.find('"', quote + 1)) != std::string_view::npos && quote - at < longestQuoted) {
        const char behind = quote + 1 < length ? all[quote + 1] : '\n';
        if (behind != separator && behind != '\n' && behind != '\r') continue;
        if (quote + 1 >= length && !isLast) return Search::more;
        const size_t end = std::min(all.find('\n', quote), length);
        if (end == length && !isLast) return Search::more;
        if (TableReader::endsInQuotes(all.substr(at, end - at), separator)) {
            quote = end;
            continue;
        }
        found = {at, end, std::min(end + 1, length)};
        return Search::found;
    }
    if (!isLast && length - at < longestQuoted) return Search::more;
    found = {at, first, firstNext, "a text in quotes that does not end"};
    return Search::found;
}

RecordFinder::Search RecordFinder::findObject(bool isLast, Found &found) {
    // What stands between objects: blanks, commas, the brackets of arrays and of what holds them.
    size_t begin = at;
    while (begin < length) {
        const char c = buffer[begin];
        if (c == '{') break;
        lineNumber += c == '\n';
        if (!sensor::isSpace(c) && c != ',' && c != '[' && c != ']' && c != '}') break;
        // Behind an array of records another one may follow.
        mayHold = mayHold || c == ']';
        ++begin;
    }
    at = begin;
    if (begin == length) return isLast ? Search::none : Search::more;
    if (buffer[begin] != '{') {
        const Search search = findLine(isLast, found);
        if (search != Search::found) return search;
        const std::string_view text(buffer.data() + begin, found.end - begin);
        const size_t brace = text.find('{');
        // evtx_dump numbers its records; syslog writes a head before an object.
        const bool isNumber = text.substr(0, 7) == "Record ";
        if (brace == std::string_view::npos) {
            found.fault = isNumber ? "" : "not JSON";
            return search;
        }
        begin += brace;
    }
    size_t depth = 0;
    bool isText = false;
    for (size_t i = begin; i < length; ++i) {
        const char c = buffer[i];
        if (isText) {
            if (c == '\\') ++i;
            else if (c == '"') isText = false;
            else if (c == '\n') {
                // No text goes on over lines.
                found = {at, i, i + 1, "not JSON"};
                return Search::found;
            }
            continue;
        }
        switch (c) {
        case '"': isText = true; break;
        case '[':
            if (mayHold && depth > 0 && depth <= 2 && begin == at) {
                // The records may stand in here: {"records":[{…
                const std::string_view before(buffer.data() + begin, i - begin);
                const bool holds = std::any_of(layout.inside.begin(), layout.inside.end(), [&](const std::string &name) {
                    if (name.size() < 3 || name.substr(name.size() - 2) != "[]") return false;
                    const size_t colon = before.find_last_not_of(" \t\r\n");
                    if (colon == std::string_view::npos || before[colon] != ':') return false;
                    const size_t quote = before.find_last_not_of(" \t\r\n", colon - 1);
                    const std::string key = '"' + name.substr(0, name.size() - 2) + '"';
                    return quote != std::string_view::npos && quote + 1 >= key.size()
                        && before.substr(quote + 1 - key.size(), key.size()) == key;
                });
                size_t next = i + 1;
                while (next < length && sensor::isSpace(buffer[next])) ++next;
                if (holds && next < length && buffer[next] == '{') {
                    lineNumber += countLines(std::string_view(buffer.data() + at, next - at));
                    at = next;
                    mayHold = false;
                    return findObject(isLast, found);
                }
            }
            ++depth;
            break;
        case '{': ++depth; break;
        case ']':
        case '}':
            if (--depth == 0) {
                mayHold = false;
                found = {at, i + 1, i + 1};
                return Search::found;
            }
            break;
        case '\n':
            // An object at the beginning of a line is another one.
            if (i + 1 < length && buffer[i + 1] == '{' && begin == at) {
                found = {at, i, i + 1, "not JSON"};
                return Search::found;
            }
            break;
        default: break;
        }
    }
    if (!isLast) return goesOn(found);
    found = {at, length, length, "last record cut off"};
    return Search::found;
}

RecordFinder::Search RecordFinder::findEvent(bool isLast, Found &found) {
    const std::string_view all(buffer.data(), length);
    size_t begin = all.find("<Event", at);
    // <Events>, <EventID>
    while (begin != std::string_view::npos && begin + 6 < length && all[begin + 6] != '>' && !sensor::isSpace(all[begin + 6]))
        begin = all.find("<Event", begin + 1);
    if (begin == std::string_view::npos) {
        if (isLast) return at = length, Search::none;
        const size_t kept = std::min<size_t>(length - at, 8);
        lineNumber += countLines(all.substr(at, length - at - kept));
        at = length - kept;
        return Search::more;
    }
    lineNumber += countLines(all.substr(at, begin - at));
    at = begin;
    constexpr std::string_view close = "</Event>";
    const size_t end = all.find(close, begin);
    if (end == std::string_view::npos) {
        if (!isLast) return goesOn(found);
        found = {begin, length, length, "last record cut off"};
        return Search::found;
    }
    found = {begin, end + close.size(), end + close.size()};
    return Search::found;
}

RecordFinder::Search RecordFinder::find(bool isLast, Found &found) {
    if (isPassing) {
        const void *const feed = std::memchr(buffer.data() + at, '\n', length - at);
        if (feed == nullptr) return at = length, isLast ? Search::none : Search::more;
        at = size_t(static_cast<const char *>(feed) - buffer.data()) + 1;
        ++lineNumber;
        isPassing = false;
    }
    if (at == length) return isLast ? Search::none : Search::more;
    switch (layout.form) {
    case RecordTableJSON: return findObject(isLast, found);
    case RecordTableRows: return findRow(isLast, found);
    case RecordTableXML: return findEvent(isLast, found);
    case RecordTableKeys:
    case RecordTablePatterns: break;
    }
    return findLine(isLast, found);
}

void RecordFinder::pass(const Found &found) {
    lineNumber += countLines(std::string_view(buffer.data() + found.begin, found.next - found.begin));
    at = found.next;
}

}  // namespace records
