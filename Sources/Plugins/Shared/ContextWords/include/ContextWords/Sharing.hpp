#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "ContextWords.h"

namespace context {

/// Bytes as a number that tells them apart (FNV-1a of eight bytes at a time, mixed as in Vigna's splitmix64).
inline uint64_t mixed(uint64_t value) {
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
    return value ^ (value >> 31);
}

uint64_t hashOf(ContextKind kind, ContextColumn column, std::string_view text);
inline uint64_t hashOf(SensorAddress address) { return mixed(address.low + mixed(address.high + 0x9e3779b97f4a7c15u)); }

/// How many different sources each value was seen with, in bounded memory.
///
/// Of each value the smallest hashes of its sources are kept, CONTEXT_EXACT at most: so few are exact, and of more the
/// number is estimated by how small they are (Bar-Yossef et al., "Counting distinct elements in a data stream", 2002).
class Sharing {
public:
    /// Values beyond are not counted: at 16 bytes a value and 8 a further source, some 32 MB.
    static constexpr size_t mostValues = size_t(1) << 19;

    void add(uint64_t value, uint64_t source);
    /// The sources' hashes, rising.
    std::vector<uint64_t> sources(uint64_t value, bool &hasMore) const;
    bool isFull() const { return refused; }

private:
    struct Entry {
        uint64_t value = 0;
        /// The only source; or, where `list` is not 0, the largest hash of a full list.
        uint64_t only = 0;
        uint32_t list = 0;
        uint32_t state = 0;
    };

    struct List {
        std::vector<uint64_t> hashes;
        bool hasMore = false;
    };

    size_t place(uint64_t value) const;
    void grow();
    void append(Entry &entry, uint64_t source);

    /// Pairs that were added lately, by a hash of both: hosts say the same again and again.
    static constexpr size_t recentPairs = size_t(1) << 16;
    std::vector<uint64_t> recent = std::vector<uint64_t>(recentPairs);

    std::vector<Entry> entries;
    std::vector<List> lists{List{}};
    size_t count = 0;
    bool refused = false;
};

}  // namespace context
