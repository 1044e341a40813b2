#pragma once

#include <cstdint>
#include <vector>

#include "Payload.hpp"

namespace pcap {

/// Puts the segments of one direction of TCP into their order (RFC 9293, section 3.4).
///
/// What came twice is passed over. What does not come while many other segments do is given up as lost.
class Reassembly {
public:
    /// Takes a segment.
    ///
    /// - lost: how many bytes behind the payload's were not captured.
    /// - deliver: called with each payload that is next.
    template <class Deliver>
    void take(uint32_t sequence, const Payload &payload, Deliver deliver) {
        if (!hasBegun) begin(sequence);
        const auto ahead = int32_t(sequence - next);
        if (ahead > 0) {
            if (ahead < farthest) keep(sequence, payload);
            if (isFull()) passHole(deliver);
        } else {
            pass(sequence, payload, deliver);
        }
        drain(deliver);
    }

    /// The first byte that comes.
    void begin(uint32_t sequence) {
        hasBegun = true;
        next = sequence;
    }

    /// Delivers what waits, whatever is missing before it.
    template <class Deliver>
    void finish(Deliver deliver) {
        while (!pending.empty()) {
            passHole(deliver);
            drain(deliver);
        }
    }

    size_t held() const { return size; }

private:
    struct Segment {
        uint32_t sequence, lost;
        std::vector<uint8_t> bytes;
        Sender sender;
        int64_t time;
        uint64_t position;
    };

    void keep(uint32_t sequence, const Payload &payload) {
        auto place = pending.end();
        while (place != pending.begin() && int32_t((place - 1)->sequence - sequence) > 0) --place;
        const Bytes bytes = payload.bytes;
        pending.insert(
            place,
            Segment{sequence, payload.lost, std::vector<uint8_t>(bytes.data(), bytes.data() + bytes.size()),
                    payload.sender, payload.time, payload.position});
        size += bytes.size() + sizeof(Segment);
    }

    bool isFull() const { return pending.size() > mostPending || size > mostBytes; }

    /// Delivers what is new of a segment that does not lie ahead.
    template <class Deliver>
    void pass(uint32_t sequence, Payload payload, Deliver &deliver) {
        const uint32_t known = next - sequence;
        const size_t captured = payload.bytes.size();
        if (uint64_t(known) >= captured + uint64_t(payload.lost)) return;
        payload.bytes.skip(known < captured ? known : captured);
        if (known > captured) payload.lost -= uint32_t(known - captured);
        next += uint32_t(payload.bytes.size()) + payload.lost;
        deliver(payload);
    }

    template <class Deliver>
    void drain(Deliver &deliver) {
        size_t done = 0;
        while (done < pending.size() && int32_t(pending[done].sequence - next) <= 0) {
            const Segment &segment = pending[done++];
            Payload payload;
            payload.sender = segment.sender;
            payload.bytes = Bytes(segment.bytes.data(), segment.bytes.size());
            payload.lost = segment.lost;
            payload.time = segment.time;
            payload.position = segment.position;
            size -= segment.bytes.size() + sizeof(Segment);
            pass(segment.sequence, payload, deliver);
        }
        if (done > 0) pending.erase(pending.begin(), pending.begin() + ptrdiff_t(done));
    }

    template <class Deliver>
    void passHole(Deliver &deliver) {
        const Segment &first = pending.front();
        Payload hole;
        hole.sender = first.sender;
        hole.lost = first.sequence - next;
        hole.time = first.time;
        hole.position = first.position;
        next = first.sequence;
        deliver(hole);
    }

    /// Segments farther ahead belong to nothing that could be put together: a window has 1 GB at most (RFC 7323).
    static constexpr int32_t farthest = 1 << 30;
    static constexpr size_t mostPending = 64, mostBytes = 256 << 10;

    bool hasBegun = false;
    uint32_t next = 0;
    /// By their sequence numbers.
    std::vector<Segment> pending;
    size_t size = 0;
};

}  // namespace pcap
