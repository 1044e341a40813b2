// What Benchmarks/Capture/run times: reading a capture with libpcap alone, and with Flare's reader.
//
// usage: capture-benchmark make FOLDER CAPTURE MEGABYTES | libpcap CAPTURE | flows CAPTURE | names CAPTURE

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <pcap/pcap.h>

#include "PCAPScanner.h"

namespace {

using Content = std::vector<uint8_t>;

Content contentOf(const std::string &path) {
    Content content;
    FILE *const file = std::fopen(path.c_str(), "rb");
    if (file == nullptr) return content;
    uint8_t buffer[1 << 16];
    for (size_t count; (count = std::fread(buffer, 1, sizeof buffer, file)) > 0;)
        content.insert(content.end(), buffer, buffer + count);
    std::fclose(file);
    return content;
}

uint32_t number(const uint8_t *p) {
    uint32_t value;
    std::memcpy(&value, p, 4);
    return value;
}

/// Repeats small captures, each time later and from another address, until there are so many bytes.
int make(const std::string &folder, const char *path, uint64_t size) {
    std::vector<Content> seeds;
    for (const char *name : {"http", "tls", "dns", "download", "quic", "download"}) {
        seeds.push_back(contentOf(folder + "/" + name + ".pcap"));
        if (seeds.back().size() < 24) return 2;
    }
    FILE *const file = std::fopen(path, "wb");
    if (file == nullptr) return 2;
    std::fwrite(seeds[0].data(), 1, 24, file);
    uint64_t written = 24;
    for (uint32_t round = 0; written < size; ++round)
        for (Content &seed : seeds)
            for (size_t at = 24; at < seed.size();) {
                const uint32_t length = number(&seed[at + 8]);
                Content record(seed.begin() + ptrdiff_t(at), seed.begin() + ptrdiff_t(at + 16 + length));
                const uint32_t time = number(&record[0]) + round / 50;
                std::memcpy(&record[0], &time, 4);
                // The client's address: of IPv4 the source or the destination that begins with 192.168.7.
                for (const size_t place : {16 + 14 + 12, 16 + 14 + 16})
                    if (record.size() > place + 4 && std::memcmp(&record[place], "\xC0\xA8\x07\x14", 4) == 0)
                        std::memcpy(&record[place + 1], &round, 3);
                std::fwrite(record.data(), 1, record.size(), file);
                written += record.size();
                at += 16 + length;
            }
    return std::fclose(file);
}

uint64_t readWithLibpcap(const char *path, uint64_t &sum) {
    char errors[PCAP_ERRBUF_SIZE];
    pcap_t *const capture = pcap_open_offline(path, errors);
    if (capture == nullptr) std::exit(2);
    pcap_pkthdr *header;
    const u_char *bytes;
    uint64_t packets = 0;
    while (pcap_next_ex(capture, &header, &bytes) == 1) {
        ++packets;
        sum += header->caplen > 0 ? bytes[header->caplen - 1] : 0;
    }
    pcap_close(capture);
    return packets;
}

uint64_t readWithFlare(const char *path, bool wantsNames, uint64_t &flows) {
    const PCAPSettings settings{1'000'000, 256 << 20, 3'600'000'000'000, 60'000'000'000, 300'000'000'000, wantsNames};
    PCAPScanner *const scanner = PCAPScannerCreate(settings);
    FILE *const file = std::fopen(path, "rb");
    if (file == nullptr) std::exit(2);
    std::vector<uint8_t> buffer(1 << 20);
    PCAPScannerBegin(scanner);
    const auto drain = [&] {
        size_t count = 0;
        PCAPScannerFlows(scanner, &count);
        flows += count;
        PCAPScannerForget(scanner);
        PCAPScannerForgetRecords(scanner);
    };
    for (size_t count; (count = std::fread(buffer.data(), 1, buffer.size(), file)) > 0;) {
        PCAPScannerRead(scanner, buffer.data(), count);
        drain();
    }
    std::fclose(file);
    PCAPScannerEnd(scanner);
    PCAPScannerFinish(scanner);
    drain();
    const uint64_t packets = PCAPScannerTotals(scanner).packets;
    PCAPScannerDestroy(scanner);
    return packets;
}

}  // namespace

int main(int count, char **arguments) {
    const std::string mode = count > 1 ? arguments[1] : "";
    if (mode == "make" && count == 5) return make(arguments[2], arguments[3], std::strtoull(arguments[4], nullptr, 10) << 20);
    if (count != 3) return 2;
    const auto begin = std::chrono::steady_clock::now();
    uint64_t other = 0;
    const uint64_t packets =
        mode == "libpcap" ? readWithLibpcap(arguments[2], other) : readWithFlare(arguments[2], mode == "names", other);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    std::printf("%llu %.6f\n", (unsigned long long)packets, seconds);
    return 0;
}
