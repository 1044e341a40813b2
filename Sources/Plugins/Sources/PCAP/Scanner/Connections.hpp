#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "Connection.hpp"

namespace pcap {

/// The connections that may go on, within a bound: where it is reached the ones that were idle longest end first.
class Connections {
public:
    Connections(const PCAPSettings &settings, Words &words);
    ~Connections();
    Connections(const Connections &) = delete;
    Connections &operator=(const Connections &) = delete;

    void take(const Arrival &arrival, const Segment &segment);
    /// Ends all.
    void finish();
    /// The time by which connections become idle: the latest that is no outlier.
    int64_t clock() const { return now; }
    size_t open() const { return table.size(); }

    /// Those that have ended.
    std::vector<PCAPFlow> ended;
    uint64_t evicted = 0, midstream = 0;

private:
    /// Connections in the order in which they were last seen.
    struct List {
        Connection *first = nullptr, *last = nullptr;
        int64_t patience = 0;
    };
    enum ListNumber { Closed, TCPList, Other, Lists };
    struct Hash {
        uint64_t seed;
        size_t operator()(const Key &key) const;
    };

    void advance(int64_t time);
    void unlink(Connection &connection);
    void link(Connection &connection);
    void end(Connection &connection);
    void keepBounds();
    /// The one that was idle longest, of all or of a list.
    Connection *idlest() const;

    const PCAPSettings settings;
    Words &words;
    std::unordered_map<Key, std::unique_ptr<Connection>, Hash> table;
    List lists[Lists];
    /// Bytes that the readers of payload hold.
    size_t held = 0;
    int64_t now = INT64_MIN;
    bool wasAhead = false;
};

}  // namespace pcap
