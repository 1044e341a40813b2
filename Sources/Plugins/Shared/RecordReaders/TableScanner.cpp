// The C functions of tables: finds where records begin and end, and tells what became of each.

#include <algorithm>
#include <list>
#include <unordered_map>

#include "Conversations.hpp"
#include "Recorder.hpp"
#include "TableReader.hpp"

namespace records {

namespace {

/// Reasons beyond these are one: values in them come from the input.
constexpr size_t mostReasons = 48;
/// The first records of two that wait for the second one.
constexpr size_t mostWaiting = 1 << 18;
/// A text in quotes that goes on longer than this has no end.
constexpr size_t longestQuoted = 1 << 20;

/// Line feeds in a text.
uint64_t countLines(std::string_view text) { return uint64_t(std::count(text.begin(), text.end(), '\n')); }

}  // namespace

/// What became of records, by reason.
class Tallies {
public:
    void clear() { entries.clear(), numbers.clear(); }

    void add(RecordFate fate, std::string_view reason, ContextKind kind, uint64_t place, uint64_t line) {
        Entry &entry = this->entry(fate, reason, kind);
        if (entry.placeCount < RECORD_PLACES) {
            entry.places[entry.placeCount] = place;
            entry.lines[entry.placeCount++] = line;
        }
        ++entry.count;
    }

    size_t size() const { return entries.size(); }

    RecordTally at(size_t number) const {
        const Entry &entry = entries[number];
        RecordTally tally{};
        tally.fate = entry.fate;
        tally.kind = entry.kind;
        tally.reason = entry.reason.data();
        tally.length = entry.reason.size();
        tally.count = entry.count;
        tally.placeCount = entry.placeCount;
        std::copy(entry.places, entry.places + RECORD_PLACES, tally.places);
        std::copy(entry.lines, entry.lines + RECORD_PLACES, tally.lines);
        return tally;
    }

    /// Takes one away again, which may have been counted in another file.
    void drop(RecordFate fate, std::string_view reason) { --entry(fate, reason, 0).count; }

private:
    struct Entry {
        RecordFate fate;
        ContextKind kind;
        std::string reason;
        int64_t count;
        size_t placeCount;
        uint64_t places[RECORD_PLACES], lines[RECORD_PLACES];
    };

    Entry &entry(RecordFate fate, std::string_view reason, ContextKind kind) {
        key.assign(1, char('0' + fate)).append(1, char('0' + kind)).append(reason.substr(0, 100));
        auto found = numbers.find(key);
        if (found == numbers.end() && entries.size() >= mostReasons && fate != RecordUsed) {
            reason = "other reasons";
            key.assign(1, char('0' + fate)).append(reason);
            found = numbers.find(key);
        }
        if (found != numbers.end()) return entries[found->second];
        std::string text;
        context::repair(reason.substr(0, 100), text);
        for (char &c : text)
            if ((unsigned char)c < ' ') c = ' ';
        numbers.emplace(key, entries.size());
        entries.push_back(Entry{fate, kind, std::move(text), 0, 0, {}, {}});
        return entries.back();
    }

    std::vector<Entry> entries;
    std::unordered_map<std::string, size_t> numbers;
    std::string key;
};

}  // namespace records

struct TableScanner {
    using Kind = records::Kind;
    using Taken = records::TableReader::Taken;

    TableScanner(const RecordPlan &plan, const ContextInterest &interest, size_t longest)
        : plan(plan), arena(interest), values(plan.paths.size()), reader(plan, values),
          recorder(arena, values, plan.table.get()), conversations(*plan.table), longest(longest) {}

    const RecordPlan &plan;
    RecordArena arena;
    records::Values values;
    records::TableReader reader;
    records::Recorder recorder;
    records::Conversations conversations;
    records::Tallies tallies;
    const size_t longest;

    void begin(uint64_t file, uint64_t position, int64_t reference);
    void give(const char *bytes, size_t length);
    bool read(size_t most, bool isLast);
    void finish();
    size_t rest() const { return length - at; }

private:
    /// Of a record in what was given: where it begins and ends, and where the next one may begin.
    struct Found {
        size_t begin, end, next;
        const char *fault = nullptr;
    };
    enum class Search { found, more, none };
    Search find(bool isLast, Found &found);
    Search findLine(bool isLast, Found &found);
    Search findRow(bool isLast, Found &found);
    Search findObject(bool isLast, Found &found);
    Search findEvent(bool isLast, Found &found);
    Search tooLong(bool isLast, Found &found);

    void take(std::string_view text, uint64_t position);
    void record(uint64_t position);
    void takeOver(bool all);
    bool join(uint64_t position);
    void nameMachine();
    const std::string *excuse(const Kind &kind);
    void count(RecordFate fate, std::string_view reason, uint64_t position, ContextKind kind = 0) {
        tallies.add(fate, reason, kind, position, line);
    }

    /// What was given and not read stands from `at` on, with padding behind it.
    std::string buffer;
    size_t at = 0, length = 0;
    /// Where the buffer begins in the file, and the number of the line at `at`.
    uint64_t origin = 0, line = 1, file = 0;
    /// The rest of a record that is too long is passed over.
    bool isPassing = false;
    /// Whether the file's first object may hold the records.
    bool mayHold = true;
    /// The object at hand, and why a record is none of a kind.
    std::string document, said;
    std::vector<std::string> tuples;
    size_t tupleNumber = 0;
    bool isFinishing = false;

    /// A first record that waits for the second one.
    struct Waiting {
        std::string key;
        std::vector<std::pair<records::Slot, std::string>> texts;
        uint64_t position, line;
    };
    std::list<Waiting> waiting;
    std::unordered_map<std::string, std::list<Waiting>::iterator> waitingByKey;
    /// The addresses of machines by their names.
    std::unordered_map<std::string, std::string> addresses;
};

void TableScanner::begin(uint64_t next, uint64_t position, int64_t reference) {
    reader.forgetHeader();
    recorder.setReference(reference);
    tallies.clear();
    buffer.assign(RECORD_PADDING, '\0');
    at = length = 0;
    origin = position;
    line = 1;
    file = next;
    isPassing = false;
    mayHold = true;
}

void TableScanner::give(const char *bytes, size_t count) {
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

// MARK: Where records stand

TableScanner::Search TableScanner::tooLong(bool isLast, Found &found) {
    if (length - at <= longest && !isLast) return Search::more;
    if (isLast) return Search::none;
    isPassing = true;
    found = {at, at, length, "longer than max_line"};
    return Search::found;
}

TableScanner::Search TableScanner::findLine(bool isLast, Found &found) {
    const void *const feed = std::memchr(buffer.data() + at, '\n', length - at);
    if (feed == nullptr && !isLast) return tooLong(isLast, found);
    const size_t end = feed == nullptr ? length : size_t(static_cast<const char *>(feed) - buffer.data());
    found = {at, end, std::min(end + 1, length)};
    return Search::found;
}

/// A row goes on over lines where a cell stands in quotes.
TableScanner::Search TableScanner::findRow(bool isLast, Found &found) {
    Search search = findLine(isLast, found);
    if (search != Search::found || found.fault != nullptr) return search;
    const size_t first = found.end, firstNext = found.next;
    const char separator = plan.table->separator;
    const std::string_view all(buffer.data(), length);
    if (!records::TableReader::endsInQuotes(all.substr(at, first - at), separator)) return search;
    // Of quotes at the ends of cells the first that leaves none open ends the row.
    size_t quote = first;
    while ((quote = all.find('"', quote + 1)) != std::string_view::npos && quote - at < records::longestQuoted) {
        const char behind = quote + 1 < length ? all[quote + 1] : '\n';
        if (behind != separator && behind != '\n' && behind != '\r') continue;
        if (quote + 1 >= length && !isLast) return Search::more;
        const size_t end = std::min(all.find('\n', quote), length);
        if (end == length && !isLast) return Search::more;
        if (records::TableReader::endsInQuotes(all.substr(at, end - at), separator)) {
            quote = end;
            continue;
        }
        found = {at, end, std::min(end + 1, length)};
        return Search::found;
    }
    if (!isLast && length - at < records::longestQuoted) return Search::more;
    found = {at, first, firstNext, "a text in quotes that does not end"};
    return Search::found;
}

TableScanner::Search TableScanner::findObject(bool isLast, Found &found) {
    // What stands between objects: blanks, commas, the brackets of arrays and of what holds them.
    size_t begin = at;
    while (begin < length) {
        const char c = buffer[begin];
        if (c == '{') break;
        line += c == '\n';
        if (!sensor::isSpace(c) && c != ',' && c != '[' && c != ']' && c != '}') break;
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
                const bool holds = std::any_of(plan.table->inside.begin(), plan.table->inside.end(), [&](const std::string &name) {
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
                    line += records::countLines(std::string_view(buffer.data() + at, next - at));
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
    if (!isLast) return tooLong(isLast, found);
    found = {at, length, length, "last record cut off"};
    return Search::found;
}

TableScanner::Search TableScanner::findEvent(bool isLast, Found &found) {
    const std::string_view all(buffer.data(), length);
    size_t begin = all.find("<Event", at);
    // <Events>, <EventID>
    while (begin != std::string_view::npos && begin + 6 < length && all[begin + 6] != '>' && !sensor::isSpace(all[begin + 6]))
        begin = all.find("<Event", begin + 1);
    if (begin == std::string_view::npos) {
        if (isLast) return at = length, Search::none;
        const size_t kept = std::min<size_t>(length - at, 8);
        line += records::countLines(all.substr(at, length - at - kept));
        at = length - kept;
        return Search::more;
    }
    line += records::countLines(all.substr(at, begin - at));
    at = begin;
    constexpr std::string_view close = "</Event>";
    const size_t end = all.find(close, begin);
    if (end == std::string_view::npos) {
        if (!isLast) return tooLong(isLast, found);
        found = {begin, length, length, "last record cut off"};
        return Search::found;
    }
    found = {begin, end + close.size(), end + close.size()};
    return Search::found;
}

TableScanner::Search TableScanner::find(bool isLast, Found &found) {
    if (isPassing) {
        const void *const feed = std::memchr(buffer.data() + at, '\n', length - at);
        if (feed == nullptr) return at = length, isLast ? Search::none : Search::more;
        at = size_t(static_cast<const char *>(feed) - buffer.data()) + 1;
        ++line;
        isPassing = false;
    }
    if (at == length) return isLast ? Search::none : Search::more;
    switch (plan.table->form) {
    case RecordTableJSON: return findObject(isLast, found);
    case RecordTableRows: return findRow(isLast, found);
    case RecordTableXML: return findEvent(isLast, found);
    case RecordTableKeys:
    case RecordTablePatterns: break;
    }
    return findLine(isLast, found);
}

bool TableScanner::read(size_t most, bool isLast) {
    while (true) {
        if (arena.given.records.size() >= most) return true;
        Found found;
        if (find(isLast, found) != Search::found) return false;
        const uint64_t position = origin + found.begin;
        std::string_view text(buffer.data() + found.begin, found.end - found.begin);
        if (found.fault != nullptr) {
            // A line between records is none.
            if (*found.fault != '\0') {
                ++arena.lines;
                count(RecordRejected, found.fault, position);
            }
        } else {
            while (!text.empty() && (text.back() == '\r' || text.back() == '\n')) text.remove_suffix(1);
            take(text, position);
        }
        line += records::countLines(std::string_view(buffer.data() + found.begin, found.next - found.begin));
        at = found.next;
    }
}

// MARK: What becomes of them

void TableScanner::take(std::string_view text, uint64_t position) {
    values.clear();
    tupleNumber = 0;
    ++arena.lines;
    if (std::all_of(text.begin(), text.end(), [](char c) { return sensor::isSpace(c); }))
        return count(RecordSkipped, "blank line", position);
    // simdjson reads past the end of an object.
    if (plan.table->form == RecordTableJSON) {
        document.assign(text.substr(text.find('{')));
        const size_t size = document.size();
        document.append(RECORD_PADDING, ' ');
        text = std::string_view(document).substr(0, size);
    }
    switch (reader.read(text)) {
    case Taken::record: break;
    case Taken::header: return count(RecordSkipped, "header", position);
    case Taken::comment: return count(RecordSkipped, "comment", position);
    case Taken::other: return count(RecordSkipped, "another message", position);
    case Taken::notJSON: return count(RecordRejected, "not JSON", position);
    case Taken::wrongColumns: return count(RecordRejected, "other columns than the header", position);
    case Taken::noHeader: return count(RecordRejected, "no header above", position);
    case Taken::noKeys: return count(RecordRejected, "no key=value", position);
    }
    if (plan.table->tuples == records::Node::nothing) return record(position);
    tuples.clear();
    values.each(plan.table->tuples, [&](const records::Values::Value &value) {
        tuples.emplace_back(value.text);
        return true;
    });
    if (tuples.empty()) return count(RecordSkipped, "no flows in it", position);
    --arena.lines;
    for (const std::string &tuple : tuples) {
        ++arena.lines;
        values.clear();
        ++tupleNumber;
        if (reader.readTuple(tuple)) record(position);
        else count(RecordRejected, "other columns than flows have", position);
    }
}

/// Joins the second of two records with what the first one said.
///
/// - Returns: false where the record is a first one, and waits.
bool TableScanner::join(uint64_t position) {
    const records::TableLayout &layout = *plan.table;
    if (!layout.isFirst || isFinishing) return true;
    std::string key;
    for (const records::Slot slot : layout.joinedBy) {
        const auto *const value = values.first({slot});
        if (value == nullptr) return true;
        key.append(value->text).push_back('\n');
    }
    const auto *const told = values.first(layout.isFirst->slots);
    const bool isFirst = told != nullptr && layout.isFirst->holds(told->text);
    const auto known = waitingByKey.find(key);
    if (!isFirst) {
        if (known == waitingByKey.end()) return true;
        for (const auto &[slot, text] : known->second->texts) {
            for (const auto &[first, base] : layout.firsts)
                if (base == slot) {
                    std::string &held = values.hold();
                    held = text;
                    values.add(first, {held, true, false});
                }
            if (values.first({slot}) != nullptr) continue;
            std::string &held = values.hold();
            held = text;
            values.add(slot, {held, true, false});
        }
        waiting.erase(known->second);
        waitingByKey.erase(known);
        return true;
    }
    if (known != waitingByKey.end()) {
        waiting.erase(known->second);
        waitingByKey.erase(known);
    } else if (waiting.size() >= records::mostWaiting) {
        waitingByKey.erase(waiting.front().key);
        waiting.pop_front();
        tallies.add(RecordNoted, "beginnings of connections forgotten, since too many were open", 0, position, line);
    }
    Waiting entry{key, {}, position, line};
    for (size_t slot = 0; slot < plan.paths.size(); ++slot)
        if (const auto *const value = values.first({records::Slot(slot)}))
            entry.texts.emplace_back(records::Slot(slot), std::string(value->text));
    waiting.push_back(std::move(entry));
    waitingByKey[key] = std::prev(waiting.end());
    return false;
}

namespace {
constexpr const char *partly = "one of several records of a conversation";
constexpr const char *joined = "the beginning of a connection whose end is told too";
}

/// Why a record is none of a kind; null where it is one.
const std::string *TableScanner::excuse(const Kind &kind) {
    for (const auto &requirement : kind.required) {
        const auto *const value = values.first(requirement.slots);
        if (requirement.holds(value == nullptr ? std::string_view() : value->text)) continue;
        said = value == nullptr ? "no " + requirement.name : requirement.name + ' ' + std::string(value->text.substr(0, 60));
        return &said;
    }
    for (const auto &requirement : kind.excluded) {
        const auto *const value = values.first(requirement.slots);
        if (!requirement.holds(value == nullptr ? std::string_view() : value->text)) continue;
        said = value == nullptr ? "no " + requirement.name : requirement.name + ' ' + std::string(value->text.substr(0, 60));
        return &said;
    }
    return nullptr;
}

/// Learns the address of a machine, or tells it.
void TableScanner::nameMachine() {
    const records::TableLayout &layout = *plan.table;
    if (layout.machine.empty()) return;
    const auto *const machine = values.first(layout.machine);
    if (machine == nullptr) return;
    const auto *const address = values.first(layout.machineAddress);
    if (address != nullptr) {
        constexpr size_t most = 1 << 16;
        const bool isLoopback = address->text.substr(0, 4) == "127." || address->text == "::1" || address->text == "0:0:0:0:0:0:0:1"
            || address->text.substr(0, 5) == "fe80:";
        if (!isLoopback && addresses.size() < most) addresses[std::string(machine->text)] = std::string(address->text);
    } else if (layout.knownAddress != records::Node::nothing) {
        const auto known = addresses.find(std::string(machine->text));
        if (known != addresses.end()) values.add(layout.knownAddress, {known->second, true, false});
    }
}

/// Has records of the conversations that are over.
void TableScanner::takeOver(bool all) {
    const uint64_t present = line;
    const bool wasFinishing = std::exchange(isFinishing, true);
    uint64_t position;
    while (conversations.next(values, all, position, line)) {
        tallies.drop(RecordSkipped, partly);
        record(position);
    }
    isFinishing = wasFinishing;
    line = present;
}

void TableScanner::record(uint64_t position) {
    if (plan.table->conversations && !isFinishing) {
        const char *const fault = conversations.take(values, position, line);
        count(fault == nullptr ? RecordSkipped : RecordRejected, fault == nullptr ? partly : fault, position);
        return takeOver(false);
    }
    if (!join(position)) return count(RecordSkipped, joined, position);
    nameMachine();
    const int64_t id = int64_t((context::mixed(file + position * 0x9e3779b97f4a7c15u) + tupleNumber) >> 1);
    bool isUsed = false, isUnwanted = false;
    const char *fault = nullptr;
    bool isRejected = false;
    std::string reason;
    for (const Kind &kind : plan.kinds) {
        if (const std::string *const text = excuse(kind)) {
            if (reason.empty()) reason = *text;
            continue;
        }
        if (kind.kind == records::nobody) {
            isUnwanted = true;
            continue;
        }
        const auto fate = recorder.record(kind, position, id);
        if (fate.reason == nullptr) {
            if (!isUsed) tallies.add(RecordUsed, {}, kind.kind, position, line);
            isUsed = true;
        } else if (fault == nullptr || (fate.isRejected && !isRejected)) {
            fault = fate.reason;
            isRejected = fate.isRejected;
        }
    }
    if (isUsed) return;
    if (fault != nullptr) count(isRejected ? RecordRejected : RecordSkipped, fault, position);
    else if (isUnwanted) count(RecordSkipped, "not asked for", position);
    else count(RecordSkipped, reason, position);
}

void TableScanner::finish() {
    takeOver(true);
    isFinishing = true;
    for (const Waiting &first : waiting) {
        values.clear();
        for (const auto &[slot, text] : first.texts) values.add(slot, {text, true, false});
        line = first.line;
        tallies.drop(RecordSkipped, joined);
        record(first.position);
    }
    isFinishing = false;
    waiting.clear();
    waitingByKey.clear();
}

extern "C" {

TableScanner *TableScannerCreate(const RecordPlan *plan, const ContextInterest *interest, size_t longest) {
    return new TableScanner(*plan, *interest, longest);
}

void TableScannerDestroy(TableScanner *scanner) { delete scanner; }

RecordArena *TableScannerArena(TableScanner *scanner) { return &scanner->arena; }

void TableScannerBegin(TableScanner *scanner, uint64_t file, uint64_t position, int64_t reference) {
    scanner->begin(file, position, reference);
}

void TableScannerTakeHeader(TableScanner *scanner, const char *line, size_t length) {
    scanner->values.clear();
    scanner->reader.takeHeader(std::string_view(line, length));
}

void TableScannerGive(TableScanner *scanner, const char *bytes, size_t length) { scanner->give(bytes, length); }

bool TableScannerRead(TableScanner *scanner, size_t most, bool isLast) { return scanner->read(most, isLast); }

void TableScannerFinish(TableScanner *scanner) { scanner->finish(); }

size_t TableScannerRest(const TableScanner *scanner) { return scanner->rest(); }

size_t TableScannerTallies(const TableScanner *scanner) { return scanner->tallies.size(); }

RecordTally TableScannerTally(const TableScanner *scanner, size_t number) { return scanner->tallies.at(number); }

const char *TableScannerColumns(TableScanner *scanner, size_t *length) {
    *length = scanner->reader.columns().size();
    return scanner->reader.columns().data();
}

}  // extern "C"
