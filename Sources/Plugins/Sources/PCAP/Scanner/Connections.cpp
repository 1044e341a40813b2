#include "Connections.hpp"

#include <algorithm>
#include <random>
#include <tuple>

namespace pcap {

namespace {

Key keyOf(const Datagram &datagram, const Segment &segment) {
    Key key{
        {datagram.source, datagram.destination}, {segment.sourcePort, segment.port}, datagram.protocol};
    // What has no ports is told by its identifier.
    if (segment.identifier != 0) key.ports[0] = key.ports[1] = segment.identifier;
    const auto place = [&](int end) {
        return std::make_tuple(key.addresses[end].high, key.addresses[end].low, key.ports[end]);
    };
    if (place(1) < place(0)) {
        std::swap(key.addresses[0], key.addresses[1]);
        std::swap(key.ports[0], key.ports[1]);
    }
    return key;
}

/// A packet that much later than all before it may have a wrong time: one alone moves no clock.
constexpr int64_t leap = 3'600'000'000'000;

uint64_t randomSeed() {
    std::random_device device;
    return uint64_t(device()) << 32 | device();
}

}  // namespace

size_t Connections::Hash::operator()(const Key &key) const {
    const auto mix = [](uint64_t a, uint64_t b) {
        const auto product = (unsigned __int128)(a ^ 0x9E3779B97F4A7C15u) * (b ^ 0xD6E8FEB86659FD93u);
        return uint64_t(product) ^ uint64_t(product >> 64);
    };
    uint64_t hash = mix(key.addresses[0].high ^ seed, key.addresses[1].high + seed);
    hash = mix(hash ^ key.addresses[0].low, key.addresses[1].low + seed);
    return size_t(mix(hash, uint64_t(key.ports[0]) << 24 | uint64_t(key.ports[1]) << 8 | key.protocol));
}

Connections::Connections(const PCAPSettings &settings, Words &words)
    : settings(settings), words(words), table(1024, Hash{randomSeed()}) {
    lists[TCPList].patience = settings.idleTCP;
    lists[Other].patience = settings.idleOther;
    lists[Closed].patience = std::min(settings.idleTCP, settings.idleClosed);
}

Connections::~Connections() = default;

void Connections::take(const Arrival &arrival, const Segment &segment) {
    advance(arrival.time);
    const Key key = keyOf(arrival.datagram, segment);
    auto found = table.find(key);
    if (found != table.end() && found->second->isSuccessor(segment)) {
        end(*found->second);
        found = table.end();
    }
    if (found == table.end()) {
        found = table.emplace(key, std::make_unique<Connection>(key, arrival, segment)).first;
        if (found->second->isMidstream) ++midstream;
    } else {
        unlink(*found->second);
    }
    Connection &connection = *found->second;
    connection.take(arrival, segment, words);
    held -= connection.counted;
    connection.counted = connection.held();
    held += connection.counted;
    connection.lastSeen = now;
    connection.list = !connection.isTCP() ? Other : connection.isClosed() ? Closed : TCPList;
    link(connection);
    keepBounds();
}

void Connections::advance(int64_t time) {
    const bool isAhead = now != INT64_MIN && time > now && uint64_t(time) - uint64_t(now) > uint64_t(leap);
    if (time > now && (!isAhead || wasAhead)) now = time;
    wasAhead = isAhead;
    for (List &list : lists)
        while (list.first != nullptr && now - list.first->lastSeen > list.patience) end(*list.first);
}

void Connections::unlink(Connection &connection) {
    List &list = lists[connection.list];
    (connection.before != nullptr ? connection.before->behind : list.first) = connection.behind;
    (connection.behind != nullptr ? connection.behind->before : list.last) = connection.before;
    connection.before = connection.behind = nullptr;
}

void Connections::link(Connection &connection) {
    List &list = lists[connection.list];
    connection.before = list.last;
    (list.last != nullptr ? list.last->behind : list.first) = &connection;
    list.last = &connection;
}

void Connections::end(Connection &connection) {
    connection.finish(words);
    ended.push_back(connection.flow);
    held -= connection.counted;
    unlink(connection);
    table.erase(table.find(Key(connection.key)));
}

Connection *Connections::idlest() const {
    Connection *found = nullptr;
    for (const List &list : lists)
        if (list.first != nullptr && (found == nullptr || list.first->lastSeen < found->lastSeen)) found = list.first;
    return found;
}

void Connections::keepBounds() {
    while (table.size() > settings.mostConnections || held > settings.mostPayload) {
        Connection *const connection = idlest();
        if (connection == nullptr) return;
        ++evicted;
        end(*connection);
    }
}

void Connections::finish() {
    while (Connection *const connection = idlest()) end(*connection);
    now = INT64_MIN;
    wasAhead = false;
}

}  // namespace pcap
