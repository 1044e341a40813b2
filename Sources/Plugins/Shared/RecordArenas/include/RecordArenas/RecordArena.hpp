#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "RecordArenas.h"
#include "RecordArenas/Sharing.hpp"

namespace context {

/// How much of a record was asked for.
enum class Detail { none, comparison, full };

/// A column, and what is done with its values.
struct Column {
    ContextColumn place;
    /// Bits of `ContextRole`.
    uint16_t roles;

    bool is(ContextRole role) const { return (roles & role) != 0; }
    /// Whether it is kept of records of which so much was asked for.
    bool isKept(Detail detail) const {
        return is(ContextKept) && (detail == Detail::full || (detail == Detail::comparison && is(ContextCompared)));
    }
};

}  // namespace context

struct ContextInterest {
    using Detail = context::Detail;

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
    /// What is asked for of a source's records toward all peers: a bit for each kind.
    struct Asked {
        uint64_t full = 0;
        /// What they are compared by.
        uint64_t comparison = 0;
        /// Whether all kinds are asked for toward some peers.
        bool isPaired = false;
    };

    uint64_t kinds = 0;
    /// Whether all records are asked for, and of lookups the questions alone.
    bool isAll = false;
    int64_t since = INT64_MIN;
    int64_t until = INT64_MAX;
    std::unordered_map<SensorAddress, Asked, Hash, Equal> sources;
    std::unordered_set<Pair, PairHash> pairs;
    context::HashFilter sourceFilter;
    Addresses answers;
    context::HashFilter answerFilter;
    /// If there are any, no other values are counted.
    std::unordered_set<uint64_t> counted;

    bool wants(ContextKind kind) const { return (kinds >> kind & 1) != 0; }
    /// Whether the sources of a column's values are counted: of names that were called only of those asked for.
    bool counts(context::Column column) const {
        const bool isCalled = column.is(ContextIsHost) && !column.is(ContextIsQuery);
        return column.is(ContextCounted) && !isAll && (!isCalled || !counted.empty());
    }
    bool holds(int64_t time) const { return time >= since && time < until; }
    Detail detail(ContextKind kind, const SensorAddress &source, const SensorAddress &destination) const {
        if (isAll) return Detail::full;
        const Asked here = asked(source), there = asked(destination);
        const uint64_t bit = uint64_t(1) << kind;
        if (((here.full | there.full) & bit) != 0) return Detail::full;
        if ((here.isPaired && isAsked(source, destination)) || (there.isPaired && isAsked(destination, source)))
            return Detail::full;
        return ((here.comparison | there.comparison) & bit) != 0 ? Detail::comparison : Detail::none;
    }
    /// Whether all records between a source and a peer are asked for.
    bool isAsked(const SensorAddress &source, const SensorAddress &peer) const {
        return pairs.count(Pair{source, peer}) != 0;
    }
    /// Whether lookups that were answered with an address are asked for.
    bool isAnswer(const SensorAddress &address) const {
        return answerFilter.mayHave(context::hashOf(address)) && answers.count(address) != 0;
    }
    void addAnswer(const SensorAddress &address) {
        answers.insert(address);
        answerFilter.add(context::hashOf(address));
    }
    Asked &source(const SensorAddress &address) {
        sourceFilter.add(context::hashOf(address));
        return sources[address];
    }

private:
    Asked asked(const SensorAddress &address) const {
        if (!sourceFilter.mayHave(context::hashOf(address))) return Asked();
        const auto found = sources.find(address);
        return found == sources.end() ? Asked() : found->second;
    }
};

/// The records and counts of one scanner. A scanner calls `begin`, then the value functions, then `end`.
///
/// Lookups and handshakes of which no more is asked for than what they are compared by may be held back until it is known
/// which names, fingerprints and certificates matter.
struct RecordArena {
    explicit RecordArena(const ContextInterest &interest) : interest(interest) {}

    using Column = context::Column;
    using Detail = context::Detail;
    /// Longer texts are cut.
    static constexpr size_t longestText = CONTEXT_LONGEST_TEXT;

    const ContextInterest &interest;
    uint64_t lines = 0, rejected = 0;
    uint64_t used[CONTEXT_MOST_KINDS] = {};
    /// Whether records may be held back, since somebody calls `release`.
    bool mayHold = false;

    /// - mayWait: whether it may be held back.
    void begin(const ContextHead &head, Detail detail, bool mayWait);
    void number(Column column, int64_t value);
    /// Does nothing for an empty text. What is no UTF-8 in it becomes U+FFFD.
    void text(Column column, std::string_view value);
    /// A record that says nothing of what was asked for is none.
    void end();

    /// Learns a name whose lookups matter, whoever makes them.
    void learn(std::string_view name);
    /// Makes records of what some arenas held back and that turned out to matter.
    void release(RecordArena *const *arenas, size_t count);

    /// Counts that a source was seen with a value.
    void count(ContextKind kind, Column column, std::string_view value, const SensorAddress &source);

    /// A line of texts: appends one to `joined`.
    static void join(std::string &joined, std::string_view value);

    struct Value {
        ContextColumn column;
        bool isNumber;
        /// Of a text.
        uint32_t length;
        union {
            int64_t number;
            /// Where the text begins.
            size_t offset;
        };
    };
    struct Record {
        ContextHead head;
        size_t firstValue, values;
    };
    struct Segment {
        std::vector<Record> records;
        std::vector<Value> values;
        std::string texts;

        void number(ContextColumn column, int64_t value);
        void text(ContextColumn column, std::string_view value);
        void add(const Record &record, const Segment &from);
        void dropLast();
    };

    /// The records that are handed out.
    Segment given;
    context::Sharing sharing;

private:
    /// A value by which a record that was held back may matter.
    struct Tie {
        uint64_t hash;
        /// The same for the record's source alone.
        uint64_t ownHash;
        uint32_t record;
        Column column;
    };

    /// Where the record that was begun is written.
    Segment &current() { return isHeld ? held : given; }
    std::string_view clean(Column column, std::string_view value);
    void tie(Column column, std::string_view text);
    bool mayBeAnyCertificate() const;

    Segment held;
    /// In the order of the records.
    std::vector<Tie> ties;
    /// The hashes of the values that matter.
    std::unordered_set<uint64_t> learned;

    /// Of the record that was begun.
    Detail detail = Detail::full;
    bool isHeld = false, isLearnedFrom = false;
    /// The sources that it makes names matter for, as hashes.
    uint64_t learners[2];
    size_t learnerCount = 0;
    size_t firstTie = 0;

    std::string scratch;
};

namespace context {

/// Appends a text of any length with U+FFFD for what is no UTF-8.
void repair(std::string_view text, std::string &repaired);
/// A text as it is kept: cut, and with U+FFFD for what is no UTF-8. `scratch` holds it where it had to be changed.
std::string_view clean(std::string_view text, std::string &scratch);
/// A host as it is kept.
std::string_view cleanHost(std::string_view text, std::string &scratch);

}  // namespace context
