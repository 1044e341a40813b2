// Writes a day of Suricata EVE events for the speed benchmark: the same bytes for the same seed and count.

#include <cstdio>
#include <cstdlib>

#include "Events.hpp"

namespace {

/// Of a thousand events so many are of each type; what is left over is fileinfo.
struct Mix {
    unsigned flow = 450, dns = 402, tls = 50, http = 50, alert = 10, stats = 4;
};

bool flush(std::string &buffer, FILE *file) {
    const bool written = std::fwrite(buffer.data(), 1, buffer.size(), file) == buffer.size();
    buffer.clear();
    return written;
}

void writeOther(
    EventWriter &writer, std::string &out, unsigned share, const Mix &mix, int64_t time, const Channel &channel) {
    if (share < mix.dns) return writer.dns(out, time, channel);
    share -= mix.dns;
    if (share < mix.tls) return writer.tls(out, time, channel);
    share -= mix.tls;
    if (share < mix.http) return writer.http(out, time, channel);
    share -= mix.http;
    if (share < mix.alert) return writer.alert(out, time, channel);
    share -= mix.alert;
    if (share < mix.stats) return writer.stats(out, time);
    return writer.fileinfo(out, time, channel);
}

}  // namespace

int main(int argc, char **argv) {
    if (argc < 2 || argc > 4) {
        std::fprintf(stderr, "usage: eve-generator FILE [EVENTS (1000000) [SEED (1)]]\n");
        return 2;
    }
    const uint64_t events = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1'000'000;
    Random random(argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 1);
    FILE *file = std::fopen(argv[1], "wb");
    if (file == nullptr) {
        std::perror(argv[1]);
        return 1;
    }
    const Mix mix;
    const uint64_t flowCount = events * mix.flow / 1000;
    const Traffic traffic = makeTraffic(flowCount, random);
    EventWriter writer(random);
    std::string buffer;
    bool written = true;
    // Flows lie among the other events in the proportion that is left of each, so that both run out together.
    for (uint64_t event = 0, flow = 0; event < events; ++event) {
        if (random.below(events - event) < flowCount - flow) {
            const Flow &next = traffic.flows[flow++];
            writer.flow(buffer, next, traffic.channels[next.channel]);
        } else {
            const int64_t time = flow < flowCount ? traffic.flows[flow].logged : traffic.flows.back().logged;
            // A name lookup, a handshake and the like happen on channels of the same popularity.
            const Channel &channel = traffic.channels[random.skewed(traffic.channels.size())];
            writeOther(writer, buffer, unsigned(random.below(1000 - mix.flow)), mix, time, channel);
        }
        if (buffer.size() > (1u << 20)) written = flush(buffer, file) && written;
    }
    written = flush(buffer, file) && written;
    written = std::fclose(file) == 0 && written;
    if (!written) std::perror(argv[1]);
    return written ? 0 : 1;
}
