#include "UsualRecordReader.hpp"

#include <algorithm>

#include "SensorText/Address.hpp"

namespace records {

namespace {

/// Whether a key stands somewhere, of which four bytes or more can be read.
SENSOR_INLINE bool stands(const char *place, std::string_view key) {
    const size_t size = key.size();
    const auto equal64 = [&](size_t at) { return sensor::load64(place + at) == sensor::load64(key.data() + at); };
    const auto equal32 = [&](size_t at) { return sensor::load32(place + at) == sensor::load32(key.data() + at); };
    if (size >= 8)
        return equal64(0) && equal64(size - 8) && (size <= 16 || std::memcmp(place, key.data(), size) == 0);
    return size >= 4 ? equal32(0) && equal32(size - 4) : std::memcmp(place, key.data(), size) == 0;
}

}  // namespace

/// Keys begin with a quote and two letters, which hardly anything else does, so 16 places are told apart at once.
const char *findKey(std::string_view text, std::string_view key) {
    if (key.size() > text.size()) return nullptr;
    const char *const last = text.data() + text.size() - key.size();
    for (const char *p = text.data(); p <= last; p += 16) {
        uint32_t places = sensor::equal16(p, key[0]) & sensor::equal16(p + 1, key[1]) & sensor::equal16(p + 2, key[2]);
        for (; places != 0; places &= places - 1) {
            const char *const place = p + __builtin_ctz(places);
            if (place > last) return nullptr;
            if (stands(place, key)) return place;
        }
    }
    return nullptr;
}

namespace {

std::string quoted(std::string_view name, const char *behind) { return '"' + std::string(name) + '"' + behind; }

/// Takes the text that begins somewhere in a line, up to its quote.
///
/// - Returns: false where there are escapes in it, other than those of slashes where there is memory for the text.
bool takeText(std::string_view rest, std::string_view &text, std::string *scratch = nullptr) {
    // Most texts are short: both characters are looked for at once, and no function is called.
    const auto places = [&](char c) {
        return sensor::equal16(rest.data(), c) | sensor::equal16(rest.data() + 16, c) << 16;
    };
    if (const uint32_t quotes = places('"'); quotes != 0) {
        const auto length = size_t(__builtin_ctz(quotes));
        if (length >= rest.size()) return false;
        text = rest.substr(0, length);
        if ((places('\\') & ((uint32_t(1) << length) - 1)) == 0) return true;
    } else {
        const void *const quote = std::memchr(rest.data(), '"', rest.size());
        if (quote == nullptr) return false;
        text = rest.substr(0, size_t(static_cast<const char *>(quote) - rest.data()));
    }
    if (std::memchr(text.data(), '\\', text.size()) == nullptr) return true;
    if (scratch == nullptr) return false;
    scratch->clear();
    for (size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && (++i == text.size() || text[i] != '/')) return false;
        scratch->push_back(text[i]);
    }
    text = *scratch;
    return true;
}

bool endsWith(std::string_view text, std::string_view end) {
    return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

/// Which of the 16 bytes at a place are quotes with a blank behind them, which may stand between tokens.
SENSOR_INLINE uint32_t blanks16(const char *p) { return sensor::equal16(p, '"') & sensor::blank16(p + 1); }

/// Takes the part of an object that has no others in it but those that are known.
///
/// - Returns: false where blanks may stand between its tokens: behind a quote.
bool takePlain(std::string_view words, const std::vector<std::string> &openings, std::string_view &plain) {
    plain = words;
    for (size_t block = 0; block < plain.size(); block += 16) {
        const char *const p = words.data() + block;
        const uint32_t left = plain.size() - block < 16 ? (uint32_t(1) << (plain.size() - block)) - 1 : 0xFFFF;
        if ((blanks16(p) & left) != 0) return false;
        uint32_t places = (sensor::equal16(p, '{') | sensor::equal16(p, '[')) & left;
        for (; places != 0; places &= places - 1) {
            const size_t at = block + size_t(__builtin_ctz(places));
            const std::string_view before = words.substr(0, at + 1);
            const bool isKnown = std::any_of(
                openings.begin(), openings.end(), [&](const std::string &opening) { return endsWith(before, opening); });
            if (isKnown) continue;
            plain = words.substr(0, at);
            break;
        }
    }
    return true;
}

}  // namespace

/// The members of a head, which mostly stand in the order in which they are asked for.
class UsualRecordReader::Head {
public:
    explicit Head(std::string_view text) : all(text), rest(text) {}

    bool takeText(std::string_view key, std::string_view &text) {
        return find(key) && !rest.empty() && rest.front() == '"' && records::takeText(rest.substr(1), text);
    }

    bool takeAddress(std::string_view key, SensorAddress &address) {
        std::string_view text;
        return takeText(key, text) && sensor::readAddressInside(text.data(), text.size(), address);
    }

    /// - Returns: false where the member is not there, no plain number, or too large.
    bool takeNumber(std::string_view key, uint64_t most, uint64_t &number) {
        if (!find(key)) return false;
        size_t digits = 0;
        for (number = 0; digits < rest.size() && digits < 18 && sensor::isDigit(rest[digits]); ++digits)
            number = number * 10 + uint64_t(rest[digits] - '0');
        return digits > 0 && digits < rest.size() && rest[digits] == ',' && number <= most;
    }

    /// Begins at its begin again.
    void begin() { rest = all; }

    bool find(std::string_view key) {
        const char *found = findKey(rest, key);
        if (found == nullptr) found = findKey(all, key);
        if (found == nullptr) return false;
        rest = all.substr(size_t(found - all.data()) + key.size());
        return true;
    }

private:
    std::string_view all, rest;
};

UsualRecordReader::UsualRecordReader(const RecordPlan &plan, RecordArena &arena) : plan(plan), arena(arena) {
    for (const Kind &kind : plan.kinds) forms.push_back(form(plan, kind));
}

UsualRecordReader::Form UsualRecordReader::form(const RecordPlan &plan, const Kind &kind) {
    Form form;
    /// A member of the line itself.
    const auto member = [&](RecordPart part) {
        const Slots &slots = kind.parts[part];
        const std::string_view path = slots.size() == 1 ? std::string_view(plan.paths[slots[0]].name) : std::string_view();
        return path.size() > 1 && path.find('.') == std::string_view::npos ? quoted(path, ":") : std::string();
    };
    form.start = member(RecordStart);
    form.source = member(RecordSource);
    form.sourcePort = member(RecordSourcePort);
    form.destination = member(RecordDestination);
    form.port = member(RecordPort);
    form.protocol = member(RecordProtocol);
    form.id = member(RecordID);
    for (const std::string *key :
         {&form.start, &form.source, &form.sourcePort, &form.destination, &form.port, &form.protocol, &form.id})
        if (key->empty()) return form;
    for (size_t place = 0; place < kind.columns.size(); ++place) {
        const ColumnField &field = kind.columns[place];
        const bool isAnswers = kind.hasAnswers() && place == kind.answers;
        const bool isUsed = isAnswers || field.column.is(ContextCounted) || field.column.isKept(Detail::comparison);
        if (!isUsed || addMember(form, plan, field, isAnswers)) continue;
        if (isAnswers || field.column.is(ContextCounted)) return form;
        form.isComparable = false;
    }
    form.isCounted = std::any_of(kind.columns.begin(), kind.columns.end(), [](const ColumnField &field) {
        return field.column.is(ContextCounted) || field.column.is(ContextIsAnswers);
    });
    form.isKnown = !plan.selectorKey.empty();
    return form;
}

/// - Returns: false where it stands neither as a text in the one object, nor in a list of objects there for answers.
bool UsualRecordReader::addMember(Form &form, const RecordPlan &plan, const ColumnField &field, bool isAnswers) {
    if (!isAnswers && field.form != RecordText) return false;
    std::string_view names[3];
    for (auto slots = field.alternatives.rbegin(); slots != field.alternatives.rend(); ++slots) {
        // The last one seen is the first of all.
        std::string_view path = plan.paths[slots->front()].name;
        for (std::string_view &name : names) {
            const size_t dot = std::min(path.find('.'), path.size());
            name = path.substr(0, dot);
            path.remove_prefix(std::min(dot + 1, path.size()));
        }
        const std::string object = quoted(names[0], ":{");
        if (names[1].empty() || !path.empty() || (!form.object.empty() && form.object != object)) return false;
        form.object = object;
    }
    if (isAnswers) {
        form.answers = field.column;
        form.list = quoted(names[1], ":[");
        form.answer = quoted(names[2], ":\"");
        return !names[2].empty();
    }
    // In an object of its own it has to be the first member.
    form.members.push_back(
        {field.column, quoted(names[1], ":"), names[2].empty() ? "\"" : "{" + quoted(names[2], ":\""), {}, {}});
    return true;
}

bool UsualRecordReader::read(std::string_view line, const Kind &kind, uint64_t position) {
    Form &form = forms[size_t(&kind - plan.kinds.data())];
    // A line that was cut off is rejected by who reads it.
    if (!form.isKnown || arena.interest.isAll || line.size() < 2 || line.front() != '{' || line.back() != '}') return false;
    const size_t brace = std::min(line.find('{', 1), line.size() - 1);
    Head head(line.substr(0, brace));
    ContextHead record{};
    std::string_view text;
    uint64_t sourcePort = 0;
    if (!head.takeText(form.start, text) || !times.read(text.data(), text.size(), record.start)) return false;
    if (!head.takeAddress(form.source, record.source)) return false;
    const bool isQuery = kind.hasQuery();
    bool hasSourcePort = isQuery && head.takeNumber(form.sourcePort, UINT16_MAX, sourcePort);
    if (!head.takeAddress(form.destination, record.destination)) return false;
    const Detail detail = arena.interest.detail(kind.kind, record.source, record.destination);
    if (!isQuery && detail != Detail::none) hasSourcePort = head.takeNumber(form.sourcePort, UINT16_MAX, sourcePort);
    if (detail == Detail::full || (detail == Detail::comparison && !form.isComparable)) return false;
    // What a resolver sent is the other's lookup; its port tells.
    if ((detail != Detail::none && !hasSourcePort) || (isQuery && (!hasSourcePort || sourcePort == 53))) return false;
    if (form.isCounted || detail != Detail::none) {
        if (!endsWith(line.substr(0, brace + 1), form.object)) return false;
        const std::string_view words = line.substr(brace + 1);
        std::string_view plain;
        if (!takePlain(words, kind.openings, plain)) return false;
        if (!takeMembers(form, plain, plain.size() == words.size(), detail)) return false;
        if (!takeAnswers(form, words, plain, detail)) return false;
    }
    record.kind = kind.kind;
    record.position = position;
    record.sourcePort = uint16_t(sourcePort);
    if (!arena.interest.holds(record.start)) return true;
    if (detail == Detail::comparison && !write(form, head, record, kind.mayWait)) return false;
    ++arena.used[kind.kind];
    for (const Member &member : form.members) arena.count(kind.kind, member.column, member.text, record.source);
    return true;
}

/// - plain: what stands before objects that are not known; `isWhole` if there are none.
bool UsualRecordReader::takeMembers(Form &form, std::string_view plain, bool isWhole, Detail detail) {
    for (Member &member : form.members) {
        member.text = {};
        if (!arena.interest.counts(member.column) && !member.column.isKept(detail)) continue;
        const char *const found = findKey(plain, member.key);
        if (found == nullptr) {
            // It may stand behind what is not known.
            if (!isWhole) return false;
            continue;
        }
        const std::string_view rest = plain.substr(size_t(found - plain.data()) + member.key.size());
        if (rest.substr(0, member.behind.size()) != member.behind) return false;
        if (!takeText(rest.substr(member.behind.size()), member.text, &member.scratch)) return false;
    }
    return true;
}

/// Takes the answers, which stand in a list of objects behind the plain part.
///
/// - Returns: false where they are written in another way, or one of them is asked for.
bool UsualRecordReader::takeAnswers(const Form &form, std::string_view words, std::string_view plain, Detail detail) {
    answers.clear();
    const bool isKept = form.answers.isKept(detail);
    if (form.answer.empty() || (!isKept && arena.interest.answers.empty())) return true;
    // An answer of its own, as old versions wrote it.
    if (plain.size() == words.size()) return findKey(plain, form.answer) == nullptr;
    std::string_view list = words.substr(plain.size() + 1);
    if (!endsWith(words.substr(0, plain.size() + 1), form.list)) return false;
    list = list.substr(0, list.find_first_of("[]"));
    for (size_t block = 0; block < list.size(); block += 16)
        if (blanks16(list.data() + block) != 0) return false;
    bool isEmpty = true;
    while (const char *const found = findKey(list, form.answer)) {
        std::string_view text;
        SensorAddress address;
        list.remove_prefix(size_t(found - list.data()) + form.answer.size());
        if (!takeText(list, text)) return false;
        if (sensor::readAddressInside(text.data(), text.size(), address) && arena.interest.isAnswer(address)) return false;
        if (isKept) RecordArena::join(answers, text);
        isEmpty = false;
    }
    return !isEmpty && list.find(":{") == std::string_view::npos;
}

/// Writes what the record is compared by.
bool UsualRecordReader::write(Form &form, Head &head, ContextHead &record, bool mayWait) {
    std::string_view protocol;
    uint64_t port, id;
    if (!head.takeNumber(form.port, UINT16_MAX, port)) return false;
    record.port = uint16_t(port);
    if (!head.takeText(form.protocol, protocol)) return false;
    record.protocol = SensorProtocolNumber(protocol.data(), protocol.size());
    head.begin();
    if (!head.takeNumber(form.id, INT64_MAX, id)) return false;
    record.id = int64_t(id);
    arena.begin(record, Detail::comparison, mayWait);
    for (const Member &member : form.members) arena.text(member.column, member.text);
    arena.text(form.answers, answers);
    arena.end();
    return true;
}

}  // namespace records
