#pragma once

#include <array>
#include <string>

#include "Hello.hpp"
#include "Payload.hpp"

namespace pcap {

/// Reads the handshake of a TLS connection: both hellos and, up to TLS 1.2, the server's certificate.
class TLSReader {
public:
    /// Whether a connection's first bytes are of TLS.
    static bool begins(Bytes bytes);
    /// Whether they are a client's hello, by whomever they were sent.
    static bool isClientHello(Bytes bytes);

    /// - Returns: whether the handshake is read, as far as it can be.
    bool take(const Payload &payload, const Ends &ends);
    /// Writes down what is known at the connection's end.
    void finish(const Ends &ends);
    size_t held() const;

private:
    struct Side {
        /// Of a record that has not come to its end.
        std::string record;
        /// Of messages that have not come to their ends.
        std::string messages;
        bool isDone = false;
    };

    void readRecord(uint8_t type, Bytes body, Sender sender);
    void readMessages(Sender sender);
    void readCertificates(Bytes list);

    static constexpr size_t longestRecord = (1 << 14) + 2048, longestMessages = 1 << 17;

    std::array<Side, 2> sides;
    Hello clientHello, serverHello;
    bool hasClientHello = false, hasServerHello = false, isWritten = false;
    std::string certificate;
    int64_t time = 0;
    uint64_t position = 0;
};

}  // namespace pcap
