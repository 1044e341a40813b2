#include "Fragments.hpp"

#include <algorithm>

namespace pcap {

namespace {

bool isSame(const SensorAddress &a, const SensorAddress &b) { return a.high == b.high && a.low == b.low; }

bool belong(const Datagram &a, const Datagram &b) {
    return a.identification == b.identification && a.protocol == b.protocol && isSame(a.source, b.source)
        && isSame(a.destination, b.destination);
}

}  // namespace

void Fragments::take(const Arrival &fragment) {
    const Datagram &datagram = fragment.datagram;
    auto place = std::find_if(unfinished.begin(), unfinished.end(), [&](const Unfinished &known) {
        return belong(known.first.datagram, datagram);
    });
    if (place == unfinished.end()) {
        if (unfinished.size() == mostUnfinished) complete(unfinished.begin());
        place = unfinished.emplace(unfinished.end());
        place->first = fragment;
        place->first.packets = 0;
        place->first.datagram.payload = Bytes();
    }
    ++packets;
    ++place->first.packets;
    place->length += datagram.length;
    Bytes payload = datagram.payload;
    place->pieces.push_back(Piece{
        datagram.fragmentOffset, datagram.payloadLength,
        std::vector<uint8_t>(payload.data(), payload.data() + payload.size())});
    if (!datagram.hasMore) place->end = datagram.fragmentOffset + datagram.payloadLength;
    std::sort(place->pieces.begin(), place->pieces.end(), [](const Piece &a, const Piece &b) { return a.offset < b.offset; });
    uint32_t covered = 0;
    for (const Piece &piece : place->pieces)
        if (piece.offset <= covered) covered = std::max(covered, piece.offset + piece.length);
    if ((place->end > 0 && covered >= place->end) || place->pieces.size() == mostPieces) complete(place);
}

/// Hands over what is there.
void Fragments::complete(std::list<Unfinished>::iterator place) {
    Unfinished whole = std::move(*place);
    unfinished.erase(place);
    packets -= whole.first.packets;
    if (whole.pieces.front().offset > 0) return sink.refuse(whole.first.packets, whole.first.position);
    std::vector<uint8_t> payload;
    uint32_t end = 0;
    for (const Piece &piece : whole.pieces) {
        end = std::max(end, piece.offset + piece.length);
        // Of overlapping fragments the first one's bytes stand; behind a hole nothing is known.
        if (piece.offset > payload.size()) continue;
        const size_t known = payload.size() - piece.offset;
        if (known < piece.captured.size())
            payload.insert(payload.end(), piece.captured.begin() + ptrdiff_t(known), piece.captured.end());
    }
    Arrival arrival = whole.first;
    arrival.datagram.payload = Bytes(payload.data(), payload.size());
    arrival.datagram.payloadLength = end;
    arrival.datagram.length = whole.length;
    arrival.datagram.isFragment = false;
    sink.take(arrival);
}

void Fragments::expire(int64_t now) {
    while (!unfinished.empty() && unfinished.front().first.time + patience < now) complete(unfinished.begin());
}

void Fragments::finish() {
    while (!unfinished.empty()) complete(unfinished.begin());
}

}  // namespace pcap
