#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "RecordArenas/RecordArena.hpp"
#include "RecordReaders.h"

namespace records {

/// What became of records, by reason.
class Tallies {
public:
    void clear() { entries.clear(), numbers.clear(); }

    void add(RecordFate fate, std::string_view reason, ContextKind kind, uint64_t place, uint64_t line) {
        Entry &entry = this->entry(fate, reason, kind);
        if (entry.placeCount < RECORD_PLACES) {
            entry.places[entry.placeCount] = place;
            entry.lines[entry.placeCount++] = line;
        }
        ++entry.count;
    }

    size_t size() const { return entries.size(); }

    RecordTally at(size_t number) const {
        const Entry &entry = entries[number];
        RecordTally tally{};
        tally.fate = entry.fate;
        tally.kind = entry.kind;
        tally.reason = entry.reason.data();
        tally.length = entry.reason.size();
        tally.count = entry.count;
        tally.placeCount = entry.placeCount;
        std::copy(entry.places, entry.places + RECORD_PLACES, tally.places);
        std::copy(entry.lines, entry.lines + RECORD_PLACES, tally.lines);
        return tally;
    }

    /// Takes one away again, which may have been counted in another file.
    void drop(RecordFate fate, std::string_view reason) { --entry(fate, reason, 0).count; }

private:
    /// Reasons beyond these are one: values in them come from the input.
    static constexpr size_t mostReasons = 48;

    struct Entry {
        RecordFate fate;
        ContextKind kind;
        std::string reason;
        int64_t count;
        size_t placeCount;
        uint64_t places[RECORD_PLACES], lines[RECORD_PLACES];
    };

    Entry &entry(RecordFate fate, std::string_view reason, ContextKind kind) {
        key.assign(1, char('0' + fate)).append(1, char('0' + kind)).append(reason.substr(0, 100));
        auto found = numbers.find(key);
        if (found == numbers.end() && entries.size() >= mostReasons && fate != RecordUsed) {
            reason = "other reasons";
            key.assign(1, char('0' + fate)).append(reason);
            found = numbers.find(key);
        }
        if (found != numbers.end()) return entries[found->second];
        std::string text;
        context::repair(reason.substr(0, 100), text);
        for (char &c : text)
            if ((unsigned char)c < ' ') c = ' ';
        numbers.emplace(key, entries.size());
        entries.push_back(Entry{fate, kind, std::move(text), 0, 0, {}, {}});
        return entries.back();
    }

    std::vector<Entry> entries;
    std::unordered_map<std::string, size_t> numbers;
    std::string key;
};

}  // namespace records
