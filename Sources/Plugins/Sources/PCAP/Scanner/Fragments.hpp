#pragma once

#include <cstdint>
#include <list>
#include <vector>

#include "Layers.hpp"

namespace pcap {

/// A datagram and what it came in.
struct Arrival {
    Datagram datagram;
    int64_t time = 0;
    uint64_t position = 0;
    /// How many packets it came in: more than one where it was fragmented.
    uint32_t packets = 1;
};

/// Puts datagrams together from their fragments (RFC 791, section 3.2; RFC 8200, section 4.5).
///
/// Of one whose fragments do not all come, what there is counts once it was waited for in vain: with the ports if its first
/// fragment is there.
class Fragments {
public:
    /// What is done with a datagram; its payload lies in memory that lasts as long as the call.
    class Sink {
    public:
        virtual void take(const Arrival &arrival) = 0;
        /// Fragments without the first one, whose ports are not known.
        virtual void refuse(uint32_t packets, uint64_t position) = 0;
    protected:
        ~Sink() = default;
    };

    explicit Fragments(Sink &sink) : sink(sink) {}

    void take(const Arrival &fragment);
    /// Gives up what began before a moment.
    void expire(int64_t now);
    void finish();
    /// The packets that wait.
    uint64_t waitingPackets() const { return packets; }

private:
    struct Piece {
        uint32_t offset, length;
        std::vector<uint8_t> captured;
    };
    struct Unfinished {
        /// Of the first one that came.
        Arrival first;
        std::vector<Piece> pieces;
        /// Bytes of IP in all fragments.
        uint32_t length = 0;
        /// Of the whole, 0 while the last fragment has not come.
        uint32_t end = 0;
    };

    void complete(std::list<Unfinished>::iterator place);

    /// RFC 791 waits for 15 seconds, Linux for 30.
    static constexpr int64_t patience = 30'000'000'000;
    static constexpr size_t mostUnfinished = 1024, mostPieces = 64;

    Sink &sink;
    /// The oldest first.
    std::list<Unfinished> unfinished;
    uint64_t packets = 0;
};

}  // namespace pcap
