#pragma once

#include <memory>

#include "Conversation.hpp"
#include "Fragments.hpp"
#include "PCAPScanner.h"

namespace pcap {

/// What tells a connection from others: its two ends, the lesser one first.
struct Key {
    SensorAddress addresses[2];
    uint16_t ports[2];
    uint8_t protocol;

    bool operator==(const Key &other) const {
        return addresses[0].high == other.addresses[0].high && addresses[0].low == other.addresses[0].low
            && addresses[1].high == other.addresses[1].high && addresses[1].low == other.addresses[1].low
            && ports[0] == other.ports[0] && ports[1] == other.ports[1] && protocol == other.protocol;
    }
};

/// The header of TCP, UDP, SCTP or ICMP.
struct Segment {
    enum Flag : uint8_t { FIN = 1, SYN = 2, RST = 4, ACK = 16 };

    uint16_t sourcePort = 0, port = 0;
    /// Of an echo, which ties replies to requests; else the type of the message.
    uint16_t identifier = 0;
    /// Whether it is the answer to an echo.
    bool isReply = false;
    uint8_t flags = 0;
    uint32_t sequence = 0, acknowledged = 0;
    Bytes payload;
    /// How many bytes behind the payload were not captured.
    uint32_t lost = 0;

    /// - Returns: whether there is one; otherwise `reason` says why not.
    bool read(const Datagram &datagram, PCAPReason &reason);
    bool isOpening() const { return (flags & (SYN | ACK)) == SYN; }
    bool isAccepting() const { return (flags & (SYN | ACK)) == (SYN | ACK); }
};

/// A connection that may go on.
class Connection {
public:
    /// By its first packet.
    Connection(const Key &key, const Arrival &arrival, const Segment &segment);

    /// Whether a packet opens another connection between the same ends.
    bool isSuccessor(const Segment &segment) const;
    void take(const Arrival &arrival, const Segment &segment, Words &words);
    /// Nothing more comes.
    void finish(Words &words);
    bool isTCP() const { return flow.protocol == 6; }
    /// Whether both sides have ended it, or one has reset it.
    bool isClosed() const { return isReset || (hasEnded[Client] && hasEnded[Server]); }
    /// How many bytes its payload's reader holds.
    size_t held() const { return conversation ? conversation->held() : 0; }

    const Key key;
    PCAPFlow flow{};
    /// Whether its first packet was no beginning.
    bool isMidstream = false;

    // Its place among the others, which the table keeps.
    Connection *before = nullptr, *behind = nullptr;
    int64_t lastSeen = 0;
    int list = 0;
    size_t counted = 0;

private:
    PCAPState state() const;
    void takeFlags(Sender sender, const Segment &segment);
    void takePayload(const Payload &payload, const Segment &segment, Words &words);
    void swapEnds();

    std::unique_ptr<Conversation> conversation;
    bool isRead = false;
    /// Whether the ports alone told the client.
    bool isGuessed = false;
    bool hasOpened = false, hasAccepted = false, isReset = false, wasResetByClient = false;
    bool hasEnded[2] = {false, false};
    uint32_t openingSequence = 0, acceptedSequence = 0;
};

}  // namespace pcap
