#pragma once

#include <vector>

#include "Hello.hpp"
#include "Payload.hpp"

namespace pcap {

/// Reads the client's hello in the initial packets of QUIC, versions 1 and 2 (RFC 9000, 9001, 9369): their keys follow from
/// what they say themselves.
class QUICReader {
public:
    /// Whether a datagram is a client's initial packet.
    static bool begins(Bytes bytes);

    /// - Returns: whether the hello is read, or will not be.
    bool take(const Payload &payload, const Ends &ends);
    size_t held() const { return hello.size(); }

private:
    /// The parts of a packet.
    struct Initial {
        bool isSecondVersion = false;
        Bytes destination;
        /// The whole packet, and where its number stands in it.
        Bytes packet;
        size_t numberPlace = 0;
    };

    static bool parse(Bytes datagram, Initial &initial);
    bool decrypt(const Initial &initial, Bytes destination, std::vector<uint8_t> &plain) const;
    void takeFrames(Bytes frames);
    bool write(const Ends &ends);

    static constexpr size_t longestHello = 1 << 16;
    static constexpr int mostPackets = 16;

    /// The identifier from which the keys follow: that of the first packet.
    std::string firstDestination;
    std::vector<uint8_t> hello;
    std::vector<bool> isThere;
    int packets = 0;
    int64_t time = 0;
    uint64_t position = 0;
};

}  // namespace pcap
