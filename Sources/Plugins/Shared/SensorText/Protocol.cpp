// Protocol numbers by the names that sensors write.

#include <string_view>

#include "SensorText.h"
#include "SensorText/Text.hpp"

namespace {

struct Named {
    std::string_view name;
    uint8_t number;
};

/// IANA's keywords where Suricata writes them as they are, and the other names that it has had for a protocol in its
/// versions 4 to 8 or takes from /etc/protocols. In lower case. Protocols of which no trace is left today are known by
/// their number alone.
constexpr Named protocols[] = {
    {"tcp", 6},          {"udp", 17},        {"icmp", 1},        {"ipv6-icmp", 58},  {"icmpv6", 58},
    {"igmp", 2},         {"gre", 47},        {"esp", 50},        {"ipsec-esp", 50},  {"ah", 51},
    {"ipsec-ah", 51},    {"sctp", 132},      {"hopopt", 0},      {"ip", 0},          {"ggp", 3},
    {"ip-in-ip", 4},     {"ipencap", 4},     {"ip-encap", 4},    {"st", 5},          {"st2", 5},
    {"cbt", 7},          {"egp", 8},         {"igp", 9},         {"pup", 12},        {"hmp", 20},
    {"xns-idp", 22},     {"rdp", 27},        {"iso-tp4", 29},    {"dccp", 33},       {"xtp", 36},
    {"ddp", 37},         {"idpr-cmtp", 38},  {"ipv6", 41},       {"sdrp", 42},       {"ipv6-route", 43},
    {"ipv6-frag", 44},   {"idrp", 45},       {"rsvp", 46},       {"dsr", 48},        {"swipe", 53},
    {"narp", 54},        {"mobile", 55},     {"tlsp", 56},       {"skip", 57},       {"ipv6-nonxt", 59},
    {"ipv6-opts", 60},   {"rspf", 73},       {"vmtp", 81},       {"eigrp", 88},      {"ospf", 89},
    {"ospfigp", 89},     {"mtp", 92},        {"ax.25", 93},      {"ipip", 94},       {"etherip", 97},
    {"encap", 98},       {"pim", 103},       {"ipcomp", 108},    {"ipx-in-ip", 111}, {"vrrp", 112},
    {"pgm", 113},        {"l2tp", 115},      {"stp", 118},       {"smp", 121},       {"ptp", 123},
    {"is-is", 124},      {"isis", 124},      {"fc", 133},        {"rsvp-e2e-ignore", 134},
    {"mobility", 135},   {"mobility-header", 135},               {"udplite", 136},   {"mpls-in-ip", 137},
    {"manet", 138},      {"hip", 139},       {"shim6", 140},     {"wesp", 141},      {"rohc", 142},
    {"ethernet", 143},
};

constexpr uint8_t unknown = SENSOR_UNKNOWN_PROTOCOL;
constexpr size_t longestName = 16;

}  // namespace

extern "C" uint8_t SensorProtocolNumber(const char *name, size_t length) {
    if (length == 0 || length > longestName) return unknown;
    if (sensor::isDigit(*name)) {
        // Suricata writes the number of a protocol that it has no name for in three digits.
        unsigned value = 0;
        if (length > 3) return unknown;
        for (size_t i = 0; i < length; ++i) {
            if (!sensor::isDigit(name[i])) return unknown;
            value = value * 10 + unsigned(name[i] - '0');
        }
        return value > 255 ? unknown : uint8_t(value);
    }
    char lower[longestName];
    for (size_t i = 0; i < length; ++i) {
        const char c = name[i];
        lower[i] = c >= 'A' && c <= 'Z' ? char(c + 32) : c;
    }
    const std::string_view wanted(lower, length);
    for (const Named &protocol : protocols)
        if (protocol.name == wanted) return protocol.number;
    return unknown;
}
