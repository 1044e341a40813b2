#pragma once

#include <cstdint>
#include <vector>

#include "Bytes.hpp"
#include "PCAPScanner.h"

namespace pcap {

/// A packet as a capture holds it.
struct Packet {
    /// Nanoseconds since 1970.
    int64_t time = 0;
    /// The link type, as in libpcap.
    uint16_t link = 0;
    /// What was captured of it.
    Bytes bytes;
    /// How many bytes it had.
    uint32_t length = 0;
    /// Where its record stands in the file's content.
    uint64_t position = 0;
};

/// Takes captures apart into packets: pcap (libpcap's savefile(5), also with nanoseconds and Kuznetzov's longer records) and
/// pcapng (draft-ietf-opsawg-pcapng), of both byte orders, several sections and interfaces of different link types.
///
/// Behind a damaged record it goes on where the next one can be told.
class Container {
public:
    /// Packets, and what stands in for them.
    class Sink {
    public:
        virtual void take(const Packet &packet) = 0;
        /// A record that holds no packet which could be read.
        virtual void refuse(PCAPReason reason, uint64_t position) = 0;
    protected:
        ~Sink() = default;
    };

    explicit Container(Sink &sink) : sink(sink) {}

    /// A file begins.
    void begin();
    void read(const uint8_t *bytes, size_t length);
    /// The file ends.
    void end();

    /// Bytes of the file that were passed over since no record could be told in them.
    uint64_t passedOver = 0;

    static PCAPForm formOf(const uint8_t *head, size_t length);

private:
    struct Interface {
        uint16_t link = 0;
        uint32_t snapLength = 0;
        /// Units of a second: a power of ten, or of two.
        uint64_t unitsPerSecond = 1'000'000;
        int64_t offset = 0;
    };

    /// What became of the bytes at a place.
    enum class Step { taken, needsMore, damaged };

    /// Longer records and blocks are damage.
    static constexpr uint32_t longestPacket = 256 << 10;
    static constexpr uint32_t longestBlock = 16 << 20;

    size_t parse(Bytes bytes, bool isLast);
    Step step(Bytes bytes, size_t &consumed);
    Step readFileHeader(Bytes bytes, size_t &consumed);
    Step readClassic(Bytes bytes, size_t &consumed);
    Step readBlock(Bytes bytes, size_t &consumed);
    void readInterface(Bytes body);
    void readEnhanced(Bytes body);
    void readObsolete(Bytes body);
    void readSimple(Bytes body);
    void readOptions(Bytes options, Interface &interface) const;
    void yield(const Interface &interface, uint64_t units, Bytes data, uint32_t captured, uint32_t length);
    /// Whether a record could begin here; `needsMore` where too little is there to tell.
    Step isPlausible(Bytes bytes) const;
    Step isPlausibleRecord(Bytes bytes, size_t &next) const;
    uint16_t u16(Bytes &bytes) const;
    uint32_t u32(Bytes &bytes) const;

    Sink &sink;
    PCAPForm form = PCAPFormUnknown;
    bool isSwapped = false;
    bool isResyncing = false;
    /// Of a classic record.
    size_t headerLength = 16;
    Interface classic;
    std::vector<Interface> interfaces;
    /// The whole seconds of the last packet.
    int64_t lastSecond = 0;
    /// What was read and not taken apart yet.
    std::vector<uint8_t> carried;
    /// Where in the content the bytes begin that are taken apart now.
    uint64_t position = 0;
};

}  // namespace pcap
