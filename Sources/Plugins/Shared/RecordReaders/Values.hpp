#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "Plan.hpp"

namespace records {

/// The wanted values of one line, by their slots.
class Values {
public:
    /// A text, or the token of a number or a flag.
    struct Value {
        std::string_view text;
        bool isText;
        /// Whether 4 bytes before it and 16 from its begin can be read.
        bool isInside = false;
    };

    explicit Values(size_t slots) : entries(slots) {}

    /// Begins another line.
    void clear() {
        ++line;
        further.clear();
        kept = 0;
    }

    /// Takes note that there is a field, whatever is in it.
    void see(Slot slot) {
        if (slot != Node::nothing) entries[slot].seen = line;
    }

    /// Adds a value behind those that the slot has. An empty text is none.
    void add(Slot slot, Value value) {
        if (slot == Node::nothing || value.text.empty()) return;
        Entry &entry = entries[slot];
        if (entry.filled == line) {
            entry.hasMore = true;
            further.push_back({slot, value});
        } else {
            entry.value = value;
            entry.filled = line;
            entry.hasMore = false;
        }
    }

    /// A text that has to be held until the next line.
    std::string &hold() {
        if (kept == texts.size()) texts.emplace_back();
        std::string &text = texts[kept++];
        text.clear();
        return text;
    }

    bool isSeen(Slot slot) const { return entries[slot].seen == line; }

    /// The first value of a slot.
    const Value *first(Slot slot) const { return entries[slot].filled == line ? &entries[slot].value : nullptr; }

    /// The first value of the first slot that has one.
    const Value *first(const Slots &slots) const {
        for (const Slot slot : slots)
            if (const Value *const value = first(slot)) return value;
        return nullptr;
    }

    /// Calls a function with all values of a slot, in their order, until it returns false.
    template <class Take>
    void each(Slot slot, Take take) const {
        const Entry &entry = entries[slot];
        if (entry.filled != line || !take(entry.value) || !entry.hasMore) return;
        for (const auto &[other, value] : further)
            if (other == slot && !take(value)) return;
    }

    /// The same with the first slot that has any.
    template <class Take>
    void eachOfFirst(const Slots &slots, Take take) const {
        for (const Slot slot : slots)
            if (entries[slot].filled == line) return each(slot, take);
    }

private:
    struct Entry {
        Value value{};
        /// The lines in which it was seen last, and had a value.
        uint64_t seen = 0, filled = 0;
        bool hasMore = false;
    };

    std::vector<Entry> entries;
    std::vector<std::pair<Slot, Value>> further;
    // Texts that were added do not move.
    std::deque<std::string> texts;
    size_t kept = 0;
    uint64_t line = 0;
};

}  // namespace records
