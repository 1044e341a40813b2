#include "Connections.hpp"
#include "PCAPScanner.h"

using namespace pcap;

namespace pcap {

void keep(PCAPRecords &words, std::vector<PCAPRecord> &gathered);

}  // namespace pcap

/// Packets in, connections and what they said out.
struct PCAPScanner final : Container::Sink, Fragments::Sink {
    explicit PCAPScanner(const PCAPSettings &settings)
        : words(settings.wantsRecords), container(*this), fragments(*this), connections(settings, words) {}

    void take(const Packet &packet) override {
        ++totals.packets;
        if (packet.bytes.size() < packet.length) ++totals.snapped;
        Arrival arrival;
        PCAPReason reason;
        if (!layers.read(packet, arrival.datagram, reason)) {
            if (reason == PCAPUnknownLink) totals.unknownLink = packet.link;
            return count(reason, 1, packet.position);
        }
        arrival.time = packet.time;
        arrival.position = packet.position;
        fragments.expire(packet.time);
        if (arrival.datagram.isFragment)
            fragments.take(arrival);
        else
            take(arrival);
    }

    void take(const Arrival &arrival) override {
        Segment segment;
        PCAPReason reason;
        if (!segment.read(arrival.datagram, reason)) return count(reason, arrival.packets, arrival.position);
        totals.packetsInConnections += arrival.packets;
        connections.take(arrival, segment);
    }

    void refuse(PCAPReason reason, uint64_t position) override {
        ++totals.packets;
        count(reason, 1, position);
    }

    void refuse(uint32_t packets, uint64_t position) override { count(PCAPLoneFragment, packets, position); }

    void count(PCAPReason reason, uint32_t packets, uint64_t position) {
        PCAPTally &tally = tallies[reason];
        tally.count += packets;
        if (tally.exampleCount < PCAP_EXAMPLES) tally.examples[tally.exampleCount++] = position;
    }

    Words words;
    Container container;
    Layers layers;
    Fragments fragments;
    Connections connections;
    PCAPTally tallies[PCAPReasons] = {};
    PCAPTotals totals = {};
};

extern "C" {

PCAPScanner *PCAPScannerCreate(PCAPSettings settings) {
    auto *scanner = new PCAPScanner(settings);
    scanner->totals.unknownLink = -1;
    return scanner;
}

void PCAPScannerDestroy(PCAPScanner *scanner) { delete scanner; }

PCAPForm PCAPFormOf(const uint8_t *head, size_t length) { return Container::formOf(head, length); }

int64_t PCAPFirstTime(const uint8_t *head, size_t length) {
    struct First final : Container::Sink {
        int64_t time = INT64_MAX;
        void take(const Packet &packet) override {
            if (time == INT64_MAX) time = packet.time;
        }
        void refuse(PCAPReason, uint64_t) override {}
    } first;
    Container container(first);
    container.begin();
    container.read(head, length);
    return first.time;
}

void PCAPScannerBegin(PCAPScanner *scanner) {
    scanner->container.begin();
    for (PCAPTally &tally : scanner->tallies) tally = PCAPTally{};
}

void PCAPScannerRead(PCAPScanner *scanner, const uint8_t *bytes, size_t length) {
    scanner->container.read(bytes, length);
}

void PCAPScannerEnd(PCAPScanner *scanner) {
    scanner->container.end();
    scanner->fragments.finish();
}

void PCAPScannerFinish(PCAPScanner *scanner) {
    scanner->fragments.finish();
    scanner->connections.finish();
}

const PCAPFlow *PCAPScannerFlows(const PCAPScanner *scanner, size_t *count) {
    *count = scanner->connections.ended.size();
    return scanner->connections.ended.data();
}

void PCAPScannerForget(PCAPScanner *scanner) { scanner->connections.ended.clear(); }

size_t PCAPScannerRecordCount(const PCAPScanner *scanner) { return scanner->words.gathered.size(); }

const PCAPRecord *PCAPScannerRecord(const PCAPScanner *scanner, size_t word) { return &scanner->words.gathered[word]; }

void PCAPScannerForgetRecords(PCAPScanner *scanner) { scanner->words.gathered.clear(); }

PCAPTally PCAPScannerTally(const PCAPScanner *scanner, PCAPReason reason) { return scanner->tallies[reason]; }

PCAPTotals PCAPScannerTotals(const PCAPScanner *scanner) {
    PCAPTotals totals = scanner->totals;
    totals.bytesPassedOver = scanner->container.passedOver;
    totals.evicted = scanner->connections.evicted;
    totals.midstream = scanner->connections.midstream;
    totals.openConnections = scanner->connections.open();
    totals.clock = scanner->connections.clock();
    return totals;
}

const char *PCAPStateName(PCAPState state) {
    static const char *const names[] = {"S0",   "S1",   "SF",     "REJ",   "S2", "S3", "RSTO",
                                        "RSTR", "RSTOS0", "RSTRH", "SH", "SHR", "OTH"};
    return names[state];
}

const char *PCAPServiceName(PCAPService service) {
    static const char *const names[] = {"", "tls", "http", "dns", "ssh", "quic"};
    return names[service];
}

const char *PCAPReasonName(PCAPReason reason) {
    switch (reason) {
        case PCAPSkippedARP: return "packets of ARP";
        case PCAPSkippedOther: return "packets without IP";
        case PCAPCutOff: return "packets cut off before the end of their headers";
        case PCAPMalformed: return "packets with a malformed header";
        case PCAPUnknownLink: return "packets of an unknown link type";
        case PCAPWirelessProtected: return "packets of an encrypted wireless network";
        case PCAPLoneFragment: return "fragments without the first one";
        case PCAPTooDeep: return "packets with too many headers";
        case PCAPNoTime: return "packets without a time";
        case PCAPCutRecord: return "packets cut off at the end of the file";
        default: return "damaged records";
    }
}

const char *PCAPReasonRemedy(PCAPReason reason) {
    switch (reason) {
        case PCAPCutOff: return "capture at least the first 128 bytes of each packet (tcpdump -s 128), or all (-s 0)";
        case PCAPUnknownLink: return "capture on an interface of Ethernet, or on any (tcpdump -i any)";
        case PCAPWirelessProtected: return "decrypt them first (airdecap-ng), or capture behind the access point";
        case PCAPNoTime: return "write packets with their times; the simple packets of pcapng have none";
        case PCAPBadRecord: return "the file is damaged there; what could be told again behind it was read";
        default: return "";
    }
}

void PCAPRecordsTake(PCAPRecords *words, PCAPScanner *scanner) { keep(*words, scanner->words.gathered); }

}  // extern "C"
