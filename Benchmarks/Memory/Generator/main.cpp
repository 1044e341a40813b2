// Writes Suricata EVE events to standard output without end in sight: so many megabytes over so many days, made up as
// they are written. With "spread" all are flows, and each has a channel and a peer of its own. The same bytes for the same
// arguments.

#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>

namespace {

/// The first instant: 2025-03-04T00:00:00Z, in microseconds since 1970.
constexpr int64_t begin = 1'741'046'400'000'000;
constexpr int64_t day = 86'400'000'000;
/// Bytes of an event in the mean; only the pace of time depends on it.
constexpr double eventSize = 500;
constexpr unsigned hosts = 200, peersOfHost = 100, beacons = 20;

/// SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).
struct Random {
    uint64_t state;
    uint64_t next() {
        uint64_t z = (state += 0x9E3779B97F4A7C15);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
    unsigned below(unsigned bound) { return unsigned(next() % bound); }
};

/// A moment as Suricata writes it; the date is made once a day.
class Clock {
public:
    const char *text(int64_t time) {
        if (time / day != today) {
            today = time / day;
            const time_t seconds = time_t(time / 1'000'000);
            std::strftime(date, sizeof date, "%Y-%m-%d", std::gmtime(&seconds));
        }
        const int64_t rest = time % day, second = rest / 1'000'000;
        std::snprintf(all, sizeof all, "%sT%02d:%02d:%02d.%06d+0000", date, int(second / 3600), int(second / 60 % 60),
                      int(second % 60), int(rest % 1'000'000));
        return all;
    }

private:
    int64_t today = -1;
    char date[16] = "", all[64] = "";
};

}  // namespace

int main(int argc, char **argv) {
    const bool isSpread = argc == 4 && std::string(argv[3]) == "spread";
    if (argc != 3 && !isSpread) {
        std::fprintf(stderr, "usage: stream-generator MEGABYTES DAYS [spread]\n");
        return 2;
    }
    const double bytes = std::atof(argv[1]) * 1e6, days = std::atof(argv[2]);
    const double step = days * double(day) / (bytes / eventSize);
    Random random{1};
    Clock logged, started, ended;
    std::string buffer;
    char line[1024];
    double written = 0, now = double(begin);
    int64_t nextCall = begin;
    for (uint64_t event = 0; written + double(buffer.size()) < bytes; ++event, now += step) {
        const int64_t time = int64_t(now);
        unsigned host = random.below(hosts), peer = random.below(peersOfHost);
        // Some hosts call one peer every ten minutes.
        if (time >= nextCall) {
            host = peer = unsigned(nextCall / 30'000'000 % beacons);
            nextCall += 30'000'000;
        }
        const bool isFlow = isSpread || host == peer || random.below(100) < 45;
        const int64_t start = time - int64_t(random.below(300)) * (host == peer ? 0 : 1'000'000);
        const std::string begun = started.text(start);
        char destination[16];
        if (isSpread)
            std::snprintf(destination, sizeof destination, "%u.%u.%u.%u", unsigned(45 + (event >> 24) % 80),
                          unsigned(event >> 16 & 255), unsigned(event >> 8 & 255), unsigned(event & 255));
        else
            std::snprintf(destination, sizeof destination, "203.0.%u.%u", host % 200, peer + 1);
        const int length = isFlow
            ? std::snprintf(line, sizeof line,
                  "{\"timestamp\":\"%s\",\"flow_id\":%" PRIu64 ",\"in_iface\":\"ens18\",\"event_type\":\"flow\","
                  "\"src_ip\":\"192.168.%u.%u\",\"src_port\":%u,\"dest_ip\":\"%s\",\"dest_port\":443,"
                  "\"proto\":\"TCP\",\"app_proto\":\"tls\",\"flow\":{\"pkts_toserver\":%u,\"pkts_toclient\":%u,"
                  "\"bytes_toserver\":%u,\"bytes_toclient\":%u,\"start\":\"%s\",\"end\":\"%s\",\"age\":%u,"
                  "\"state\":\"closed\",\"reason\":\"timeout\",\"alerted\":false},\"community_id\":"
                  "\"1:D8DpopJS3pBjr5E1XRxYa2zZQb0=\",\"tcp\":{\"tcp_flags\":\"1b\",\"tcp_flags_ts\":\"1b\","
                  "\"tcp_flags_tc\":\"1b\",\"syn\":true,\"fin\":true,\"psh\":true,\"ack\":true,\"state\":\"closed\"}}\n",
                  logged.text(time), random.next() >> 12, host / 100, host % 100 + 1, 32768 + random.below(28000),
                  destination, 1 + random.below(40), 1 + random.below(40), 60 + random.below(9000),
                  60 + random.below(90000), begun.c_str(), ended.text(time), unsigned((time - start) / 1'000'000))
            : std::snprintf(line, sizeof line,
                  "{\"timestamp\":\"%s\",\"flow_id\":%" PRIu64 ",\"in_iface\":\"ens18\",\"event_type\":\"dns\","
                  "\"src_ip\":\"192.168.%u.%u\",\"src_port\":%u,\"dest_ip\":\"192.168.0.1\",\"dest_port\":53,"
                  "\"proto\":\"UDP\",\"dns\":{\"version\":2,\"type\":\"answer\",\"id\":%u,\"flags\":\"8180\",\"qr\":true,"
                  "\"rd\":true,\"ra\":true,\"rrname\":\"host%u.example.org\",\"rrtype\":\"A\",\"rcode\":\"NOERROR\","
                  "\"answers\":[{\"rrname\":\"host%u.example.org\",\"rrtype\":\"A\",\"ttl\":300,\"rdata\":"
                  "\"203.0.113.%u\"}],\"grouped\":{\"A\":[\"203.0.113.%u\"]}}}\n",
                  logged.text(time), random.next() >> 12, host / 100, host % 100 + 1, 32768 + random.below(28000),
                  random.below(65536), peer, peer, peer + 1, peer + 1);
        buffer.append(line, size_t(length));
        if (buffer.size() < (1u << 20)) continue;
        written += double(buffer.size());
        // A reader that went away is no fault of ours.
        if (std::fwrite(buffer.data(), 1, buffer.size(), stdout) != buffer.size()) return 1;
        buffer.clear();
    }
    return std::fwrite(buffer.data(), 1, buffer.size(), stdout) == buffer.size() ? 0 : 1;
}
