#include "Layers.hpp"

#include <algorithm>

#include "SensorText/Address.hpp"

namespace pcap {

namespace {

enum Ether : uint16_t {
    EtherV4 = 0x0800, EtherARP = 0x0806, EtherRARP = 0x8035, EtherBridging = 0x6558, EtherVLAN = 0x8100,
    EtherV6 = 0x86DD, EtherMPLS = 0x8847, EtherMPLSMulticast = 0x8848, EtherPPPoE = 0x8864, EtherQinQ = 0x88A8,
    EtherERSPAN = 0x88BE, EtherERSPAN3 = 0x22EB, EtherQinQOld = 0x9100, EtherPPPInGRE = 0x880B
};

enum Protocol : uint8_t {
    ProtocolV4 = 4, ProtocolUDP = 17, ProtocolV6 = 41, ProtocolGRE = 47, HopByHop = 0, Routing = 43, Fragment = 44,
    Authentication = 51, Destinations = 60, Mobility = 135
};

/// The ports of VXLAN (RFC 7348) and Geneve (RFC 8926).
constexpr uint16_t portOfVXLAN = 4789, portOfGeneve = 6081;

}  // namespace

bool Layers::read(const Packet &packet, Datagram &datagram, PCAPReason &why) {
    found = Datagram();
    depth = 0;
    isSnapped = packet.bytes.size() < packet.length;
    const bool isFound = readLink(packet.link, packet.bytes);
    if (isFound)
        datagram = found;
    else
        why = reason;
    return isFound;
}

bool Layers::readLink(uint16_t link, Bytes bytes) {
    switch (link) {
        case LinkEthernet: {
            bytes.skip(12);
            const uint16_t type = bytes.u16();
            if (bytes.failed()) return refuseShort();
            // Below, it is a length.
            return type < 0x0600 ? readLLC(bytes.prefix(type)) : readEther(type, bytes);
        }
        case LinkNull:
        case LinkLoop:
            // The number of a family, which differs from system to system: the datagram tells.
            bytes.skip(4);
            return readIP(bytes);
        case LinkRaw:
        case LinkRawBSD:
        case LinkRawOpenBSD:
        case LinkIPv4:
        case LinkIPv6: return readIP(bytes);
        case LinkCooked: {
            bytes.skip(14);
            const uint16_t type = bytes.u16();
            if (bytes.failed()) return refuseShort();
            return type == 0x0004 ? readLLC(bytes) : readEther(type, bytes);
        }
        case LinkCooked2: {
            const uint16_t type = bytes.u16();
            bytes.skip(18);
            if (bytes.failed()) return refuseShort();
            return type == 0x0004 ? readLLC(bytes) : readEther(type, bytes);
        }
        case LinkPPP:
        case LinkPPPHDLC: return readPPP(bytes);
        case LinkPPPoE: bytes.skip(6); return readPPP(bytes);
        case LinkHDLC: {
            bytes.skip(2);
            const uint16_t type = bytes.u16();
            return bytes.failed() ? refuseShort() : readEther(type, bytes);
        }
        case LinkPFLog: {
            // Its first byte is its length without the padding.
            const size_t length = bytes[0];
            bytes.skip((length + 3) / 4 * 4);
            return readIP(bytes);
        }
        case LinkNFLog:
            bytes.skip(4);
            while (bytes.size() >= 4) {
                const uint8_t *const head = bytes.data();
                const size_t length = head[0] | head[1] << 8;
                if (length < 4) return refuse(PCAPMalformed);
                Bytes value = bytes.take(std::min(bytes.size(), (length + 3) / 4 * 4)).prefix(length);
                // The payload's attribute.
                if ((head[2] | head[3] << 8) != 9) continue;
                value.skip(4);
                return readIP(value);
            }
            return refuseShort();
        case LinkRadiotap: {
            const size_t length = bytes[2] | bytes[3] << 8;
            bytes.skip(length);
            return readWireless(bytes);
        }
        case LinkEncapsulated:
            // What IPsec of BSD systems unpacked: a family, an index and flags before it.
            bytes.skip(12);
            return readIP(bytes);
        case LinkPPI: return readInner(bytes[2] | bytes[3] << 8, uint16_t(bytes[4] | bytes[5] << 8), bytes);
        // What macOS puts before packets: its length, that a packet follows, and the packet's own link type.
        case LinkPKTAP: return readInner(bytes[0] | bytes[1] << 8, uint16_t(bytes[8] | bytes[9] << 8), bytes);
        case LinkPrism: bytes.skip(144); return readWireless(bytes);
        case LinkWireless: return readWireless(bytes);
        default: return refuse(PCAPUnknownLink);
    }
}

bool Layers::readInner(size_t header, uint16_t link, Bytes bytes) {
    bytes.skip(header);
    if (bytes.failed()) return refuseShort();
    return ++depth > mostLayers ? refuse(PCAPTooDeep) : readLink(link, bytes);
}

bool Layers::readEther(uint16_t type, Bytes bytes) {
    if (++depth > mostLayers) return refuse(PCAPTooDeep);
    switch (type) {
        case EtherV4:
        case EtherV6: return readIP(bytes);
        case EtherVLAN:
        case EtherQinQ:
        case EtherQinQOld: {
            bytes.skip(2);
            const uint16_t inner = bytes.u16();
            if (bytes.failed()) return refuseShort();
            return inner < 0x0600 ? readLLC(bytes.prefix(inner)) : readEther(inner, bytes);
        }
        case EtherMPLS:
        case EtherMPLSMulticast: return readMPLS(bytes);
        case EtherPPPoE: bytes.skip(6); return readPPP(bytes);
        case EtherBridging: return readLink(LinkEthernet, bytes);
        case EtherARP:
        case EtherRARP: return refuse(PCAPSkippedARP);
        default: return refuse(PCAPSkippedOther);
    }
}

/// IEEE 802.2 with or without a SNAP header.
bool Layers::readLLC(Bytes bytes) {
    if (bytes[0] != 0xAA || bytes[1] != 0xAA) return refuse(PCAPSkippedOther);
    bytes.skip(6);
    const uint16_t type = bytes.u16();
    return bytes.failed() ? refuseShort() : readEther(type, bytes);
}

bool Layers::readWireless(Bytes bytes) {
    const uint8_t control = bytes[0], flags = bytes[1];
    if (bytes.size() < 24) return refuseShort();
    const bool isData = (control & 0x0C) == 0x08, hasPayload = (control & 0x40) == 0;
    if (!isData || !hasPayload) return refuse(PCAPSkippedOther);
    if (flags & 0x40) return refuse(PCAPWirelessProtected);
    bytes.skip(24 + ((flags & 3) == 3 ? 6 : 0) + (control & 0x80 ? 2 : 0));
    return readLLC(bytes);
}

bool Layers::readMPLS(Bytes bytes) {
    for (int labels = 0; labels < mostLayers; ++labels) {
        const uint32_t label = bytes.u32();
        if (bytes.failed()) return refuseShort();
        if (!(label & 0x100)) continue;
        const uint8_t version = bytes[0] >> 4;
        if (version == 4 || version == 6) return readIP(bytes);
        // A control word, or the frame itself (RFC 4448).
        if (version == 0) bytes.skip(4);
        return readLink(LinkEthernet, bytes);
    }
    return refuse(PCAPTooDeep);
}

bool Layers::readPPP(Bytes bytes) {
    if (bytes[0] == 0xFF && bytes[1] == 0x03) bytes.skip(2);
    // The protocol's number may be one byte (RFC 1661, section 6.5).
    uint16_t protocol = bytes.u8();
    if (!(protocol & 1)) protocol = uint16_t(protocol << 8 | bytes.u8());
    if (bytes.failed()) return refuseShort();
    switch (protocol) {
        case 0x0021: return readEther(EtherV4, bytes);
        case 0x0057: return readEther(EtherV6, bytes);
        case 0x0281: return readEther(EtherMPLS, bytes);
        default: return refuse(PCAPSkippedOther);
    }
}

bool Layers::readIP(Bytes bytes) {
    if (++depth > mostLayers) return refuse(PCAPTooDeep);
    if (bytes.empty()) return refuseShort();
    switch (bytes[0] >> 4) {
        case 4: return readV4(bytes);
        case 6: return readV6(bytes);
        default: return refuse(PCAPMalformed);
    }
}

bool Layers::readV4(Bytes bytes) {
    if (bytes.size() < 20) return refuseShort();
    const size_t header = size_t(bytes[0] & 0x0F) * 4;
    Bytes fields = bytes;
    fields.skip(2);
    uint32_t length = fields.u16();
    const uint16_t identification = fields.u16(), flags = fields.u16();
    fields.skip(1);
    const uint8_t protocol = fields.u8();
    fields.skip(2);
    // Where the network card cuts large segments (TSO), the length is not known yet.
    if (length == 0) length = uint32_t(bytes.size());
    if (header < 20 || length < header) return refuse(PCAPMalformed);
    if (bytes.size() < header) return refuseShort();
    found = Datagram();
    found.source = sensor::fromV4(fields.u32());
    found.destination = sensor::fromV4(fields.u32());
    found.protocol = protocol;
    found.length = length;
    found.payloadLength = uint32_t(length - header);
    found.identification = identification;
    found.fragmentOffset = uint32_t(flags & 0x1FFF) * 8;
    found.hasMore = (flags & 0x2000) != 0;
    found.isFragment = found.hasMore || found.fragmentOffset > 0;
    bytes = bytes.prefix(length);
    bytes.skip(header);
    return finish(bytes);
}

bool Layers::readV6(Bytes bytes) {
    if (bytes.size() < 40) return refuseShort();
    Bytes fields = bytes;
    fields.skip(4);
    uint32_t length = fields.u16();
    uint8_t protocol = fields.u8();
    fields.skip(1);
    // A jumbogram, or what the network card cuts.
    if (length == 0) length = uint32_t(bytes.size() - 40);
    found = Datagram();
    found.source.high = fields.u64();
    found.source.low = fields.u64();
    found.destination.high = fields.u64();
    found.destination.low = fields.u64();
    found.length = length + 40;
    found.payloadLength = length;
    bytes.skip(40);
    bytes = bytes.prefix(length);
    for (int headers = 0; headers < mostLayers; ++headers) {
        size_t size = 0;
        switch (protocol) {
            case HopByHop:
            case Routing:
            case Destinations:
            case Mobility: size = size_t(bytes[1]) * 8 + 8; break;
            case Authentication: size = size_t(bytes[1]) * 4 + 8; break;
            case Fragment: size = 8; break;
            default: found.protocol = protocol; return finish(bytes);
        }
        if (found.payloadLength < size) return refuse(PCAPMalformed);
        if (bytes.size() < size) return refuseShort();
        Bytes header = bytes.take(size);
        found.payloadLength -= uint32_t(size);
        const bool isFragment = protocol == Fragment;
        protocol = header.u8();
        if (!isFragment) continue;
        header.skip(1);
        const uint16_t offset = header.u16();
        found.identification = header.u32();
        found.fragmentOffset = offset & 0xFFF8;
        found.hasMore = (offset & 1) != 0;
        found.isFragment = found.hasMore || found.fragmentOffset > 0;
        // What follows stands in the first fragment alone.
        if (found.fragmentOffset > 0) {
            found.protocol = protocol;
            return finish(bytes);
        }
    }
    return refuse(PCAPTooDeep);
}

/// Takes off a tunnel whose inner datagram can be read; otherwise the outer one stands.
bool Layers::finish(Bytes bytes) {
    found.payload = bytes;
    if (found.isFragment) return true;
    const uint16_t port = found.protocol == ProtocolUDP && bytes.size() >= 16 ? uint16_t(bytes[2] << 8 | bytes[3]) : 0;
    const bool isTunnel = found.protocol == ProtocolV4 || found.protocol == ProtocolV6 || found.protocol == ProtocolGRE
        || (port == portOfVXLAN && (bytes[8] & 0x08)) || (port == portOfGeneve && bytes[8] >> 6 == 0);
    if (!isTunnel) return true;
    const Datagram outer = found;
    if (readTunnel(bytes)) return true;
    found = outer;
    return true;
}

bool Layers::readTunnel(Bytes bytes) {
    switch (found.protocol) {
        case ProtocolV4:
        case ProtocolV6: return readIP(bytes);
        case ProtocolGRE: return readGRE(bytes);
        default: break;
    }
    const bool isGeneve = (bytes[2] << 8 | bytes[3]) == portOfGeneve;
    const uint16_t type = isGeneve ? uint16_t(bytes[10] << 8 | bytes[11]) : uint16_t(EtherBridging);
    bytes.skip(16 + (isGeneve ? size_t(bytes[8] & 0x3F) * 4 : 0));
    return !bytes.failed() && readEther(type, bytes);
}

/// RFC 2784 and 2890.
bool Layers::readGRE(Bytes bytes) {
    const uint16_t flags = bytes.u16(), type = bytes.u16();
    if ((flags & 7) > 1) return false;
    const bool isPPTP = (flags & 7) == 1;
    if (flags & 0x8000) bytes.skip(4);
    if (flags & 0x2000) bytes.skip(4);
    if (flags & 0x1000) bytes.skip(4);
    if (isPPTP && (flags & 0x0080)) bytes.skip(4);
    if (bytes.failed() || bytes.empty()) return false;
    switch (type) {
        // Without a sequence number it is of the first kind, which has no header.
        case EtherERSPAN: bytes.skip(flags & 0x1000 ? 8 : 0); return readEther(EtherBridging, bytes);
        case EtherERSPAN3: {
            const bool hasMore = (bytes[11] & 1) != 0;
            bytes.skip(hasMore ? 20 : 12);
            return readEther(EtherBridging, bytes);
        }
        case EtherPPPInGRE: return readPPP(bytes);
        default: return readEther(type, bytes);
    }
}

}  // namespace pcap
