#include "Traffic.hpp"

#include <algorithm>
#include <cstdio>
#include <tuple>

namespace {

constexpr unsigned hosts = 400;
constexpr unsigned channelCount = 40'000;
/// One channel in so many is periodic.
constexpr unsigned periodicEvery = 400;

std::string text(const char *format, unsigned a, unsigned b, unsigned c, unsigned d) {
    char buffer[48];
    std::snprintf(buffer, sizeof buffer, format, a, b, c, d);
    return buffer;
}

std::string internalAddress(unsigned host, bool version6) {
    if (version6) return text("2001:0db8:0000:%04x:0000:0000:%04x:%04x", 1 + host / 200, 0xa000 + host, host * 7, 0);
    return text("10.%u.%u.%u", host / 200, host / 50 % 4, 2 + host % 250, 0);
}

std::string externalAddress(Random &random, bool version6) {
    const unsigned a = unsigned(random.below(220)) + 1, b = unsigned(random.below(256));
    if (version6) return text("2a00:%04x:%04x:0000:0000:0000:0000:%04x", 0x1000 + a, b, 0x2000 + a * b, 0);
    return text("%u.%u.%u.%u", a == 10 || a == 127 ? 11 : a, b, unsigned(random.below(256)), unsigned(random.below(254)) + 1);
}

Channel makeChannel(Random &random, unsigned index) {
    struct Service {
        uint16_t port;
        const char *protocol;
        const char *application;
        unsigned weight;
    };
    static constexpr Service services[] = {
        {443, "TCP", "tls", 50}, {53, "UDP", "dns", 18},     {80, "TCP", "http", 10},  {443, "UDP", "quic", 8},
        {123, "UDP", "ntp", 4},  {22, "TCP", "ssh", 2},      {8443, "TCP", nullptr, 2}, {0, "ICMP", nullptr, 3},
        {445, "TCP", "smb", 2},  {5353, "UDP", "failed", 1},
    };
    Channel channel;
    const bool version6 = random.chance(8);
    unsigned pick = unsigned(random.below(100));
    const Service *service = services;
    while (pick >= service->weight) pick -= service++->weight;
    channel.source = internalAddress(unsigned(random.skewed(hosts)), version6);
    channel.destination = externalAddress(random, version6);
    channel.port = service->port;
    channel.protocol = service->port == 0 && version6 ? "IPv6-ICMP" : service->protocol;
    channel.application = service->application;
    if (index % periodicEvery == 0) {
        static constexpr int64_t seconds[] = {60, 120, 300, 600, 900, 1800};
        channel.period = seconds[index / periodicEvery % 6] * 1'000'000;
    }
    return channel;
}

Flow makeFlow(uint32_t channel, int64_t start, Random &random) {
    Flow flow;
    flow.channel = channel;
    flow.start = start;
    flow.end = start + (random.chance(30) ? int64_t(random.below(900)) : int64_t(random.skewed(120'000'000)));
    // Suricata logs a flow when it times out, 30 s to 10 min after its last packet.
    flow.logged = flow.end + random.between(30, 600) * 1'000'000 + int64_t(random.below(1'000'000));
    return flow;
}

}  // namespace

Traffic makeTraffic(uint64_t flowCount, Random &random) {
    Traffic traffic;
    for (unsigned i = 0; i < channelCount; ++i) traffic.channels.push_back(makeChannel(random, i));
    traffic.flows.reserve(flowCount);
    for (uint32_t c = 0; c < channelCount; c += periodicEvery) {
        const int64_t period = traffic.channels[c].period;
        int64_t at = int64_t(random.below(uint64_t(period)));
        for (; at < microsecondsADay && traffic.flows.size() < flowCount; at += period)
            traffic.flows.push_back(makeFlow(c, dayStart + at + int64_t(random.below(300'000)), random));
    }
    while (traffic.flows.size() < flowCount) {
        const auto channel = uint32_t(random.skewed(channelCount));
        if (traffic.channels[channel].period != 0) continue;
        traffic.flows.push_back(makeFlow(channel, dayStart + int64_t(random.below(uint64_t(microsecondsADay))), random));
    }
    std::sort(traffic.flows.begin(), traffic.flows.end(), [](const Flow &a, const Flow &b) {
        return std::tie(a.logged, a.start, a.channel) < std::tie(b.logged, b.start, b.channel);
    });
    return traffic;
}
