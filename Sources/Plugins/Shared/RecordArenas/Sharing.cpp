#include "RecordArenas/Sharing.hpp"

#include <algorithm>
#include <cstring>

namespace context {

uint64_t hashOf(ContextKind kind, ContextColumn column, std::string_view text) {
    uint64_t hash = mixed(uint64_t(kind) << 32 | uint64_t(column) << 8 | 1) ^ text.size();
    size_t i = 0;
    for (; i + 8 <= text.size(); i += 8) {
        uint64_t word;
        std::memcpy(&word, text.data() + i, 8);
        hash = mixed(hash ^ word) + 0x9e3779b97f4a7c15u;
    }
    uint64_t rest = 0;
    for (size_t shift = 0; i < text.size(); ++i, shift += 8) rest |= uint64_t(uint8_t(text[i])) << shift;
    return mixed(hash ^ rest);
}

namespace {

constexpr size_t smallestRun = 4;

/// How many hashes fit where some are kept: the next power of two.
size_t capacityFor(size_t count) {
    size_t capacity = smallestRun;
    while (capacity < count) capacity *= 2;
    return capacity;
}

}  // namespace

size_t Sharing::place(uint64_t value) const {
    const size_t mask = entries.size() - 1;
    size_t at = size_t(value) & mask;
    while (entries[at].count != 0 && entries[at].value != value) at = (at + 1) & mask;
    return at;
}

void Sharing::grow() {
    std::vector<Entry> old(std::max<size_t>(1024, entries.size() * 2));
    old.swap(entries);
    for (const Entry &entry : old)
        if (entry.count != 0) entries[place(entry.value)] = entry;
}

void Sharing::add(uint64_t value, uint64_t source) {
    const uint64_t pair = mixed(value + source * 0x9e3779b97f4a7c15u);
    uint64_t &lately = recent[pair % recentPairs];
    if (lately == pair) return;
    lately = pair;
    if (!taken.empty()) taken.clear();
    if (waiting.size() == mostWaiting) {
        takeAll(waiting);
        waiting.clear();
    }
    // Memory that is not written to costs nothing, and a vector that grows costs twice what it holds.
    if (waiting.empty()) waiting.reserve(mostWaiting);
    waiting.push_back(Pair{value, source});
}

void Sharing::takeAll(const std::vector<Pair> &pairs) {
    for (size_t begin = 0; begin < pairs.size(); begin += batchSize)
        take(&pairs[begin], std::min(batchSize, pairs.size() - begin));
}

void Sharing::takeExpected() {
    if (expected.empty()) return;
    HashFilter filter;
    for (const uint64_t value : expected) filter.add(value);
    std::vector<Pair> found;
    const auto rest = std::remove_if(waiting.begin(), waiting.end(), [&](const Pair &pair) {
        if (!filter.mayHave(pair.value) || expected.count(pair.value) == 0) return false;
        found.push_back(pair);
        return true;
    });
    waiting.erase(rest, waiting.end());
    takeAll(found);
    taken.insert(expected.begin(), expected.end());
    expected.clear();
}

void Sharing::take(const Pair *pairs, size_t pairCount) {
    while ((count + pairCount) * 2 > entries.size() && entries.size() < mostValues * 2) grow();
    for (size_t i = 0; i < pairCount; ++i)
        __builtin_prefetch(&entries[size_t(pairs[i].value) & (entries.size() - 1)], 1);
    // The lists of those that have one are asked for before any is used.
    size_t places[batchSize];
    for (size_t i = 0; i < pairCount; ++i) {
        places[i] = place(pairs[i].value);
        Entry &entry = entries[places[i]];
        if (entry.count > 1) __builtin_prefetch(hashes(entry), 1);
    }
    for (size_t i = 0; i < pairCount; ++i) {
        const Pair &pair = pairs[i];
        // One before may have taken the place.
        Entry &entry = entries[entries[places[i]].value == pair.value ? places[i] : place(pair.value)];
        if (entry.count != 0) {
            if (entry.limit != pair.source || entry.count > 1) append(entry, pair.source);
        } else if (count < mostValues) {
            entry.value = pair.value;
            entry.limit = pair.source;
            entry.count = 1;
            ++count;
        } else {
            refused = true;
        }
    }
}

uint32_t Sharing::allocate(size_t capacity) {
    std::vector<uint32_t> &unused = free[__builtin_ctzll(capacity)];
    if (!unused.empty()) {
        const uint32_t begin = unused.back();
        unused.pop_back();
        return begin;
    }
    if (blockUsed + capacity > blockSize) {
        blocks.emplace_back(new uint64_t[blockSize]);
        blockUsed = 0;
    }
    const size_t begin = (blocks.size() - 1) * blockSize + blockUsed;
    blockUsed += capacity;
    return uint32_t(begin);
}

void Sharing::append(Entry &entry, uint64_t source) {
    if (entry.count == 1) {
        const uint64_t only = entry.limit;
        entry.begin = allocate(smallestRun);
        entry.limit = UINT64_MAX;
        hashes(entry)[0] = only;
    }
    // Of a full list none of the larger ones is kept.
    if (entry.hasMore && source >= entry.limit) return;
    uint64_t *known = hashes(entry);
    if (std::find(known, known + entry.count, source) != known + entry.count) return;
    if (entry.count == CONTEXT_EXACT) {
        entry.hasMore = true;
        uint64_t *const largest = std::max_element(known, known + entry.count);
        if (source < *largest) *largest = source;
        entry.limit = *std::max_element(known, known + entry.count);
        return;
    }
    const size_t capacity = capacityFor(entry.count);
    if (entry.count == capacity) {
        const uint32_t begin = allocate(capacity * 2);
        known = hashes(entry);
        free[__builtin_ctzll(capacity)].push_back(entry.begin);
        entry.begin = begin;
        std::copy(known, known + entry.count, hashes(entry));
        known = hashes(entry);
    }
    known[entry.count++] = source;
}

bool Sharing::isFull() {
    takeExpected();
    return refused;
}

std::vector<uint64_t> Sharing::sources(uint64_t value, bool &hasMore) {
    if (taken.count(value) == 0) {
        expect(value);
        takeExpected();
    }
    hasMore = false;
    if (entries.empty()) return {};
    const Entry &entry = entries[place(value)];
    if (entry.count == 0) return {};
    if (entry.count == 1) return {entry.limit};
    hasMore = entry.hasMore;
    std::vector<uint64_t> all(hashes(entry), hashes(entry) + entry.count);
    std::sort(all.begin(), all.end());
    return all;
}

}  // namespace context
