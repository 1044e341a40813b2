#pragma once

#include <bitset>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "ContextWords.h"
#include "ContextWords/Sharing.hpp"

struct ContextInterest {
    struct Hash {
        size_t operator()(const SensorAddress &address) const { return size_t(context::hashOf(address)); }
    };
    struct Equal {
        bool operator()(const SensorAddress &a, const SensorAddress &b) const {
            return a.high == b.high && a.low == b.low;
        }
    };
    using Addresses = std::unordered_set<SensorAddress, Hash, Equal>;
    struct Pair {
        SensorAddress source, peer;
        bool operator==(const Pair &other) const {
            return Equal()(source, other.source) && Equal()(peer, other.peer);
        }
    };
    struct PairHash {
        size_t operator()(const Pair &pair) const {
            return size_t(context::mixed(context::hashOf(pair.source) + 1) ^ context::hashOf(pair.peer));
        }
    };

    uint32_t kinds = 0;
    /// A bit for each column that is kept.
    uint32_t columns = 0;
    /// Whether all records are asked for, and of look-ups the questions alone.
    bool isAll = false;
    int64_t since = INT64_MIN;
    int64_t until = INT64_MAX;
    /// Among the bits of a source: whether its look-ups may be held back.
    static constexpr uint32_t held = uint32_t(1) << 31;
    /// With a bit for each kind that is asked for of all its records.
    std::unordered_map<SensorAddress, uint32_t, Hash, Equal> sources;
    /// Of other kinds the records between these are asked for.
    std::unordered_set<Pair, PairHash> pairs;
    /// A bit for the hash of each source, so that most addresses need not be looked for.
    std::bitset<4096> sourceBits;
    Addresses answers;
    /// If there are any, no other values are counted.
    std::unordered_set<uint64_t> counted;

    bool wants(ContextKind kind) const { return (kinds >> kind & 1) != 0; }
    bool wants(ContextColumn column) const { return (columns >> column & 1) != 0; }
    /// Whether the sources of a column's values are counted: of names that were called only of those asked for.
    bool counts(ContextColumn column) const { return !isAll && (column != ContextHost || !counted.empty()); }
    bool holds(int64_t time) const { return time >= since && time < until; }
    bool isAbout(ContextKind kind, const SensorAddress &source, const SensorAddress &destination) const {
        return isAll || asks(kind, source, destination) || asks(kind, destination, source);
    }
    /// Whether a look-up between two addresses matters only if its name is said toward a peer asked for.
    bool holdsBack(const SensorAddress &source, const SensorAddress &destination) const {
        return !isPair(source, destination) && mayHold(source) && mayHold(destination);
    }
    bool isPair(const SensorAddress &source, const SensorAddress &destination) const {
        return pairs.count(Pair{source, destination}) != 0 || pairs.count(Pair{destination, source}) != 0;
    }
    void addSource(const SensorAddress &address, uint32_t someKinds) {
        sources[address] |= someKinds;
        sourceBits.set(context::hashOf(address) % sourceBits.size());
    }

private:
    bool mayHold(const SensorAddress &address) const {
        const auto found = sources.find(address);
        return found == sources.end() || (found->second & held) != 0;
    }
    bool asks(ContextKind kind, const SensorAddress &address, const SensorAddress &peer) const {
        if (!sourceBits[context::hashOf(address) % sourceBits.size()]) return false;
        const auto found = sources.find(address);
        if (found == sources.end()) return false;
        return (found->second >> kind & 1) != 0 || pairs.count(Pair{address, peer}) != 0;
    }
};

/// The records and counts of one scanner. A scanner calls `begin`, then the value functions, then `end`; or `leave` for a
/// record that nobody asked for.
struct ContextBook {
    explicit ContextBook(const ContextInterest &interest) : interest(interest) {}

    /// Longer texts are cut.
    static constexpr size_t longestText = CONTEXT_LONGEST_TEXT;

    const ContextInterest &interest;
    uint64_t lines = 0, rejected = 0;
    uint64_t used[ContextKinds] = {};

    void begin(const ContextHead &head);
    void number(ContextColumn column, int64_t value);
    /// Does nothing for an empty text. What is no UTF-8 in it becomes U+FFFD.
    void text(ContextColumn column, std::string_view value);
    /// A host or a domain: in lower case, without a port and the dot at its end.
    void host(ContextColumn column, std::string_view value);
    void end();

    /// Keeps a look-up that matters only if its name is learned, by this book or another one of the reading.
    void hold(const ContextHead &head, std::string_view name, std::string_view answers);
    /// Learns a name whose look-ups matter.
    void learn(std::string_view name);
    /// Makes records of what some books held back of the names that they learned.
    void release(ContextBook *const *books, size_t count);

    /// Counts that a source was seen with a value.
    void count(ContextKind kind, ContextColumn column, std::string_view value, const SensorAddress &source);
    void countHost(ContextKind kind, ContextColumn column, std::string_view value, const SensorAddress &source);

    /// A line of texts: appends one to `joined`.
    static void join(std::string &joined, std::string_view value);

    struct Value {
        ContextColumn column;
        bool isNumber;
        int64_t number;
        size_t offset, length;
    };
    struct Record {
        ContextHead head;
        size_t firstValue, values;
    };

    std::vector<Record> records;
    std::vector<Value> values;
    std::string texts;
    context::Sharing sharing;

private:
    struct HeldLookup {
        ContextHead head;
        size_t offset;
        uint32_t nameLength, answersLength;
    };
    std::vector<HeldLookup> heldLookups;
    /// By themselves, since most are all that is looked at.
    std::vector<uint64_t> heldHashes;
    std::string heldTexts;
    /// By the hashes of names.
    std::unordered_set<uint64_t> learned;

    std::string scratch, hostScratch;
};

namespace context {

/// A text as it is kept: cut, and with U+FFFD for what is no UTF-8. `scratch` holds it where it had to be changed.
std::string_view clean(std::string_view text, std::string &scratch);
/// A host as it is kept.
std::string_view cleanHost(std::string_view text, std::string &scratch);

}  // namespace context
