#include "TableReader.hpp"

#include <algorithm>

namespace records {

namespace {

bool isBlank(char c) { return c == ' ' || c == '\t'; }

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && isBlank(text.front())) text.remove_prefix(1);
    while (!text.empty() && isBlank(text.back())) text.remove_suffix(1);
    return text;
}

bool isKeyCharacter(char c) {
    return sensor::isDigit(c) || sensor::isLetter(c) || c == '_' || c == '.' || c == '-' || c == '@';
}

/// A row with more cells than this is none of a log.
constexpr size_t mostCells = 2048;

}  // namespace

/// Windows' DNS server writes (3)www(7)example(0) for www.example.
bool TableReader::readLabels(std::string_view text, std::string &name) {
    while (!text.empty() && text.front() == '(') {
        const size_t close = text.find(')');
        if (close == std::string_view::npos || close == 1 || !sensor::isDigit(text[1])) return false;
        text.remove_prefix(close + 1);
        const size_t end = std::min(text.find('('), text.size());
        if (end > 0) (name.empty() ? name : name += '.') += text.substr(0, end);
        text.remove_prefix(end);
    }
    return text.empty() && !name.empty();
}

void TableReader::add(Slot slot, std::string_view text) {
    if (slot == Node::nothing) return;
    text = trimmed(text);
    if (text.size() > 6 && text.front() == '(' && text.substr(text.size() - 3) == "(0)") {
        std::string &name = values.hold();
        if (readLabels(text, name)) text = name;
    }
    if (!TableLayout::isNone(text)) values.add(slot, {text, true, false});
}

/// What stands behind the text that the plan names, and behind a process's number.
std::string_view TableReader::behind(std::string_view line) const {
    if (layout.behind.empty()) return line;
    const size_t found = line.find(layout.behind);
    if (found == std::string_view::npos) return {};
    std::string_view rest = line.substr(found + layout.behind.size());
    if (!rest.empty() && rest.front() == '[')
        if (const size_t end = rest.find(']'); end != std::string_view::npos) rest.remove_prefix(end + 1);
    while (!rest.empty() && (rest.front() == ':' || isBlank(rest.front()))) rest.remove_prefix(1);
    return rest;
}

TableReader::Taken TableReader::read(std::string_view text) {
    if (layout.timeAtBegin != Node::nothing) add(layout.timeAtBegin, timeAtBegin(text));
    Taken taken = Taken::record;
    switch (layout.form) {
    case RecordTableJSON:
        if (!json.read(text)) return Taken::notJSON;
        break;
    case RecordTableRows: taken = readRow(text); break;
    case RecordTableKeys: taken = readKeys(text); break;
    case RecordTablePatterns: {
        const bool isFound = std::any_of(layout.patterns.begin(), layout.patterns.end(), [&](const Pattern &pattern) {
            return readPattern(pattern, text);
        });
        if (!isFound) return Taken::other;
        break;
    }
    case RecordTableXML: readXML(text); break;
    }
    if (taken != Taken::record) return taken;
    if (layout.pairs) readPairs(text);
    sum();
    return taken;
}

void TableReader::sum() {
    for (const auto &[slot, parts] : layout.sums) {
        const Values::Value *const first = values.first(parts[0]);
        const Values::Value *const second = values.first(parts[1]);
        if (first == nullptr || second == nullptr) continue;
        std::string &held = values.hold();
        (held = first->text) += ' ';
        held += second->text;
        for (size_t i = 2; i < parts.size(); ++i)
            if (const Values::Value *const more = values.first(parts[i])) (held += ' ') += trimmed(more->text);
        held.erase(std::remove(held.begin(), held.end(), '"'), held.end());
        values.add(slot, {held, true, false});
    }
}

// MARK: Rows

/// Whether an odd number of backslashes stands before a place.
static bool isEscaped(std::string_view text, size_t place) {
    size_t first = place;
    while (first > 0 && text[first - 1] == '\\') --first;
    return (place - first) % 2 == 1;
}

bool TableReader::endsInQuotes(std::string_view text, char separator) {
    if (std::memchr(text.data(), '"', text.size()) == nullptr) return false;
    const auto isOpen = [&](bool hasEscapes) {
        bool isBegin = true;
        for (size_t i = 0; i < text.size(); ++i) {
            const char c = text[i];
            if (c == '"' && isBegin) {
                for (++i;; ++i) {
                    i = text.find('"', i);
                    if (i == std::string_view::npos) return true;
                    if (hasEscapes && isEscaped(text, i)) continue;
                    if (i + 1 < text.size() && text[i + 1] == '"') ++i;
                    else break;
                }
                isBegin = false;
            } else {
                isBegin = c == separator || c == '\n' || (isBegin && isBlank(c));
            }
        }
        return false;
    };
    return isOpen(false) && (text.find("\\\"") == std::string_view::npos || isOpen(true));
}

void TableReader::split(std::string_view line, char separator, bool hasEscapes) {
    cells.clear();
    const char *p = line.data();
    const char *const end = p + line.size();
    while (cells.size() < mostCells) {
        if (separator == ' ')
            while (p < end && isBlank(*p)) ++p;
        const char *quote = p;
        while (quote < end && isBlank(*quote) && *quote != separator) ++quote;
        const char bracket = separator == ' ' && quote < end && *quote == '[' ? ']' : '"';
        if (quote < end && (*quote == '"' || bracket == ']')) {
            // Doubled quotes stand for one.
            const char *const first = quote + 1;
            const char *last = first;
            bool isDoubled = false, wasEscaped = false;
            while (true) {
                last = static_cast<const char *>(std::memchr(last, bracket, size_t(end - last)));
                if (last == nullptr) {
                    last = end;
                    break;
                }
                if (hasEscapes && isEscaped(line, size_t(last - line.data()))) {
                    wasEscaped = true;
                    ++last;
                    continue;
                }
                if (bracket != '"' || last + 1 >= end || last[1] != '"') break;
                isDoubled = true;
                last += 2;
            }
            std::string_view cell(first, size_t(last - first));
            if (isDoubled || wasEscaped) {
                std::string &held = values.hold();
                for (size_t i = 0; i < cell.size(); ++i) {
                    if (wasEscaped && cell[i] == '\\' && i + 1 < cell.size() && (cell[i + 1] == '"' || cell[i + 1] == '\\')) ++i;
                    held.push_back(cell[i]);
                    if (!wasEscaped && cell[i] == '"' && i + 1 < cell.size() && cell[i + 1] == '"') ++i;
                }
                cell = held;
            }
            p = last < end ? last + 1 : end;
            const auto *const next = static_cast<const char *>(std::memchr(p, separator, size_t(end - p)));
            // What stands behind the quote belongs to the cell.
            if (next != p && trimmed(std::string_view(p, size_t((next == nullptr ? end : next) - p))).size() > 0) {
                std::string &held = values.hold();
                (held = cell).append(p, size_t((next == nullptr ? end : next) - p));
                cell = held;
            }
            cells.push_back(cell);
            p = next;
        } else {
            const auto *const next = static_cast<const char *>(std::memchr(p, separator, size_t(end - p)));
            cells.emplace_back(p, size_t((next == nullptr ? end : next) - p));
            p = next;
        }
        if (p == nullptr) break;
        ++p;
        if (separator == ' ' && p >= end) break;
    }
    if (separator == ' ' && cells.size() > 1 && cells.back().empty()) cells.pop_back();
}

/// Whether the cells are names of columns: of those that are wanted two or more, and none begins with a digit.
bool TableReader::isHeader() const {
    const auto begins = [](std::string_view cell) { return !cell.empty() && sensor::isDigit(cell.front()); };
    if (std::any_of(cells.begin(), cells.end(), begins)) return false;
    size_t known = 0;
    for (const std::string_view cell : cells) known += layout.find(cell) != Node::nothing;
    return known >= 2;
}

void TableReader::takeHeader(std::string_view line) {
    constexpr std::string_view mark = "\xEF\xBB\xBF", fields = "#Fields:";
    if (line.substr(0, 3) == mark) line.remove_prefix(3);
    headerLine = line;
    const bool isDirective = line.substr(0, fields.size()) == fields;
    if (isDirective) line = trimmed(line.substr(fields.size()));
    split(line, isDirective && line.find('\t') == std::string_view::npos ? ' ' : layout.separator);
    header.clear();
    for (const std::string_view cell : cells) {
        const Slot slot = layout.find(cell);
        // Of columns of one name the first one counts.
        const bool isKnown = slot != Node::nothing && std::find(header.begin(), header.end(), slot) != header.end();
        header.push_back(isKnown ? Slot(Node::nothing) : slot);
    }
}

TableReader::Taken TableReader::readRow(std::string_view line) {
    if (line.substr(0, 8) == "#Fields:") return takeHeader(line), Taken::header;
    if (line.front() == '#') return Taken::comment;
    isOver = isOver || (!layout.until.empty() && line == layout.until);
    if (isOver) return Taken::comment;
    // Excel's own line.
    if (line.substr(0, 4) == "sep=" && line.size() <= 6) return Taken::comment;
    if (!headerLine.empty() && line == headerLine) return Taken::header;
    line = behind(line);
    if (line.empty()) return Taken::other;
    split(line, layout.separator);
    if (header.empty()) {
        if (isHeader()) return takeHeader(line), Taken::header;
        if (layout.rows.empty()) return Taken::noHeader;
    } else {
        // A file that others were put behind.
        if (isHeader() && layout.find(cells[0]) == header[0] && cells.size() == header.size()) return Taken::header;
        while (cells.size() > header.size() && trimmed(cells.back()).empty()) cells.pop_back();
        if (cells.size() != header.size() && line.find("\\\"") != std::string_view::npos) split(line, layout.separator, true);
        if (cells.size() != header.size()) return Taken::wrongColumns;
        for (size_t i = 0; i < cells.size(); ++i) add(header[i], cells[i]);
        return Taken::record;
    }
    // Where a shipper put its own time before the row.
    if (layout.separator == ' ' && cells.size() > layout.rows.front().columns.size()) {
        const std::string_view time = timeAtBegin(line);
        const auto words = time.empty() ? 0 : std::count(time.begin(), time.end(), ' ') + 1;
        if (cells.size() - size_t(words) >= layout.rows.front().columns.size()) cells.erase(cells.begin(), cells.begin() + words);
    }
    for (const TableLayout::Row &row : layout.rows) {
        if (row.told != Node::nothing) {
            const Values::Value *const value = values.first(row.told);
            if (value == nullptr || std::find(row.values.begin(), row.values.end(), value->text) == row.values.end())
                continue;
        } else if (cells.size() < 2) {
            return Taken::wrongColumns;
        }
        // Newer versions have more columns behind those that are known.
        for (size_t i = 0; i < std::min(cells.size(), row.columns.size()); ++i)
            if (row.columns[i] != Node::nothing && values.first(row.columns[i]) == nullptr) add(row.columns[i], cells[i]);
    }
    return Taken::record;
}

bool TableReader::readTuple(std::string_view text) {
    split(text, ',');
    for (size_t i = 0; i < std::min(cells.size(), layout.tupleColumns.size()); ++i) add(layout.tupleColumns[i], cells[i]);
    sum();
    return cells.size() > 1;
}

// MARK: Keys

/// The next place from `at` on at which a key is given its value, and where that key begins.
size_t TableReader::findAssign(std::string_view line, size_t at, size_t &key) const {
    for (size_t place = line.find(layout.assign, at); place != std::string_view::npos; place = line.find(layout.assign, place + 1)) {
        if (layout.assign == ':') {
            const char next = place + 1 < line.size() ? line[place + 1] : ' ';
            if (next != '"' && !sensor::isSpace(next)) continue;
        }
        key = place;
        while (key > at && isKeyCharacter(line[key - 1])) --key;
        return place;
    }
    return std::string_view::npos;
}

TableReader::Taken TableReader::readKeys(std::string_view line) {
    line = behind(line);
    if (line.empty()) return Taken::other;
    size_t found = 0, begin;
    for (size_t at = 0;;) {
        const size_t assign = findAssign(line, at, begin);
        if (assign == std::string_view::npos) break;
        const std::string_view key = line.substr(begin, assign - begin);
        size_t first = assign + 1, last, next;
        if (layout.assign == ':')
            while (first < line.size() && sensor::isSpace(line[first])) ++first;
        if (begin > 0 && line[begin - 1] == '"') {
            // Pairs in quotes, as cells of CSV.
            last = std::min(line.find('"', first), line.size());
            next = std::min(last + 1, line.size());
        } else if (first < line.size() && line[first] == '"') {
            last = ++first;
            while (last < line.size() && line[last] != '"') last += line[last] == '\\' ? 2 : 1;
            last = std::min(last, line.size());
            next = std::min(last + 1, line.size());
        } else {
            // Where the next key follows at once there is no value.
            const bool isEmpty = first > assign + 1 && findAssign(line, first, begin) > first && begin == first;
            last = next = isEmpty ? first : endOfValue(line, first);
        }
        if (!key.empty()) {
            ++found;
            // Names are asked for with bytes behind them.
            char padded[72] = {};
            if (key.size() <= 64) {
                std::memcpy(padded, key.data(), key.size());
                const size_t child = plan.nodes[0].children.find(padded, key.size());
                if (child != NameTable::none) add(plan.nodes[child].slot, line.substr(first, last - first));
            }
        }
        at = std::max(next, assign + 1);
    }
    return found == 0 ? Taken::noKeys : Taken::record;
}

/// A value without quotes goes on to the next key, a tab or a bar.
size_t TableReader::endOfValue(std::string_view line, size_t first) const {
    size_t key, end = line.size();
    for (size_t at = first; (at = findAssign(line, at, key)) != std::string_view::npos; ++at) {
        if (key <= first || key == at) continue;
        size_t blank = key;
        while (blank > first && (sensor::isSpace(line[blank - 1]))) --blank;
        const char before = line[blank > first ? blank - 1 : first];
        const bool isBehind = blank < key || before == ',' || before == ';';
        if (!isBehind) continue;
        // The key's first words: tcp, Endpoint Profile: …
        const size_t comma = layout.assign == ':' ? line.substr(0, blank).rfind(", ") : std::string_view::npos;
        if (comma != std::string_view::npos && comma >= first
            && std::all_of(line.begin() + ptrdiff_t(comma) + 2, line.begin() + ptrdiff_t(blank), [](char c) { return sensor::isLetter(c) || c == ' '; }))
            blank = comma;
        while (blank > first && (line[blank - 1] == ',' || line[blank - 1] == ';')) --blank;
        end = blank;
        break;
    }
    return std::min(end, line.find_first_of("\t|", first));
}

// MARK: Values beside their names

/// The text of a string of JSON, and `at` behind it; false where none begins there, behind blanks and a colon.
bool TableReader::takeString(std::string_view json, size_t &at, std::string_view &text) {
    while (at < json.size() && (sensor::isSpace(json[at]) || json[at] == ':')) ++at;
    if (at >= json.size() || json[at] != '"') return false;
    const size_t first = ++at;
    while (at < json.size() && json[at] != '"') at += json[at] == '\\' ? 2 : 1;
    if (at >= json.size()) return false;
    std::string &held = values.hold();
    const bool isString = unescapeJSON(json.substr(first, at - first), held);
    ++at;
    text = held;
    return isString;
}

void TableReader::readPairs(std::string_view document) {
    const Values::Value *const list = values.first(layout.pairs->in);
    if (list == nullptr && layout.form != RecordTableJSON) return;
    // What is held does not move.
    const std::string_view json = list == nullptr ? document : list->text;
    const std::string &nameKey = layout.pairs->name, &valueKey = layout.pairs->value;
    for (size_t at = json.find(nameKey); at != std::string_view::npos; at = json.find(nameKey, at)) {
        std::string_view name, value;
        at += nameKey.size();
        if (!takeString(json, at, name)) continue;
        const size_t end = std::min(json.find('}', at), json.size());
        size_t place = json.find(valueKey, at);
        if (place > end) continue;
        place += valueKey.size();
        if (takeString(json, place, value)) add(layout.find(name), value);
        at = std::max(at, std::min(place, json.size()));
    }
}

// MARK: Patterns

bool TableReader::readPlaces(const Pattern &pattern, size_t from, std::string_view rest) {
    constexpr size_t most = 32;
    if (from == 0) placeTexts.assign(pattern.places.size(), {});
    for (size_t number = from; number < std::min(pattern.places.size(), most); ++number) {
        const Pattern::Place &place = pattern.places[number];
        size_t end = place.literal.empty() ? rest.size() : rest.find(place.literal);
        // Of a gap's ends the first behind which the rest follows.
        for (; place.isGap && end != std::string_view::npos; end = rest.find(place.literal, end + 1))
            if (readPlaces(pattern, number + 1, rest.substr(end + place.literal.size()))) return true;
        if (place.isGap) return false;
        size_t next = end + place.literal.size();
        if (end == std::string_view::npos) {
            // Nothing may follow the last value, and the last one may be missing.
            if (pattern.places.size() - number > 2 || place.literal != " ") return false;
            end = next = rest.size();
        }
        if (!place.mayBe(rest.substr(0, end))) return false;
        placeTexts[number] = rest.substr(0, end);
        // One blank stands for several.
        const bool isBlankEnd = !place.literal.empty() && place.literal.back() == ' ';
        while (isBlankEnd && next < rest.size() && rest[next] == ' ') ++next;
        rest.remove_prefix(std::min(next, rest.size()));
    }
    return true;
}

bool TableReader::readPattern(const Pattern &pattern, std::string_view line) {
    bool isFound = false;
    if (pattern.begin.empty()) isFound = readPlaces(pattern, 0, trimmed(line));
    size_t at = pattern.begin.empty() ? std::string_view::npos : line.find(pattern.begin);
    for (int tries = 0; !isFound && at != std::string_view::npos && tries < 16; ++tries) {
        isFound = readPlaces(pattern, 0, line.substr(at + pattern.begin.size()));
        at = line.find(pattern.begin, at + 1);
    }
    if (!isFound) return false;
    for (size_t i = 0; i < pattern.places.size(); ++i) add(pattern.places[i].slot, placeTexts[i]);
    for (const auto &[slot, text] : pattern.said) values.add(slot, {text, true, false});
    return true;
}

// MARK: XML

namespace {

/// Undoes the five entities of XML and numbers of characters below 128.
void unescapeXML(std::string_view text, std::string &out) {
    for (size_t i = 0; i < text.size(); ++i) {
        const size_t end = text[i] == '&' ? text.find(';', i) : std::string_view::npos;
        if (end == std::string_view::npos || end - i > 8) {
            out.push_back(text[i]);
            continue;
        }
        const std::string_view name = text.substr(i + 1, end - i - 1);
        char c = 0;
        if (name == "amp") c = '&';
        else if (name == "lt") c = '<';
        else if (name == "gt") c = '>';
        else if (name == "quot") c = '"';
        else if (name == "apos") c = '\'';
        else if (!name.empty() && name[0] == '#') {
            const bool isHex = name.size() > 1 && (name[1] | 0x20) == 'x';
            const long number = std::strtol(std::string(name.substr(isHex ? 2 : 1)).c_str(), nullptr, isHex ? 16 : 10);
            c = number > 0 && number < 128 ? char(number) : '?';
        }
        if (c == 0) {
            out.push_back('&');
            continue;
        }
        out.push_back(c);
        i = end;
    }
}

}  // namespace

/// Of an event: `<Data Name="SourceIp">…</Data>` by the names, other elements by theirs, and attributes of elements by
/// `Element.Attribute`.
void TableReader::readXML(std::string_view text) {
    const auto keep = [&](std::string_view name, std::string_view value) {
        const Slot slot = layout.find(name);
        if (slot == Node::nothing) return;
        if (value.find('&') == std::string_view::npos) return add(slot, value);
        std::string &held = values.hold();
        unescapeXML(value, held);
        add(slot, held);
    };
    for (size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1)) {
        const size_t close = text.find('>', at);
        if (close == std::string_view::npos) return;
        std::string_view tag = text.substr(at + 1, close - at - 1);
        if (tag.empty() || tag.front() == '/' || tag.front() == '?' || tag.front() == '!') continue;
        size_t nameEnd = 0;
        while (nameEnd < tag.size() && !sensor::isSpace(tag[nameEnd]) && tag[nameEnd] != '/') ++nameEnd;
        std::string_view name = tag.substr(0, nameEnd);
        std::string_view given;
        for (size_t i = nameEnd; i < tag.size();) {
            const size_t equals = tag.find('=', i);
            if (equals == std::string_view::npos || equals + 1 >= tag.size()) break;
            size_t begin = equals;
            while (begin > i && !sensor::isSpace(tag[begin - 1])) --begin;
            const char quote = tag[equals + 1];
            const size_t end = tag.find(quote, equals + 2);
            if ((quote != '"' && quote != '\'') || end == std::string_view::npos) break;
            const std::string_view attribute = tag.substr(begin, equals - begin);
            const std::string_view value = tag.substr(equals + 2, end - equals - 2);
            if (attribute == "Name" && name == "Data") given = value;
            else keep(std::string(name) + '.' + std::string(attribute), value);
            i = end + 1;
        }
        if (tag.back() == '/') continue;
        const size_t end = text.find('<', close);
        if (end == std::string_view::npos) return;
        keep(given.empty() ? name : given, text.substr(close + 1, end - close - 1));
        at = end - 1;
    }
}

}  // namespace records
