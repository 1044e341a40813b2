#include "ContextWords/Sharing.hpp"

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

size_t Sharing::place(uint64_t value) const {
    const size_t mask = entries.size() - 1;
    size_t at = size_t(value) & mask;
    while (entries[at].state != 0 && entries[at].value != value) at = (at + 1) & mask;
    return at;
}

void Sharing::grow() {
    std::vector<Entry> old(std::max<size_t>(1024, entries.size() * 2));
    old.swap(entries);
    for (const Entry &entry : old)
        if (entry.state != 0) entries[place(entry.value)] = entry;
}

void Sharing::add(uint64_t value, uint64_t source) {
    const uint64_t pair = mixed(value + source * 0x9e3779b97f4a7c15u);
    uint64_t &lately = recent[pair % recentPairs];
    if (lately == pair) return;
    lately = pair;
    if (entries.empty() || count * 2 >= entries.size()) {
        if (count < mostValues) grow();
    }
    Entry &entry = entries[place(value)];
    if (entry.state == 0) {
        if (count >= mostValues) {
            refused = true;
            return;
        }
        entry.value = value;
        entry.only = source;
        entry.state = 1;
        ++count;
    } else if (entry.list != 0 || entry.only != source) {
        append(entry, source);
    }
}

void Sharing::append(Entry &entry, uint64_t source) {
    if (entry.list == 0) {
        entry.list = uint32_t(lists.size());
        lists.push_back(List{{entry.only}, false});
        entry.only = UINT64_MAX;
    }
    if (source > entry.only) return;
    List &list = lists[entry.list];
    const auto at = std::lower_bound(list.hashes.begin(), list.hashes.end(), source);
    if (at != list.hashes.end() && *at == source) return;
    list.hashes.insert(at, source);
    if (list.hashes.size() > CONTEXT_EXACT) {
        list.hashes.pop_back();
        list.hasMore = true;
        entry.only = list.hashes.back();
    }
}

std::vector<uint64_t> Sharing::sources(uint64_t value, bool &hasMore) const {
    hasMore = false;
    if (entries.empty()) return {};
    const Entry &entry = entries[place(value)];
    if (entry.state == 0) return {};
    if (entry.list == 0) return {entry.only};
    hasMore = lists[entry.list].hasMore;
    return lists[entry.list].hashes;
}

}  // namespace context
