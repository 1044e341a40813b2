#include "ContextWords/Book.hpp"

#include <algorithm>

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

/// Whether a host is already as it is kept: letters in lower case, digits, dashes and dots inside.
bool isCleanHost(std::string_view text) {
    if (text.size() > ContextBook::longestText || text.empty() || text.back() == '.') return false;
    unsigned char other = 0;
    for (const char c : text) {
        const bool isUsual = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
        other |= (unsigned char)!isUsual;
    }
    return other == 0;
}

}  // namespace

std::string_view clean(std::string_view text, std::string &scratch) {
    if (text.size() <= ContextBook::longestText && isPlain(text)) return text;
    scratch.clear();
    const auto *bytes = reinterpret_cast<const unsigned char *>(text.data());
    for (size_t i = 0; i < text.size();) {
        if (scratch.size() >= ContextBook::longestText) {
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

void ContextBook::begin(const ContextHead &head) { records.push_back(Record{head, values.size(), 0}); }

void ContextBook::number(ContextColumn column, int64_t value) {
    if (interest.wants(column)) values.push_back(Value{column, true, value, 0, 0});
}

void ContextBook::text(ContextColumn column, std::string_view value) {
    if (value.empty() || !interest.wants(column)) return;
    const std::string_view kept = context::clean(value, scratch);
    values.push_back(Value{column, false, 0, texts.size(), kept.size()});
    texts += kept;
}

void ContextBook::host(ContextColumn column, std::string_view value) {
    if (!interest.wants(column)) return;
    const std::string_view kept = context::cleanHost(value, scratch);
    if (kept.empty()) return;
    if (column == ContextHost && interest.isPair(records.back().head.source, records.back().head.destination))
        learned.insert(context::hashOf(ContextDNS, ContextQueryName, kept));
    values.push_back(Value{column, false, 0, texts.size(), kept.size()});
    texts += kept;
}

void ContextBook::end() { records.back().values = values.size() - records.back().firstValue; }

void ContextBook::hold(const ContextHead &head, std::string_view name, std::string_view answers) {
    const std::string_view kept = context::cleanHost(name, scratch);
    if (heldLookups.empty()) {
        // Memory that is not written to costs nothing, and a vector that grows costs twice what it holds.
        heldLookups.reserve(size_t(1) << 17);
        heldTexts.reserve(size_t(1) << 22);
    }
    heldHashes.push_back(context::hashOf(ContextDNS, ContextQueryName, kept));
    heldLookups.push_back(
        HeldLookup{head, heldTexts.size(), uint32_t(kept.size()), uint32_t(answers.size())});
    heldTexts += kept;
    heldTexts += answers;
}

void ContextBook::learn(std::string_view name) {
    learned.insert(context::hashOf(ContextDNS, ContextQueryName, context::cleanHost(name, scratch)));
}

void ContextBook::release(ContextBook *const *books, size_t count) {
    for (size_t i = 0; i < count; ++i) learned.insert(books[i]->learned.begin(), books[i]->learned.end());
    std::bitset<4096> bits;
    for (const uint64_t hash : learned) bits.set(hash % bits.size());
    for (size_t i = 0; i < count; ++i) {
        ContextBook &book = *books[i];
        for (size_t place = 0; place < book.heldHashes.size(); ++place) {
            const uint64_t hash = book.heldHashes[place];
            if (!bits[hash % bits.size()] || learned.count(hash) == 0) continue;
            const HeldLookup &held = book.heldLookups[place];
            const std::string_view both = std::string_view(book.heldTexts).substr(held.offset);
            begin(held.head);
            host(ContextQueryName, both.substr(0, held.nameLength));
            text(ContextAnswers, both.substr(held.nameLength, held.answersLength));
            end();
        }
        book.heldLookups = {};
        book.heldHashes = {};
        book.heldTexts = {};
    }
}

void ContextBook::count(
    ContextKind kind, ContextColumn column, std::string_view value, const SensorAddress &source) {
    if (value.empty() || !interest.counts(column)) return;
    const uint64_t hash = context::hashOf(kind, column, context::clean(value, scratch));
    if (interest.counted.empty() || interest.counted.count(hash) != 0) sharing.add(hash, context::hashOf(source));
}

void ContextBook::countHost(
    ContextKind kind, ContextColumn column, std::string_view value, const SensorAddress &source) {
    if (interest.counts(column)) count(kind, column, context::cleanHost(value, hostScratch), source);
}

void ContextBook::join(std::string &joined, std::string_view value) {
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

ContextInterest *ContextInterestCreate(uint32_t kinds, int64_t since, int64_t until) {
    auto *interest = new ContextInterest;
    interest->kinds = kinds;
    interest->since = since;
    interest->until = until;
    return interest;
}

void ContextInterestDestroy(ContextInterest *interest) { delete interest; }

void ContextInterestAddSource(ContextInterest *interest, SensorAddress address, uint32_t kinds) {
    interest->addSource(address, kinds);
}

void ContextInterestHoldLookups(ContextInterest *interest, SensorAddress source) {
    interest->addSource(source, ContextInterest::held);
}

void ContextInterestAddPair(ContextInterest *interest, SensorAddress source, SensorAddress peer) {
    interest->addSource(source, 0);
    interest->pairs.insert(ContextInterest::Pair{source, peer});
}

void ContextInterestAddAnswer(ContextInterest *interest, SensorAddress address) { interest->answers.insert(address); }

void ContextInterestAddColumn(ContextInterest *interest, ContextColumn column) {
    interest->columns |= uint32_t(1) << column;
}

void ContextInterestTakeAll(ContextInterest *interest) { interest->isAll = true; }

void ContextInterestCountOnly(
    ContextInterest *interest, ContextKind kind, ContextColumn column, const char *text, size_t length) {
    interest->counted.insert(context::hashOf(kind, column, std::string_view(text, length)));
}

ContextBook *ContextBookCreate(const ContextInterest *interest) { return new ContextBook(*interest); }

void ContextBookDestroy(ContextBook *book) { delete book; }

size_t ContextBookCount(const ContextBook *book) { return book->records.size(); }

ContextHead ContextBookHead(const ContextBook *book, size_t record) { return book->records[record].head; }

size_t ContextBookValues(const ContextBook *book, size_t record) { return book->records[record].values; }

ContextValue ContextBookValue(const ContextBook *book, size_t record, size_t value) {
    const ContextBook::Value &found = book->values[book->records[record].firstValue + value];
    return ContextValue{
        found.column, found.isNumber, found.number, book->texts.data() + found.offset, found.length};
}

void ContextBookForget(ContextBook *book) {
    book->records.clear();
    book->values.clear();
    book->texts.clear();
}

void ContextBookRelease(ContextBook *book, ContextBook *const *books, size_t count) { book->release(books, count); }

uint64_t ContextBookLines(const ContextBook *book) { return book->lines; }

uint64_t ContextBookUsed(const ContextBook *book, ContextKind kind) { return book->used[kind]; }

uint64_t ContextBookRejected(const ContextBook *book) { return book->rejected; }

bool ContextBookIsFull(ContextBook *book) { return book->sharing.isFull(); }

size_t ContextBookSources(
    ContextBook *book, ContextKind kind, ContextColumn column, const char *text, size_t length,
    uint64_t *sources, bool *hasMore) {
    const auto found = book->sharing.sources(context::hashOf(kind, column, std::string_view(text, length)), *hasMore);
    std::copy(found.begin(), found.end(), sources);
    return found.size();
}

}  // extern "C"
