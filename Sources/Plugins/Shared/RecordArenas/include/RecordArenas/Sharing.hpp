#pragma once

#include <bitset>
#include <cstdint>
#include <memory>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "RecordArenas.h"

namespace context {

/// Bytes as a number that tells them apart (FNV-1a of eight bytes at a time, mixed as in Vigna's splitmix64).
inline uint64_t mixed(uint64_t value) {
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
    return value ^ (value >> 31);
}

/// Tells at once of most hashes that they were not added, so that they need not be looked for.
class HashFilter {
public:
    void add(uint64_t hash) { bits.set(hash % bits.size()); }
    bool mayHave(uint64_t hash) const { return bits[hash % bits.size()]; }

private:
    std::bitset<4096> bits;
};

uint64_t hashOf(ContextKind kind, ContextColumn column, std::string_view text);
inline uint64_t hashOf(SensorAddress address) { return mixed(address.low + mixed(address.high + 0x9e3779b97f4a7c15u)); }

/// How many different sources each value was seen with, in bounded memory.
///
/// Of each value the smallest hashes of its sources are kept, CONTEXT_EXACT at most: so few are exact, and of more the
/// number is estimated by how small they are (Bar-Yossef et al., "Counting distinct elements in a data stream", 2002).
class Sharing {
public:
    /// Values beyond are not counted: at 24 bytes a slot, two slots a value, and 8 to 16 bytes a source.
    static constexpr size_t mostValues = size_t(1) << 19;

    void add(uint64_t value, uint64_t source);
    /// Says that a value's sources will be asked for: faster for many at once.
    void expect(uint64_t value) { expected.insert(value); }
    /// The sources' hashes, rising.
    std::vector<uint64_t> sources(uint64_t value, bool &hasMore);
    bool isFull();

private:
    struct Entry {
        uint64_t value = 0;
        /// The only source; or, where there are several, the largest hash that another one may have to be kept.
        uint64_t limit = 0;
        /// Where the hashes of several begin in the pool.
        uint32_t begin = 0;
        uint8_t count = 0;
        bool hasMore = false;
    };
    struct Pair {
        uint64_t value, source;
    };

    size_t place(uint64_t value) const;
    void grow();
    /// Takes in some pairs, at most `batchSize`.
    void take(const Pair *pairs, size_t pairCount);
    void takeAll(const std::vector<Pair> &pairs);
    /// Takes in those of the waiting pairs that are asked for.
    void takeExpected();
    void append(Entry &entry, uint64_t source);
    uint32_t allocate(size_t capacity);
    uint64_t *hashes(const Entry &entry) { return &blocks[entry.begin / blockSize][entry.begin % blockSize]; }

    /// Pairs that were added lately, by a hash of both: a question and its answer say the same, and so do many hosts.
    static constexpr size_t recentPairs = size_t(1) << 13;
    std::vector<uint64_t> recent = std::vector<uint64_t>(recentPairs);

    /// Pairs that wait until they are asked for, which few are, or until there are too many: at 16 bytes each.
    static constexpr size_t mostWaiting = size_t(1) << 19;
    std::vector<Pair> waiting;
    std::unordered_set<uint64_t> expected;
    /// Values of which no pair waits.
    std::unordered_set<uint64_t> taken;

    /// So many are taken in together, since their memory is fetched at once for all of them.
    static constexpr size_t batchSize = 64;

    std::vector<Entry> entries;
    /// The hashes of several sources, in runs of 4, 8 … CONTEXT_EXACT, none of which lies in two blocks.
    static constexpr size_t blockSize = size_t(1) << 13;
    std::vector<std::unique_ptr<uint64_t[]>> blocks;
    size_t blockUsed = blockSize;
    /// Runs that became too small, by the logarithm of their capacity.
    std::vector<uint32_t> free[8];
    size_t count = 0;
    bool refused = false;
};

}  // namespace context
