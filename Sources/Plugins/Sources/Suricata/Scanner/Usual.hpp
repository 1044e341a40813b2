#pragma once

// Parts of a flow record that are nearly always written in one form. Those of several values are read from where quotes
// and commas stand in the next 64 bytes: one step after the other would wait for each value to know where the next one
// begins.

#include "SensorText/Address.hpp"
#include "Block.hpp"
#include "Record.hpp"
#include "Walk.hpp"

namespace eve {

/// Reads eight hexadecimal digits without a branch. Sets bits of `fault` where one is none.
SENSOR_INLINE uint64_t readHex(uint64_t digits, uint64_t &fault) {
    constexpr uint64_t ones = 0x0101010101010101u, high = 0x80 * ones;
    // Added to a byte below 128, these carry into its high bit from '0', behind '9', from 'a' and behind 'f' on.
    const uint64_t lower = (digits | 0x20 * ones) & ~high, plain = digits & ~high;
    const uint64_t isDigit = (plain + (0x80 - '0') * ones) & ~(plain + (0x7F - '9') * ones);
    const uint64_t isLetter = (lower + (0x80 - 'a') * ones) & ~(lower + (0x7F - 'f') * ones);
    fault |= (~(isDigit | isLetter) | digits) & high;
    uint64_t value = (digits & 0x0F * ones) + 9 * (digits >> 6 & ones);
    // Pairs, fours, all; the first digit is the highest.
    value = (value << 4 | value >> 8) & 0x00FF00FF00FF00FFu;
    value = (value | value >> 8) & 0x0000FFFF0000FFFFu;
    return __builtin_bswap32(uint32_t(value | value >> 16));
}

/// Reads an IPv6 address in full form, as Suricata writes it: eight groups of four digits.
///
/// - text: 39 bytes that can be read.
SENSOR_INLINE bool readFullV6(const char *text, SensorAddress &address) {
    uint64_t fault = 0, parts[4];
    for (int i = 0; i < 4; ++i) {
        const char *const pair = text + 10 * i;
        fault |= uint64_t(pair[4] ^ ':') | (i < 3 ? uint64_t(pair[9] ^ ':') : 0);
        parts[i] = readHex(load32(pair) | uint64_t(load32(pair + 5)) << 32, fault);
    }
    address = SensorAddress{parts[0] << 32 | parts[1], parts[2] << 32 | parts[3]};
    return fault == 0;
}

/// Reads `10.0.0.1","src_port":40000,"dest_ip":"192.0.2.1","dest_port":`, up to the port's number.
///
/// - p: behind the quote that opens the source address.
/// - Returns: null if that is not what stands there, in IPv4.
SENSOR_INLINE const char *readUsualPeers(const char *p, Flow &flow) {
    const Block block(p);
    const uint64_t quotes = block.equal('"'), dots = block.equal('.');
    // After the source's end two quotes around `src_port`, two around `dest_ip`, and two around the destination.
    const uint64_t fromName = withoutLowest(quotes, 3);
    const uint64_t fromEnd = withoutLowest(fromName, 3);
    if (fromEnd == 0) return nullptr;
    const auto source = uint32_t(__builtin_ctzll(quotes)), name = uint32_t(__builtin_ctzll(fromName));
    const uint32_t destination = name + 11, end = uint32_t(__builtin_ctzll(fromEnd));
    int64_t port;
    if (source > 15 || end - destination > 15 || !matches(p + source, "\",\"src_port\":")
        || !matches(p + name - 1, ",\"dest_ip\":\"") || !readNumber(p + source + 13, name - 1 - (source + 13), port)
        || !matches(p + end, "\",\"dest_port\":"))
        return nullptr;
    flow.sourcePort = port > 65'535 ? EVE_UNKNOWN : port;
    if (!readV4(p, uint32_t(dots), source, flow.source)
        || !readV4(p + destination, uint32_t(dots >> destination), end - destination, flow.destination))
        return nullptr;
    return p + end + 14;
}

/// Reads the four counts in Suricata's order, up to the comma behind them.
///
/// - p: at the first member of the flow object.
/// - Returns: null if they are not the first ones, in this order, of up to seven digits.
SENSOR_INLINE const char *readUsualCounts(const char *p, int64_t (&counts)[4]) {
    if (!matches(p, "\"pkts_toserver\":")) return nullptr;
    p += 16;
    const uint64_t commas = Block(p).equal(',');
    const uint64_t fromSecond = withoutLowest(commas, 1), fromThird = withoutLowest(commas, 2);
    if (fromThird == 0) return nullptr;
    const auto first = uint32_t(__builtin_ctzll(commas)), second = uint32_t(__builtin_ctzll(fromSecond));
    const auto third = uint32_t(__builtin_ctzll(fromThird));
    if (!matches(p + first, ",\"pkts_toclient\":") || !matches(p + second, ",\"bytes_toserver\":")
        || !matches(p + third, ",\"bytes_toclient\":"))
        return nullptr;
    if (!readNumber(p, first, counts[0]) || !readNumber(p + first + 17, second - (first + 17), counts[1])
        || !readNumber(p + second + 18, third - (second + 18), counts[2]))
        return nullptr;
    p = readNumber(p + third + 18, counts[3]);
    return p == nullptr || *p != ',' ? nullptr : p + 1;
}

}  // namespace eve
