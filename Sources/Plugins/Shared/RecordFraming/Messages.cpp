#include "Messages.hpp"

#include <algorithm>

#include "Walk.hpp"

namespace framing {

namespace {

/// More nesting than any shipper adds.
constexpr int deepest = 8;
/// A row that is longer has quotes that do not end.
constexpr size_t longestRow = 1 << 24;

bool isOneOf(std::string_view name, std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// Where documents have a log's line: of journald, Logstash, Splunk, CloudWatch, Docker, Wazuh.
bool isMessage(std::string_view name) {
    return isOneOf(name, {"message", "Message", "MESSAGE", "@message", "_raw", "raw", "line", "log", "full_log", "original", "event.original"});
}

bool isTime(std::string_view name) {
    return isOneOf(name, {"@timestamp", "timestamp", "Timestamp", "_time", "time", "TimeCreated", "EventTime"});
}

/// Whether a line bears a time of the day, or seconds since 1970, at its beginning.
bool hasTime(std::string_view line) {
    const std::string_view head = line.substr(0, 64);
    size_t digits = 0;
    for (size_t i = 0; i < head.size(); ++i) {
        digits = sensor::isDigit(head[i]) ? digits + 1 : 0;
        if (digits >= 10 && i < 24) return true;
        if (digits == 2 && i >= 5 && head[i - 2] == ':' && head[i - 5] == ':') return true;
    }
    return false;
}

void put(std::string_view time, std::string_view message, std::string &lines) {
    while (!message.empty() && isSpace(message.back())) message.remove_suffix(1);
    if (!time.empty() && !hasTime(message)) lines.append(time).push_back(' ');
    const size_t begin = lines.size();
    lines.append(message);
    std::replace_if(lines.begin() + long(begin), lines.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    lines.push_back('\n');
}

void split(std::string_view row, char separator, std::vector<std::string> &cells) {
    cells.assign(1, {});
    bool isQuoted = false;
    for (size_t i = 0; i < row.size(); ++i) {
        if (row[i] == '"' && isQuoted && i + 1 < row.size() && row[i + 1] == '"') cells.back().push_back(row[i++]);
        else if (row[i] == '"') isQuoted = !isQuoted;
        else if (row[i] == separator && !isQuoted) cells.emplace_back();
        else cells.back().push_back(row[i]);
    }
}

std::string_view withoutMark(std::string_view text) { return text.substr(0, 3) == "\xEF\xBB\xBF" ? text.substr(3) : text; }

}  // namespace

char Messages::separator(std::string_view head) {
    head = withoutMark(head);
    // PowerShell's #TYPE
    while (!head.empty() && head.front() == '#') head.remove_prefix(std::min(head.find('\n'), head.size() - 1) + 1);
    std::string_view line = head.substr(0, std::min(head.find('\n'), head.size()));
    while (!line.empty() && isSpace(line.back())) line.remove_suffix(1);
    for (const char separator : {',', ';', '\t'}) {
        std::vector<std::string> cells;
        split(line, separator, cells);
        if (cells.size() > 1 && std::any_of(cells.begin(), cells.end(), isMessage)) return separator;
    }
    return 0;
}

size_t Messages::takeObject(std::string_view object, std::string &lines) { return find(object, {}, 0, lines); }

size_t Messages::find(std::string_view object, std::string_view time, int depth, std::string &lines) {
    std::string_view found;
    std::string ownTime(time);
    eachMember(object, [&](std::string_view name, std::string_view value) {
        if (value.front() != '"') return true;
        if (found.empty() && value.size() > 2 && isMessage(name)) found = value;
        if (isTime(name)) ownTime.clear(), unquote(value, ownTime);
        return true;
    });
    if (!found.empty()) {
        text.clear();
        unquote(found, text);
        put(ownTime, text, lines);
        return 1;
    }
    size_t count = 0;
    if (depth == deepest) return count;
    eachMember(object, [&](std::string_view, std::string_view value) {
        if (value.front() == '{') count += find(value, ownTime, depth + 1, lines);
        if (value.front() == '[')
            eachElement(value, [&](std::string_view element) {
                if (element.front() == '{') count += find(element, ownTime, depth + 1, lines);
                return true;
            });
        return true;
    });
    return count;
}

void Messages::readRows(std::string_view bytes, bool isLast, char separator, std::string &lines) {
    while (!bytes.empty()) {
        const size_t feed = bytes.find('\n');
        const std::string_view part = bytes.substr(0, feed);
        if (std::count(part.begin(), part.end(), '"') % 2 != 0) isQuoted = !isQuoted;
        row.append(part);
        if (feed == std::string_view::npos) break;
        bytes.remove_prefix(feed + 1);
        if (isQuoted && row.size() < longestRow) {
            row.push_back('\n');
            continue;
        }
        takeRow(row, separator, lines);
        row.clear();
        isQuoted = false;
    }
    if (!isLast || row.empty()) return;
    takeRow(row, separator, lines);
    row.clear();
}

void Messages::takeRow(std::string_view row, char separator, std::string &lines) {
    while (!row.empty() && row.back() == '\r') row.remove_suffix(1);
    if (!hasHeader) row = withoutMark(row);
    split(row, separator, cells);
    if (!hasHeader && !row.empty() && row.front() == '#') return lines.append("\n"), void();
    if (!hasHeader) {
        hasHeader = true;
        message = size_t(std::find_if(cells.begin(), cells.end(), isMessage) - cells.begin());
        time = size_t(std::find_if(cells.begin(), cells.end(), isTime) - cells.begin());
        return;
    }
    if (message < cells.size()) put(time < cells.size() ? std::string_view(cells[time]) : std::string_view(), cells[message], lines);
    else lines.append("\n");
}

}  // namespace framing
