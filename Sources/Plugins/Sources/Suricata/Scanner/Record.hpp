#pragma once

#include <cstdint>
#include <string_view>

#include "EVEScanner.h"
#include "SensorText/Text.hpp"

namespace eve {

// How sensors write addresses, times and protocols is not EVE's alone.
using namespace sensor;

/// What is taken out of one flow record. Counts that were not asked for stay unknown.
struct Flow {
    int64_t start = 0;
    SensorAddress source{};
    SensorAddress destination{};
    uint16_t port = 0;
    uint8_t protocol = 255;
    bool fellBack = false;
    int64_t bytesToServer = EVE_UNKNOWN;
    int64_t bytesToClient = EVE_UNKNOWN;
    int64_t packetsToServer = EVE_UNKNOWN;
    int64_t packetsToClient = EVE_UNKNOWN;
    int64_t duration = EVE_UNKNOWN;
    int64_t flowID = EVE_UNKNOWN;
    int64_t sourcePort = EVE_UNKNOWN;
};

/// What a handshake or a request says of its flow; the text is the parser's until the next line is read.
struct Name {
    EVENamer namer = EVENamerTLS;
    Flow flow;
    /// Empty where the record names no host.
    std::string_view host;
    bool isProxied = false;
};

/// Which namer an event type is; EVENamerCount for types that name no flow.
SENSOR_INLINE EVENamer namerOf(std::string_view type) {
    return type == "tls" ? EVENamerTLS
        : type == "quic" ? EVENamerQUIC
        : type == "http" ? EVENamerHTTP
        : type == "dns"  ? EVENamerDNS
                         : EVENamerCount;
}

/// Whether records of an event type are looked at.
SENSOR_INLINE bool wantsName(const EVEOptions &options, EVENamer namer) {
    return namer == EVENamerDNS ? options.leavesLines : options.wantsNames && namer != EVENamerCount;
}

/// What becomes of a line.
enum class Verdict : uint8_t {
    used,
    named,
    skipped,
    rejected,
    /// The fast way's answer to whatever it was not made for.
    unsure,
};

/// A verdict with what belongs to it.
struct Reading {
    Verdict verdict = Verdict::unsure;
    /// Of a rejected line.
    EVEReason reason = EVENotJSON;
    /// Of a skipped line: its event type; valid until the next line is read.
    std::string_view type;
    /// Of a skipped line: its `timestamp`, if that could be read.
    int64_t time = 0;
    bool hasTime = false;
};

}  // namespace eve
