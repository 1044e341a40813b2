#include "RecordArenas/RecordArena.hpp"

#include <algorithm>
#include <array>

namespace context {

namespace {

/// How many bytes of valid UTF-8 begin at `p`: one character; 0 where there is none (RFC 3629, section 4).
size_t characterLength(const unsigned char *p, size_t rest) {
    const auto follows = [&](size_t at, unsigned low = 0x80, unsigned high = 0xBF) {
        return at < rest && p[at] >= low && p[at] <= high;
    };
    const unsigned first = p[0];
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return follows(1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        const unsigned low = first == 0xE0 ? 0xA0 : 0x80, high = first == 0xED ? 0x9F : 0xBF;
        return follows(1, low, high) && follows(2) ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        const unsigned low = first == 0xF0 ? 0x90 : 0x80, high = first == 0xF4 ? 0x8F : 0xBF;
        return follows(1, low, high) && follows(2) && follows(3) ? 4 : 0;
    }
    return 0;
}

constexpr char replacement[] = "\xEF\xBF\xBD";

bool isPlain(std::string_view text) {
    unsigned char all = 0;
    for (const char c : text) all |= (unsigned char)c;
    return all < 0x80;
}

/// The characters of which hosts are made as they are kept.
constexpr std::array<bool, 256> usualInHosts = [] {
    std::array<bool, 256> usual{};
    for (size_t c = 0; c < 256; ++c)
        usual[c] = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
    return usual;
}();

/// Whether a host is already as it is kept: letters in lower case, digits, dashes and dots inside.
bool isCleanHost(std::string_view text) {
    if (text.size() > RecordArena::longestText || text.empty() || text.back() == '.') return false;
    bool isUsual = true;
    for (const char c : text) isUsual &= usualInHosts[uint8_t(c)];
    return isUsual;
}

}  // namespace

void repair(std::string_view text, std::string &repaired) {
    const auto *bytes = reinterpret_cast<const unsigned char *>(text.data());
    for (size_t i = 0; i < text.size();) {
        const size_t length = characterLength(bytes + i, text.size() - i);
        if (length == 0) repaired += replacement;
        else repaired.append(text, i, length);
        i += std::max<size_t>(length, 1);
    }
}

std::string_view clean(std::string_view text, std::string &scratch) {
    if (text.size() <= RecordArena::longestText && isPlain(text)) return text;
    scratch.clear();
    const auto *bytes = reinterpret_cast<const unsigned char *>(text.data());
    for (size_t i = 0; i < text.size();) {
        if (scratch.size() >= RecordArena::longestText) {
            scratch += "\xE2\x80\xA6";
            break;
        }
        const size_t length = characterLength(bytes + i, text.size() - i);
        if (length == 0) {
            scratch += replacement;
            ++i;
        } else {
            scratch.append(text, i, length);
            i += length;
        }
    }
    return scratch;
}

std::string_view cleanHost(std::string_view text, std::string &scratch) {
    if (isCleanHost(text)) return text;
    const size_t colon = text.rfind(':');
    if (colon != std::string_view::npos && colon + 1 < text.size()) {
        const std::string_view port = text.substr(colon + 1), name = text.substr(0, colon);
        const bool isBracketed = !name.empty() && name.front() == '[' && name.back() == ']';
        if (std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; })
            && (isBracketed || name.find(':') == std::string_view::npos))
            text = name;
    }
    if (!text.empty() && text.back() == '.') text.remove_suffix(1);
    text = clean(text, scratch);
    const bool isLower = std::none_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    if (isLower) return text;
    if (text.data() != scratch.data()) scratch.assign(text);
    for (char &c : scratch)
        if (c >= 'A' && c <= 'Z') c = char(c + 32);
    return scratch;
}

}  // namespace context

// MARK: Segments

void RecordArena::Segment::number(ContextColumn column, int64_t number) {
    Value value{column, true, 0, {}};
    value.number = number;
    values.push_back(value);
}

void RecordArena::Segment::text(ContextColumn column, std::string_view text) {
    Value value{column, false, uint32_t(text.size()), {}};
    value.offset = texts.size();
    values.push_back(value);
    texts += text;
}

void RecordArena::Segment::add(const Record &record, const Segment &from) {
    records.push_back(Record{record.head, values.size(), record.values});
    for (size_t place = record.firstValue; place < record.firstValue + record.values; ++place) {
        const Value &value = from.values[place];
        if (value.isNumber)
            number(value.column, value.number);
        else
            text(value.column, std::string_view(from.texts).substr(value.offset, value.length));
    }
}

void RecordArena::Segment::dropLast() {
    const Record &last = records.back();
    for (size_t place = last.firstValue; place < values.size(); ++place) {
        if (values[place].isNumber) continue;
        texts.resize(values[place].offset);
        break;
    }
    values.resize(last.firstValue);
    records.pop_back();
}

// MARK: Records

namespace {

/// The hash of a value by which a record that is held back may matter; names are the same wherever they stand.
uint64_t hashOfTie(ContextColumn column, std::string_view text) { return context::hashOf(UINT16_MAX, column, text); }

uint64_t hashOfName(std::string_view name) { return hashOfTie(UINT16_MAX, name); }

/// The hash of a value as one source has it.
uint64_t ownHash(uint64_t value, uint64_t source) { return context::mixed(value ^ source * 0x9e3779b97f4a7c15u); }

/// Who made a lookup: of what a resolver sent it is the other one.
uint64_t hashOfClient(const ContextHead &head) {
    return context::hashOf(head.sourcePort == 53 && head.port != 53 ? head.destination : head.source);
}

}  // namespace

void RecordArena::begin(const ContextHead &head, Detail asked, bool mayWait) {
    detail = asked;
    isHeld = mayHold && mayWait && detail == Detail::comparison;
    learnerCount = 0;
    isLearnedFrom = mayHold && detail == Detail::full;
    if (isLearnedFrom) {
        if (interest.isAsked(head.source, head.destination)) learners[learnerCount++] = context::hashOf(head.source);
        if (interest.isAsked(head.destination, head.source)) learners[learnerCount++] = context::hashOf(head.destination);
    }
    if (isHeld && held.records.empty()) {
        // Memory that is not written to costs nothing, and a vector that grows costs twice what it holds.
        held.records.reserve(size_t(1) << 17);
        held.values.reserve(size_t(1) << 18);
        held.texts.reserve(size_t(1) << 22);
        ties.reserve(size_t(1) << 18);
    }
    firstTie = ties.size();
    Segment &segment = current();
    segment.records.push_back(Record{head, segment.values.size(), 0});
}

void RecordArena::number(Column column, int64_t value) {
    if (column.isKept(detail)) current().number(column.place, value);
}

std::string_view RecordArena::clean(Column column, std::string_view value) {
    return column.is(ContextIsHost) ? context::cleanHost(value, scratch) : context::clean(value, scratch);
}

void RecordArena::text(Column column, std::string_view value) {
    if (value.empty() || !column.isKept(detail)) return;
    const std::string_view kept = clean(column, value);
    if (kept.empty()) return;
    tie(column, kept);
    current().text(column.place, kept);
}

void RecordArena::end() {
    Segment &segment = current();
    Record &record = segment.records.back();
    record.values = segment.values.size() - record.firstValue;
    if (isHeld && mayBeAnyCertificate()) {
        ties.resize(firstTie);
        given.add(record, held);
        held.dropLast();
    } else if (detail == Detail::comparison && record.values == 0) {
        segment.dropLast();
    }
}

/// Takes note of what a record says: that it matters, or that it matters if others say so.
void RecordArena::tie(Column column, std::string_view text) {
    if (!isHeld && !isLearnedFrom) return;
    const auto place = uint32_t(held.records.size() - 1);
    if (column.is(ContextIsQuery)) {
        if (!isHeld) return;
        const uint64_t hash = hashOfName(text);
        ties.push_back(Tie{hash, ownHash(hash, hashOfClient(held.records.back().head)), place, column});
    } else if (column.is(ContextIsHost)) {
        for (size_t i = 0; i < learnerCount; ++i) learned.insert(ownHash(hashOfName(text), learners[i]));
    } else if (column.is(ContextIsShared)) {
        const uint64_t hash = hashOfTie(column.place, text);
        if (isHeld) ties.push_back(Tie{hash, hash, place, column});
        else learned.insert(hash);
    }
}

/// Whether a handshake tells a certificate's fingerprint and not its subject.
bool RecordArena::mayBeAnyCertificate() const {
    const auto says = [&](ContextRole role) {
        return std::any_of(
            ties.begin() + ptrdiff_t(firstTie), ties.end(), [&](const Tie &tie) { return tie.column.is(role); });
    };
    return says(ContextIsCertificate) && !says(ContextIsSubject);
}

void RecordArena::learn(std::string_view name) { learned.insert(hashOfName(context::cleanHost(name, scratch))); }

void RecordArena::release(RecordArena *const *arenas, size_t count) {
    for (size_t i = 0; i < count; ++i)
        if (arenas[i] != this) learned.insert(arenas[i]->learned.begin(), arenas[i]->learned.end());
    context::HashFilter filter;
    for (const uint64_t hash : learned) filter.add(hash);
    const auto matters = [&](uint64_t hash) { return filter.mayHave(hash) && learned.count(hash) != 0; };
    /// Sources with a fingerprint of each kind that does not matter.
    std::unordered_set<uint64_t> others;
    for (size_t i = 0; i < count; ++i) {
        const std::vector<Tie> ties = std::move(arenas[i]->ties);
        const Segment segment = std::move(arenas[i]->held);
        arenas[i]->ties = {};
        arenas[i]->held = {};
        for (size_t first = 0, last; first < ties.size(); first = last) {
            const Record &record = segment.records[ties[first].record];
            bool isWanted = false;
            for (last = first; last < ties.size() && ties[last].record == ties[first].record; ++last)
                isWanted = isWanted || matters(ties[last].hash) || matters(ties[last].ownHash);
            for (size_t place = first; place < last && !isWanted; ++place) {
                const Column column = ties[place].column;
                if (!column.is(ContextIsContrast)) continue;
                isWanted = others.insert(context::mixed(context::hashOf(record.head.source) + column.place)).second;
            }
            if (isWanted) given.add(record, segment);
        }
    }
}

void RecordArena::count(ContextKind kind, Column column, std::string_view value, const SensorAddress &source) {
    if (value.empty() || !interest.counts(column)) return;
    const std::string_view kept = clean(column, value);
    if (kept.empty()) return;
    const uint64_t hash = context::hashOf(kind, column.place, kept);
    if (interest.counted.empty() || interest.counted.count(hash) != 0) sharing.add(hash, context::hashOf(source));
}

void RecordArena::join(std::string &joined, std::string_view value) {
    if (value.empty()) return;
    if (!joined.empty()) joined += '\n';
    for (const char c : value) joined += c == '\n' || c == '\r' ? ' ' : c;
}

// MARK: The interface in C

extern "C" {

size_t ContextCleanText(const char *text, size_t length, bool isHost, char *cleaned) {
    std::string scratch;
    const std::string_view given(text, length);
    const std::string_view kept = isHost ? context::cleanHost(given, scratch) : context::clean(given, scratch);
    std::copy(kept.begin(), kept.end(), cleaned);
    return kept.size();
}

ContextInterest *ContextInterestCreate(uint64_t kinds, int64_t since, int64_t until) {
    auto *interest = new ContextInterest;
    interest->kinds = kinds;
    interest->since = since;
    interest->until = until;
    return interest;
}

void ContextInterestDestroy(ContextInterest *interest) { delete interest; }

void ContextInterestAddSource(ContextInterest *interest, SensorAddress address, uint64_t kinds) {
    interest->source(address).full |= kinds;
}

void ContextInterestCompareSource(ContextInterest *interest, SensorAddress address, uint64_t kinds) {
    interest->source(address).comparison |= kinds;
}

void ContextInterestAddPair(ContextInterest *interest, SensorAddress source, SensorAddress peer) {
    interest->source(source).isPaired = true;
    interest->pairs.insert(ContextInterest::Pair{source, peer});
}

void ContextInterestAddAnswer(ContextInterest *interest, SensorAddress address) { interest->addAnswer(address); }

void ContextInterestTakeAll(ContextInterest *interest) { interest->isAll = true; }

void ContextInterestCountOnly(
    ContextInterest *interest, ContextKind kind, ContextColumn column, const char *text, size_t length) {
    interest->counted.insert(context::hashOf(kind, column, std::string_view(text, length)));
}

RecordArena *RecordArenaCreate(const ContextInterest *interest) { return new RecordArena(*interest); }

void RecordArenaDestroy(RecordArena *arena) { delete arena; }

size_t RecordArenaCount(const RecordArena *arena) { return arena->given.records.size(); }

ContextHead RecordArenaHead(const RecordArena *arena, size_t record) { return arena->given.records[record].head; }

size_t RecordArenaValues(const RecordArena *arena, size_t record) { return arena->given.records[record].values; }

ContextValue RecordArenaValue(const RecordArena *arena, size_t record, size_t value) {
    const RecordArena::Value &found = arena->given.values[arena->given.records[record].firstValue + value];
    if (found.isNumber) return ContextValue{found.column, true, found.number, nullptr, 0};
    return ContextValue{found.column, false, 0, arena->given.texts.data() + found.offset, found.length};
}

void RecordArenaForget(RecordArena *arena) {
    arena->given.records.clear();
    arena->given.values.clear();
    arena->given.texts.clear();
}

void RecordArenaHoldBack(RecordArena *arena) { arena->mayHold = true; }

void RecordArenaRelease(RecordArena *arena, RecordArena *const *arenas, size_t count) { arena->release(arenas, count); }

uint64_t RecordArenaLines(const RecordArena *arena) { return arena->lines; }

uint64_t RecordArenaUsed(const RecordArena *arena, ContextKind kind) { return arena->used[kind]; }

uint64_t RecordArenaRejected(const RecordArena *arena) { return arena->rejected; }

void RecordArenaCountSource(
    RecordArena *arena, ContextKind kind, ContextColumn column, const char *text, size_t length, SensorAddress source) {
    arena->count(kind, RecordArena::Column{column, ContextCounted}, std::string_view(text, length), source);
}

void RecordArenaExpect(
    RecordArena *arena, ContextKind kind, ContextColumn column, const char *text, size_t length) {
    arena->sharing.expect(context::hashOf(kind, column, std::string_view(text, length)));
}

bool RecordArenaIsFull(RecordArena *arena) { return arena->sharing.isFull(); }

size_t RecordArenaSources(
    RecordArena *arena, ContextKind kind, ContextColumn column, const char *text, size_t length,
    uint64_t *sources, bool *hasMore) {
    const auto found = arena->sharing.sources(context::hashOf(kind, column, std::string_view(text, length)), *hasMore);
    std::copy(found.begin(), found.end(), sources);
    return found.size();
}

}  // extern "C"
