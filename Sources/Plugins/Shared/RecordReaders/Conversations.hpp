#pragma once

#include <list>
#include <string>
#include <unordered_map>

#include "Values.hpp"

namespace records {

/// Makes one record of those that an exporter of flows writes about a conversation: one for each direction, and of long ones
/// one for each piece.
///
/// Who the client is tell the ports, else who began. Pieces follow one another at once; of TCP also later, until it ended.
class Conversations {
public:
    explicit Conversations(const TableLayout &layout) : layout(layout) {}

    /// Takes in the record at hand.
    ///
    /// - Returns: why it cannot be used; null where it can.
    const char *take(const Values &values, uint64_t position, uint64_t line);
    /// Puts a conversation that is over in place of the record at hand.
    ///
    /// - all: nothing more comes.
    /// - Returns: false where there is none.
    bool next(Values &values, bool all, uint64_t &position, uint64_t &line);

private:
    struct Direction {
        std::string address;
        uint16_t port = 0;
        int64_t start = INT64_MAX, bytes = 0, packets = 0;
        bool isSeen = false;
    };

    struct Conversation {
        std::string key, proto;
        Direction sides[2];
        int64_t start, end;
        bool hasEnded = false;
        uint64_t position, line;
    };

    using Place = std::list<Conversation>::iterator;

    bool goesOn(const Conversation &known, int64_t start, int64_t end, bool isTCP, bool isFirst) const;
    void write(const Conversation &over, Values &values) const;

    const TableLayout &layout;
    /// Those that go on, the longest silent first, and those that are over.
    std::list<Conversation> open, over;
    std::unordered_map<std::string, Place> byKey;
    int64_t now = INT64_MIN;
};

}  // namespace records
