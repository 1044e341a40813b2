#pragma once

#include <array>

#include "SensorText/Address.hpp"
#include "SensorText/UsualTime.hpp"
#include "FlowTail.hpp"
#include "Record.hpp"
#include "Usual.hpp"
#include "Walk.hpp"

namespace eve {

/// Reads lines as Suricata writes them, by a guess of what comes next that is checked byte by byte.
///
/// The guess is the order of the members of interest: timestamp first, then event_type, src_ip, dest_ip, dest_port,
/// proto and flow, and in flow the packets, the bytes, start and end. Other members may stand between them. What it
/// answers is what the slow reader would; where it cannot know, it is not sure and says so.
class UsualFlowReader {
public:
    explicit UsualFlowReader(const EVEOptions &options) : options(options) {}

    /// - line: ends in a line feed, and EVE_PADDING bytes past that can be read.
    /// - next: of a used line, where the next one begins.
    SENSOR_INLINE Reading read(const char *line, Flow &flow, const char *&next) {
        Reading reading;
        if (!matches(line, "{\"timestamp\":\"")) return reading;
        const char *const timestamp = line + 14;
        const char *p = timestamp + 31;
        if (__builtin_expect(!isTextOf31(timestamp), 0) && (p = passText(timestamp)) == nullptr) return reading;
        const auto timeLength = size_t(p - timestamp);
        if ((p = readFlowID(p + 1, flow)) == nullptr || (p = passToType(p)) == nullptr) return reading;
        if (!matches(p, "flow\",")) {
            const char *const end = passText(p);
            if (end == nullptr || end == p) return reading;
            reading.type = {p, size_t(end - p)};
            reading.hasTime = times.read(timestamp, timeLength, reading.time);
            // A flow that nothing follows is not for this way.
            if (reading.type != "flow") reading.verdict = Verdict::skipped;
            return reading;
        }
        if (options.usesLoggedTime && !times.read(timestamp, timeLength, flow.start)) return reading;
        if ((p = readRest(p + 6, flow)) == nullptr) return reading;
        next = p;
        reading.verdict = Verdict::used;
        return reading;
    }

private:
    /// More nesting than any sensor writes.
    static constexpr int deepest = 16;
    static constexpr size_t usualTime = TimeReader::usualLength;

    static SENSOR_INLINE bool isOuterMember(const char *name, size_t length) {
        switch (length) {
        case 4: return matches(name, "flow");
        case 5: return matches(name, "proto");
        case 6: return matches(name, "src_ip");
        case 7: return matches(name, "dest_ip") || matches(name, "flow_id");
        case 8: return matches(name, "src_port");
        case 9: return matches(name, "timestamp") || matches(name, "dest_port");
        case 10: return matches(name, "event_type");
        default: return false;
        }
    }

    static SENSOR_INLINE bool isInnerMember(const char *name, size_t length) {
        switch (length) {
        case 3: return matches(name, "end") || matches(name, "age");
        case 5: return matches(name, "start");
        case 13: return matches(name, "pkts_toserver") || matches(name, "pkts_toclient");
        case 14: return matches(name, "bytes_toserver") || matches(name, "bytes_toclient");
        default: return false;
        }
    }

    /// Passes members until one begins with `literal`, and that too; gives up at another member of interest, since the
    /// order is not the one that was guessed.
    template <size_t size>
    static SENSOR_INLINE const char *passTo(
        const char *p, const char (&literal)[size], bool (*isOfInterest)(const char *, size_t)) {
        while (__builtin_expect(!matches(p, literal), 0)) {
            if (*p != '"') return nullptr;
            const char *const name = p + 1;
            p = passText(name);
            if (p == nullptr || p[1] != ':' || isOfInterest(name, size_t(p - name))) return nullptr;
            p = passValue(p + 2, deepest);
            if (p == nullptr || *p++ != ',') return nullptr;
        }
        return p + size - 1;
    }

    /// Passes the comma behind the timestamp and, where it is there, the flow's id.
    SENSOR_INLINE const char *readFlowID(const char *p, Flow &flow) const {
        if (*p++ != ',') return nullptr;
        if (!matches(p, "\"flow_id\":")) return p;
        p = options.wantsFlowID ? readNumber(p + 10, flow.flowID) : passNumber(p + 10);
        return p == nullptr || *p != ',' ? nullptr : p + 1;
    }

    /// Passes what stands before the event type's text: a sensor writes the same there in each line.
    SENSOR_INLINE const char *passToType(const char *p) {
        if (__builtin_expect(beforeType.standsAt(p), 1)) return p + beforeType.length;
        const char *const end = passTo(p, "\"event_type\":\"", isOuterMember);
        if (end != nullptr) beforeType.keep(p, end);
        return end;
    }

    /// - p: at the member behind the event type.
    /// - Returns: the begin of the next line.
    SENSOR_INLINE const char *readRest(const char *p, Flow &flow) {
        // Missing where it was looked for; it may stand elsewhere.
        if (options.wantsFlowID && flow.flowID == EVE_UNKNOWN) return nullptr;
        bool hasPort = false, hasSourcePort = false;
        if ((p = readPeers(p, flow, hasPort, hasSourcePort)) == nullptr || (p = readProtocol(p, flow)) == nullptr)
            return nullptr;
        const char *const inner = p;
        if ((p = readCounts(p, flow)) == nullptr || (p = readFlowTimes(p, flow)) == nullptr) return nullptr;
        const char *const end = tail.pass(p);
        if ((p = end != nullptr ? end : passEnd(p)) == nullptr) return nullptr;
        // A port may stand behind the flow; what the tail knows has none.
        const bool isSure = hasPort && (hasSourcePort || !options.wantsSourcePort);
        if (!isSure && !tail.wasKnown && FlowTail::hasPort(inner, p)) return nullptr;
        return p;
    }

    /// Addresses and port, up to the comma behind them.
    SENSOR_INLINE const char *readPeers(
        const char *p, Flow &flow, bool &hasPort, bool &hasSourcePort) const {
        if ((p = passTo(p, "\"src_ip\":\"", isOuterMember)) == nullptr) return nullptr;
        if (const char *const port = readUsualPeers(p, flow)) {
            hasPort = hasSourcePort = true;
            return readPort(port, flow);
        }
        if ((p = readAddressText(p, flow.source)) == nullptr || *p++ != ',') return nullptr;
        if (matches(p, "\"src_port\":")) {
            hasSourcePort = true;
            int64_t port;
            p = options.wantsSourcePort ? readNumber(p + 11, port) : passNumber(p + 11);
            if (p == nullptr || *p++ != ',') return nullptr;
            if (options.wantsSourcePort) flow.sourcePort = port > 65'535 ? EVE_UNKNOWN : port;
        }
        if ((p = passTo(p, "\"dest_ip\":\"", isOuterMember)) == nullptr) return nullptr;
        if ((p = readAddressText(p, flow.destination)) == nullptr || *p++ != ',') return nullptr;
        hasPort = matches(p, "\"dest_port\":");
        return hasPort ? readPort(p + 12, flow) : p;
    }

    static SENSOR_INLINE const char *readPort(const char *p, Flow &flow) {
        int64_t port;
        if ((p = readNumber(p, port)) == nullptr || port > 65'535 || *p != ',') return nullptr;
        flow.port = uint16_t(port);
        return p + 1;
    }

    /// From behind the port into the flow object. What stands there, protocol and application, is one of few texts.
    SENSOR_INLINE const char *readProtocol(const char *p, Flow &flow) {
        // The first letters of the protocol, and those of the application where the protocol has three.
        const uint64_t letters = load64(p + 9) ^ load64(p + 27);
        Known &known = protocols[slot(letters, knownBits)];
        if (__builtin_expect(known.text.standsAt(p), 1)) {
            flow.protocol = known.protocol;
            return p + known.text.length;
        }
        const char *const begin = p;
        if ((p = passTo(p, "\"proto\":\"", isOuterMember)) == nullptr) return nullptr;
        const char *const end = passText(p);
        if (end == nullptr || end[1] != ',') return nullptr;
        flow.protocol = SensorProtocolNumber(p, size_t(end - p));
        if ((p = passTo(end + 2, "\"flow\":{", isOuterMember)) == nullptr) return nullptr;
        if (known.text.keep(begin, p)) known.protocol = flow.protocol;
        return p;
    }

    /// The four counts, up to the comma behind them.
    SENSOR_INLINE const char *readCounts(const char *p, Flow &flow) const {
        int64_t counts[4];
        const char *const end = readUsualCounts(p, counts);
        if ((p = end != nullptr ? end : readOtherCounts(p, counts)) == nullptr) return nullptr;
        if (options.wantsPackets) {
            flow.packetsToServer = counts[0];
            flow.packetsToClient = counts[1];
        }
        if (options.wantsBytes) {
            flow.bytesToServer = counts[2];
            flow.bytesToClient = counts[3];
        }
        return p;
    }

    static SENSOR_INLINE const char *readOtherCounts(const char *p, int64_t (&counts)[4]) {
        if ((p = passTo(p, "\"pkts_toserver\":", isInnerMember)) == nullptr) return nullptr;
        if ((p = readNumber(p, counts[0])) == nullptr || *p++ != ',') return nullptr;
        if ((p = passTo(p, "\"pkts_toclient\":", isInnerMember)) == nullptr) return nullptr;
        if ((p = readNumber(p, counts[1])) == nullptr || *p++ != ',') return nullptr;
        if ((p = passTo(p, "\"bytes_toserver\":", isInnerMember)) == nullptr) return nullptr;
        if ((p = readNumber(p, counts[2])) == nullptr || *p++ != ',') return nullptr;
        if ((p = passTo(p, "\"bytes_toclient\":", isInnerMember)) == nullptr) return nullptr;
        return (p = readNumber(p, counts[3])) == nullptr || *p != ',' ? nullptr : p + 1;
    }

    /// The flow's start and, if it is wanted, its end; up to behind the last value.
    SENSOR_INLINE const char *readFlowTimes(const char *p, Flow &flow) {
        int64_t start, end;
        if ((p = passTo(p, "\"start\":\"", isInnerMember)) == nullptr) return nullptr;
        if ((p = readTimeText(p, start)) == nullptr) return nullptr;
        if (!options.usesLoggedTime) flow.start = start;
        if (!options.wantsDuration) return p;
        if (*p++ != ',' || (p = passTo(p, "\"end\":\"", isInnerMember)) == nullptr) return nullptr;
        if ((p = readTimeText(p, end)) == nullptr || end < start) return nullptr;
        flow.duration = end - start;
        return p;
    }

    /// From behind a member of the flow object to the begin of the next line.
    static SENSOR_INLINE const char *passEnd(const char *p) {
        for (int depth = 2; depth > 0; --depth) {
            while (*p == ',')
                if ((p = passMember(p + 1, deepest)) == nullptr) return nullptr;
            if (*p++ != '}') return nullptr;
        }
        if (*p == '\r') ++p;
        return *p == '\n' ? p + 1 : nullptr;
    }

    /// The address in a string, up to behind its closing quote.
    static SENSOR_INLINE const char *readAddressText(const char *p, SensorAddress &address) {
        const Chunk chunk = loadChunk(p);
        const uint32_t quotes = bits(chunk == int8_t('"'));
        const uint32_t length = quotes == 0 ? 32 : uint32_t(__builtin_ctz(quotes));
        if (__builtin_expect(length < 16 && readV4(p, bits(chunk == int8_t('.')), length, address), 1))
            return p + length + 1;
        if (p[39] == '"' && readFullV6(p, address)) return p + 40;
        const char *const end = passText(p);
        return end == nullptr || !readAddress(p, size_t(end - p), address) ? nullptr : end + 1;
    }

    /// The time in a string, up to behind its closing quote.
    SENSOR_INLINE const char *readTimeText(const char *p, int64_t &time) {
        if (__builtin_expect(p[usualTime] == '"' && times.readUsual(p, time), 1)) return p + usualTime + 1;
        const char *const end = passText(p);
        return end == nullptr || !readTime(p, size_t(end - p), time) ? nullptr : end + 1;
    }

    struct Known {
        Stretch<64> text;
        uint8_t protocol = 255;
    };

    static constexpr int knownBits = 7;

    EVEOptions options;
    TimeReader times;
    Stretch<64> beforeType;
    FlowTail tail;
    std::array<Known, 1 << knownBits> protocols{};
};

}  // namespace eve
