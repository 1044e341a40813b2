#include "Connection.hpp"

#include <algorithm>

namespace pcap {

namespace {

enum Protocol : uint8_t { ICMP = 1, TCP = 6, UDP = 17, ICMPv6 = 58, SCTP = 132 };

bool isSame(const SensorAddress &a, const SensorAddress &b) { return a.high == b.high && a.low == b.low; }

bool isMulticast(const SensorAddress &address) {
    if (address.high == 0 && address.low >> 32 == 0xFFFF) {
        const auto v4 = uint32_t(address.low);
        return v4 >> 28 == 0xE || v4 == UINT32_MAX;
    }
    return address.high >> 56 == 0xFF;
}

/// Whether a port is one that servers listen on: below those that systems give to clients (RFC 6335: well-known ones).
bool isService(uint16_t port) {
    constexpr uint16_t others[] = {1080, 1433, 1521, 1883, 3128, 3306, 3389, 5222, 5353, 5355, 5432, 5900, 8000, 8080, 8443, 8888};
    return port < 1024 || std::binary_search(std::begin(others), std::end(others), port);
}

/// Whether a packet that opens nothing seems to come from the server.
bool seemsFromServer(const Datagram &datagram, const Segment &segment) {
    if (segment.isReply) return true;
    if (isMulticast(datagram.destination)) return false;
    return isService(segment.sourcePort) && !isService(segment.port);
}

uint64_t mixed(uint64_t value) {
    value ^= value >> 32;
    value *= 0xD6E8FEB86659FD93u;
    value ^= value >> 32;
    value *= 0xD6E8FEB86659FD93u;
    return value ^ value >> 32;
}

/// The same for the same connection in another capture.
int64_t identity(const Key &key, int64_t start) {
    uint64_t hash = mixed(uint64_t(start) + key.protocol);
    for (int end = 0; end < 2; ++end) {
        hash = mixed(hash ^ key.addresses[end].high);
        hash = mixed(hash + key.addresses[end].low);
        hash = mixed(hash ^ key.ports[end]);
    }
    return int64_t(hash >> 1);
}

}  // namespace

bool Segment::read(const Datagram &datagram, PCAPReason &reason) {
    Bytes bytes = datagram.payload;
    const auto missing = [&](size_t captured, size_t whole) {
        reason = datagram.payloadLength < whole ? PCAPMalformed : PCAPCutOff;
        return datagram.payloadLength < whole || bytes.size() < captured;
    };
    payload = Bytes();
    switch (datagram.protocol) {
        case TCP: {
            if (missing(14, 20)) return false;
            Bytes fields = bytes;
            sourcePort = fields.u16();
            port = fields.u16();
            sequence = fields.u32();
            acknowledged = fields.u32();
            const size_t header = size_t(fields.u8() >> 4) * 4;
            flags = fields.u8();
            if (header < 20 || header > datagram.payloadLength) {
                reason = PCAPMalformed;
                return false;
            }
            bytes.skip(header);
            payload = bytes;
            lost = uint32_t(datagram.payloadLength - header - payload.size());
            // What a snapped header hides is no payload.
            if (datagram.payload.size() < header) lost = uint32_t(datagram.payloadLength - header);
            return true;
        }
        case UDP:
        case SCTP: {
            const size_t header = datagram.protocol == UDP ? 8 : 12;
            if (missing(4, header)) return false;
            sourcePort = bytes.u16();
            port = bytes.u16();
            if (datagram.protocol == SCTP) return true;
            bytes.skip(4);
            payload = bytes;
            lost = uint32_t(datagram.payloadLength - header - std::min<size_t>(payload.size(), datagram.payloadLength - header));
            return true;
        }
        case ICMP:
        case ICMPv6: {
            if (missing(1, 4)) return false;
            const bool isV6 = datagram.protocol == ICMPv6;
            const uint8_t type = bytes.u8();
            const bool isRequest = isV6 ? type == 128 : type == 8 || type == 13 || type == 15 || type == 17;
            isReply = isV6 ? type == 129 : type == 0 || type == 14 || type == 16 || type == 18;
            bytes.skip(3);
            identifier = isRequest || isReply ? bytes.u16() : type;
            return true;
        }
        default: return true;
    }
}

Connection::Connection(const Key &key, const Arrival &arrival, const Segment &segment) : key(key) {
    const Datagram &datagram = arrival.datagram;
    flow.source = datagram.source;
    flow.destination = datagram.destination;
    flow.sourcePort = segment.sourcePort;
    flow.port = segment.port;
    flow.protocol = datagram.protocol;
    flow.start = flow.end = arrival.time;
    flow.position = arrival.position;
    flow.id = identity(key, arrival.time);
    isMidstream = isTCP() && (segment.flags & Segment::SYN) == 0;
    isGuessed = !isTCP() || isMidstream;
    if (isTCP() && !isMidstream ? segment.isAccepting() : seemsFromServer(datagram, segment)) swapEnds();
}

void Connection::swapEnds() {
    std::swap(flow.source, flow.destination);
    std::swap(flow.sourcePort, flow.port);
    std::swap(flow.bytesToServer, flow.bytesToClient);
    std::swap(flow.packetsToServer, flow.packetsToClient);
    std::swap(hasEnded[Client], hasEnded[Server]);
    if (isReset) wasResetByClient = !wasResetByClient;
    if (conversation) conversation->swapSides();
}

/// A retransmission has the same number; one that comes late, behind what it opened, fits the answer. What was closed is
/// opened no more.
bool Connection::isSuccessor(const Segment &segment) const {
    if (!isTCP() || !segment.isOpening()) return false;
    if (hasOpened) return segment.sequence != openingSequence || (hasAccepted && isClosed());
    return !hasAccepted || segment.sequence + 1 != acceptedSequence;
}

void Connection::take(const Arrival &arrival, const Segment &segment, Words &words) {
    const Datagram &datagram = arrival.datagram;
    const auto isFromClient = [&] {
        return isSame(datagram.source, flow.source) && segment.sourcePort == flow.sourcePort
            && (!isSame(flow.source, flow.destination) || segment.port == flow.port);
    };
    flow.start = std::min(flow.start, arrival.time);
    flow.end = std::max(flow.end, arrival.time);
    Payload payload;
    payload.sender = isFromClient() ? Client : Server;
    payload.bytes = segment.payload;
    payload.lost = segment.lost;
    payload.time = arrival.time;
    payload.position = arrival.position;
    // Who says a client's first words is the client, whatever the ports seemed to tell.
    if (isGuessed && !payload.bytes.empty()) {
        isGuessed = false;
        if (isTCP() && Conversation::isOpposite(payload)) {
            swapEnds();
            payload.sender = payload.sender == Client ? Server : Client;
        }
    }
    if (payload.sender == Client) {
        flow.bytesToServer += datagram.length;
        flow.packetsToServer += arrival.packets;
    } else {
        flow.bytesToClient += datagram.length;
        flow.packetsToClient += arrival.packets;
    }
    if (isTCP()) takeFlags(payload.sender, segment);
    if (!isRead && words.isWanted()) takePayload(payload, segment, words);
}

void Connection::takeFlags(Sender sender, const Segment &segment) {
    if (segment.isOpening() && sender == Client) {
        hasOpened = true;
        openingSequence = segment.sequence;
    }
    if (segment.isAccepting() && sender == Server) {
        hasAccepted = true;
        acceptedSequence = segment.acknowledged;
    }
    if (segment.flags & Segment::FIN) hasEnded[sender] = true;
    if ((segment.flags & Segment::RST) && !isReset) {
        isReset = true;
        wasResetByClient = sender == Client;
    }
}

void Connection::takePayload(const Payload &payload, const Segment &segment, Words &words) {
    const Ends ends{flow, words};
    const bool isOpening = isTCP() && (segment.flags & Segment::SYN);
    if (payload.bytes.empty() && payload.lost == 0 && !isOpening) return;
    // The payload of UDP is of interest where it is there.
    if (!isTCP() && (flow.protocol != UDP || payload.bytes.empty())) return;
    if (!conversation) conversation = std::make_unique<Conversation>();
    if (isOpening) conversation->begin(payload.sender, segment.sequence + 1);
    if (payload.bytes.empty() && payload.lost == 0) return;
    isRead = isTCP() ? conversation->takeSegment(segment.sequence + (isOpening ? 1 : 0), payload, ends)
                     : conversation->takeDatagram(payload, ends);
    flow.service = conversation->service();
    if (!isRead) return;
    conversation->finish(ends);
    conversation.reset();
}

void Connection::finish(Words &words) {
    if (conversation) {
        conversation->finish(Ends{flow, words});
        flow.service = conversation->service();
        conversation.reset();
    }
    flow.state = state();
}

PCAPState Connection::state() const {
    if (!isTCP()) {
        if (flow.packetsToClient == 0) return PCAPStateS0;
        return flow.packetsToServer == 0 ? PCAPStateSHR : PCAPStateSF;
    }
    if (!hasOpened && !hasAccepted) return PCAPStateOTH;
    if (!hasOpened) return isReset && !wasResetByClient ? PCAPStateRSTRH : hasEnded[Server] ? PCAPStateSHR : PCAPStateOTH;
    if (!hasAccepted) {
        if (isReset) return wasResetByClient ? PCAPStateRSTOS0 : PCAPStateREJ;
        if (flow.packetsToClient > 0) return PCAPStateOTH;
        return hasEnded[Client] ? PCAPStateSH : PCAPStateS0;
    }
    if (isReset) return wasResetByClient ? PCAPStateRSTO : PCAPStateRSTR;
    if (hasEnded[Client]) return hasEnded[Server] ? PCAPStateSF : PCAPStateS2;
    return hasEnded[Server] ? PCAPStateS3 : PCAPStateS1;
}

}  // namespace pcap
