#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "Random.hpp"

/// Who talks to whom: the text of the addresses as Suricata writes them, and what a flow of the pair looks like.
struct Channel {
    std::string source;
    std::string destination;
    uint16_t port = 0;
    /// "TCP", "UDP", "ICMP" or "IPv6-ICMP"; the last two write no ports.
    const char *protocol = "TCP";
    /// What Suricata found the application to be; null where it writes none.
    const char *application = nullptr;
    /// Microseconds between calls; 0 for a channel that is not periodic.
    int64_t period = 0;
};

/// One flow of a channel; times in microseconds since 1970.
struct Flow {
    int64_t logged = 0;
    int64_t start = 0;
    int64_t end = 0;
    uint32_t channel = 0;
};

struct Traffic {
    std::vector<Channel> channels;
    /// In the order in which the sensor logged them.
    std::vector<Flow> flows;
};

/// The first instant of the generated day: 2025-03-04T00:00:00Z, in microseconds since 1970.
constexpr int64_t dayStart = 1'741'046'400'000'000;
constexpr int64_t microsecondsADay = 86'400'000'000;

/// `flowCount` flows of one day: a share of channels call at a fixed period, the others whenever their users do.
Traffic makeTraffic(uint64_t flowCount, Random &random);
