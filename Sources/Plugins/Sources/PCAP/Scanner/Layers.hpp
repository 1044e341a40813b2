#pragma once

#include "Bytes.hpp"
#include "Container.hpp"
#include "PCAPScanner.h"

namespace pcap {

/// What a packet carries between two addresses.
struct Datagram {
    SensorAddress source{}, destination{};
    uint8_t protocol = 0;
    /// What was captured behind the headers of IP; nothing behind its end there (padding, checksums).
    Bytes payload;
    /// How many bytes it has by the header.
    uint32_t payloadLength = 0;
    /// The whole of it, IP's headers included.
    uint32_t length = 0;

    /// Of a fragment: where it lies in its datagram, and whether others follow.
    bool isFragment = false;
    uint32_t identification = 0;
    uint32_t fragmentOffset = 0;
    bool hasMore = false;
};

/// Finds the datagram in a packet: link layers, tags, labels and tunnels are taken off. Of IP inside IP (GRE, IP in IP, VXLAN)
/// it is the inner one.
class Layers {
public:
    /// - Returns: whether there is one; otherwise `reason` says why not.
    bool read(const Packet &packet, Datagram &datagram, PCAPReason &reason);

private:
    bool readLink(uint16_t link, Bytes bytes);
    /// Reads a packet of another link type behind a header.
    bool readInner(size_t header, uint16_t link, Bytes bytes);
    bool readEther(uint16_t type, Bytes bytes);
    bool readLLC(Bytes bytes);
    bool readWireless(Bytes bytes);
    bool readMPLS(Bytes bytes);
    bool readPPP(Bytes bytes);
    bool readIP(Bytes bytes);
    bool readV4(Bytes bytes);
    bool readV6(Bytes bytes);
    bool finish(Bytes bytes);
    bool readGRE(Bytes bytes);
    bool readTunnel(Bytes bytes);
    bool refuse(PCAPReason why) {
        reason = why;
        return false;
    }
    /// Refuses what its bytes do not hold: cut off where the capture is, else malformed.
    bool refuseShort() { return refuse(isSnapped ? PCAPCutOff : PCAPMalformed); }

    static constexpr int mostLayers = 16;

    Datagram found;
    PCAPReason reason = PCAPSkippedOther;
    bool isSnapped = false;
    int depth = 0;
};

/// Link types, as in libpcap (tcpdump.org/linktypes.html).
enum Link : uint16_t {
    LinkNull = 0, LinkEthernet = 1, LinkPPP = 9, LinkRawOpenBSD = 12, LinkRawBSD = 14, LinkPPPHDLC = 50, LinkPPPoE = 51,
    LinkRaw = 101, LinkHDLC = 104, LinkWireless = 105, LinkLoop = 108, LinkEncapsulated = 109, LinkCooked = 113, LinkPFLog = 117,
    LinkPrism = 119, LinkRadiotap = 127, LinkPPI = 192, LinkIPv4 = 228, LinkIPv6 = 229,
    LinkNFLog = 239, LinkPKTAP = 258, LinkCooked2 = 276
};

}  // namespace pcap
