// The C++ reader of captures over mutated packets and damaged files, for the address and undefined-behaviour sanitizers. Also
// compares what is read of a whole with what is read of its parts, and counts every packet once.
//
// usage: pcap-scanner-check FOLDER [PACKETS (100000) [SEED (1)]], the folder with captures as seeds

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "../Random.hpp"
#include "PCAPScanner.h"

namespace {

using Content = std::vector<uint8_t>;

void damage(Content &bytes, size_t begin, Random &random) {
    for (size_t changes = 1 + random.below(4); changes > 0 && bytes.size() > begin; --changes) {
        const size_t place = begin + random.below(bytes.size() - begin);
        switch (random.below(6)) {
            case 0: bytes[place] ^= uint8_t(1 << random.below(8)); break;
            case 1: bytes[place] = uint8_t(random.below(256)); break;
            case 2: bytes[place] = random.below(2) ? 0xFF : 0; break;
            case 3: bytes.resize(place); break;
            case 4: bytes.insert(bytes.begin() + ptrdiff_t(place), random.below(9), uint8_t(random.below(256))); break;
            default: {
                const Content part(bytes.begin() + ptrdiff_t(place), bytes.begin() + ptrdiff_t(std::min(bytes.size(), place + 20)));
                bytes.insert(bytes.begin() + ptrdiff_t(place), part.begin(), part.end());
            }
        }
    }
}

uint32_t number(const uint8_t *p) { return uint32_t(p[0] | p[1] << 8 | p[2] << 16) | uint32_t(p[3]) << 24; }
void put(Content &bytes, uint32_t value) {
    for (int i = 0; i < 4; ++i) bytes.push_back(uint8_t(value >> 8 * i));
}

/// A capture with each packet mutated, most of them a little.
Content mutated(const Content &seed, Random &random, size_t &packets) {
    Content capture(seed.begin(), seed.begin() + 24);
    size_t at = 24;
    while (at + 16 <= seed.size()) {
        const uint32_t length = number(&seed[at + 8]);
        Content packet(seed.begin() + ptrdiff_t(at + 16), seed.begin() + ptrdiff_t(at + 16 + length));
        if (random.below(8) != 0) damage(packet, random.below(2) ? 0 : packet.size() / 2, random);
        put(capture, number(&seed[at]) + (random.below(20) ? 0 : uint32_t(random.below(4000))));
        put(capture, number(&seed[at + 4]));
        put(capture, uint32_t(packet.size()));
        put(capture, uint32_t(packet.size() + (random.below(4) ? 0 : random.below(2000))));
        capture.insert(capture.end(), packet.begin(), packet.end());
        ++packets;
        at += 16 + length;
    }
    return capture;
}

/// What was made of a capture.
struct Outcome {
    uint64_t flows = 0, packets = 0, sum = 0, words = 0;
    PCAPTotals totals{};

    bool operator==(const Outcome &other) const {
        return flows == other.flows && packets == other.packets && sum == other.sum && words == other.words
            && totals.packets == other.totals.packets;
    }
};

Outcome read(const Content &capture, size_t block, size_t mostConnections) {
    const PCAPSettings settings{mostConnections, 1 << 16, 3'600'000'000'000, 60'000'000'000, 300'000'000'000, true};
    const std::unique_ptr<PCAPScanner, void (*)(PCAPScanner *)> owned(
        PCAPScannerCreate(settings), PCAPScannerDestroy);
    const std::unique_ptr<PCAPRecords, void (*)(PCAPRecords *)> kept(PCAPRecordsCreate(1 << 14), PCAPRecordsDestroy);
    PCAPScanner *const scanner = owned.get();
    Outcome outcome;
    const auto drain = [&] {
        size_t count = 0;
        const PCAPFlow *const flows = PCAPScannerFlows(scanner, &count);
        for (size_t i = 0; i < count; ++i) {
            outcome.packets += flows[i].packetsToServer + flows[i].packetsToClient;
            outcome.sum += flows[i].bytesToServer * 3 + flows[i].bytesToClient + uint64_t(flows[i].state)
                + uint64_t(flows[i].id % 1000) + flows[i].port;
        }
        outcome.flows += count;
        PCAPScannerForget(scanner);
        for (size_t place = 0; place < PCAPScannerRecordCount(scanner); ++place) {
            const PCAPRecord *const word = PCAPScannerRecord(scanner, place);
            for (size_t value = 0; value < PCAPRecordValues(word); ++value) {
                const PCAPValue found = PCAPRecordValue(word, value);
                outcome.words += uint64_t(found.column) + found.length;
            }
        }
        PCAPRecordsTake(kept.get(), scanner);
    };
    PCAPScannerBegin(scanner);
    for (size_t begin = 0; begin < capture.size(); begin += block) {
        // A block of its own, so that every byte outside it is out of bounds.
        const size_t length = std::min(block, capture.size() - begin);
        const std::unique_ptr<uint8_t[]> bytes(new uint8_t[length]);
        std::memcpy(bytes.get(), &capture[begin], length);
        PCAPScannerRead(scanner, bytes.get(), length);
        drain();
    }
    PCAPScannerEnd(scanner);
    PCAPScannerFinish(scanner);
    drain();
    outcome.totals = PCAPScannerTotals(scanner);
    uint64_t counted = outcome.totals.packetsInConnections;
    for (int reason = 0; reason < PCAPReasons; ++reason) counted += PCAPScannerTally(scanner, PCAPReason(reason)).count;
    if (counted != outcome.totals.packets || outcome.packets != outcome.totals.packetsInConnections) {
        std::fprintf(
            stderr, "%llu packets, %llu counted, %llu in connections, %llu in flows\n",
            (unsigned long long)outcome.totals.packets, (unsigned long long)counted,
            (unsigned long long)outcome.totals.packetsInConnections, (unsigned long long)outcome.packets);
        std::exit(1);
    }
    return outcome;
}

}  // namespace

int main(int count, char **arguments) {
    if (count < 2) {
        std::fprintf(stderr, "usage: pcap-scanner-check FOLDER [PACKETS [SEED]]\n");
        return 2;
    }
    const size_t most = count > 2 ? size_t(std::atoll(arguments[2])) : 100'000;
    Random random(count > 3 ? uint64_t(std::atoll(arguments[3])) : 1);
    std::vector<Content> captures, others;
    for (const auto &entry : std::filesystem::directory_iterator(arguments[1])) {
        std::ifstream file(entry.path(), std::ios::binary);
        Content content((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
        if (PCAPFormOf(content.data(), content.size()) == PCAPFormUnknown) continue;
        const bool isUsual = content.size() > 24 && number(content.data()) == 0xA1B2C3D4;
        (isUsual ? captures : others).push_back(std::move(content));
    }
    if (captures.empty() || others.empty()) {
        std::fprintf(stderr, "there are no captures in %s\n", arguments[1]);
        return 2;
    }
    size_t packets = 0, files = 0;
    uint64_t flows = 0, words = 0;
    while (packets < most) {
        Content capture = mutated(captures[random.below(captures.size())], random, packets);
        // Now and then the file itself is damaged, of whatever form.
        if (files % 4 == 0) {
            if (files % 8 == 0) capture = others[random.below(others.size())];
            damage(capture, 0, random);
        }
        const size_t mostConnections = random.below(3) ? 1000 : 2;
        const Outcome whole = read(capture, std::max<size_t>(1, capture.size()), mostConnections);
        const Outcome parts = read(capture, 1 + random.below(3000), mostConnections);
        if (!(whole == parts)) {
            std::fprintf(
                stderr, "file %zu: a whole (%llu flows) and its parts (%llu) are not read alike\n", files,
                (unsigned long long)whole.flows, (unsigned long long)parts.flows);
            return 1;
        }
        flows += whole.flows;
        words += whole.words;
        ++files;
    }
    std::printf(
        "%zu mutated packets in %zu captures: %llu connections, %llu bytes of words\n", packets, files,
        (unsigned long long)flows, (unsigned long long)words);
    return 0;
}
