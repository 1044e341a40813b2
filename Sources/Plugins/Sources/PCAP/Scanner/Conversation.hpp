#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <variant>

#include "DNS.hpp"
#include "HTTP.hpp"
#include "QUIC.hpp"
#include "Reassembly.hpp"
#include "TLS.hpp"

namespace pcap {

/// Reads what the two ends of SSH call themselves (RFC 4253, section 4.2).
class SSHReader {
public:
    static bool begins(Bytes bytes) { return bytes.text().substr(0, 4) == "SSH-"; }
    /// - Returns: whether both have said it.
    bool take(const Payload &payload, const Ends &ends);
    void finish(const Ends &ends);
    size_t held() const { return names[Client].size() + names[Server].size(); }

private:
    std::array<std::string, 2> names;
    std::array<bool, 2> isDone{};
    bool isWritten = false;
    int64_t time = 0;
    uint64_t position = 0;
};

/// What is read of a connection's payload: the protocol is told by the first bytes of either side.
class Conversation {
public:
    /// A segment of TCP.
    ///
    /// - Returns: whether there is nothing more to read.
    bool takeSegment(uint32_t sequence, const Payload &payload, const Ends &ends);
    /// The first byte of a side.
    void begin(Sender sender, uint32_t sequence) { halves[sender].begin(sequence); }
    /// A datagram of UDP.
    bool takeDatagram(const Payload &payload, const Ends &ends);
    /// The connection is over.
    void finish(const Ends &ends);
    /// Whether the side that was taken for the server turned out to be the client; asked before anything was read.
    static bool isOpposite(const Payload &payload);

    void swapSides() { std::swap(halves[Client], halves[Server]); }
    size_t held() const;
    PCAPService service() const { return seen; }

private:
    using Reader = std::variant<std::monostate, TLSReader, HTTPReader, DNSReader, SSHReader, QUICReader>;

    bool take(const Payload &payload, const Ends &ends);
    /// Chooses a reader by the first bytes.
    ///
    /// - Returns: whether they are enough to tell.
    bool decide(const Payload &payload, const Ends &ends);
    void see(PCAPService service) {
        if (seen == PCAPServiceNone || service == PCAPServiceQUIC) seen = service;
    }

    std::array<Reassembly, 2> halves;
    Reader reader;
    /// First bytes that are too few to tell.
    std::array<std::string, 2> beginnings;
    PCAPService seen = PCAPServiceNone;
    bool isOver = false;
};

}  // namespace pcap
