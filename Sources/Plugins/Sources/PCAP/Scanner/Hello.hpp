#pragma once

#include <string>
#include <vector>

#include "Bytes.hpp"

namespace pcap {

/// A client's or a server's hello of TLS (RFC 8446, section 4.1; RFC 5246, section 7.4.1), as far as fingerprints and
/// names need it.
struct Hello {
    uint16_t version = 0;
    /// A server has chosen one.
    std::vector<uint16_t> ciphers;
    std::vector<uint16_t> extensions, groups, signatures, versions;
    std::vector<uint8_t> pointFormats;
    std::string host, protocol;

    /// - isClient: whether the client says it.
    /// - Returns: whether `body`, the message without its head, is one.
    bool read(Bytes body, bool isClient);

    /// The version that was offered or chosen, the newest.
    uint16_t newestVersion() const;
    /// In the words of sensors: `TLS 1.2`.
    static std::string nameOfVersion(uint16_t version);

    /// John Althouse and others, "TLS Fingerprinting with JA3 and JA3S", 2019.
    std::string ja3() const;
    std::string ja3s() const;
    /// FoxIO, "JA4: TLS Client Fingerprinting", technical details.
    ///
    /// - transport: `t` for TCP, `q` for QUIC.
    std::string ja4(char transport) const;

private:
    void readExtension(uint16_t type, Bytes value, bool isClient);
};

}  // namespace pcap
