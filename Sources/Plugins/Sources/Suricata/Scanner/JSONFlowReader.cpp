#include "JSONFlowReader.hpp"

#include <simdjson.h>

#include <mutex>

#include "SensorText/Address.hpp"
#include "SensorText/Time.hpp"

namespace eve {

static_assert(EVE_PADDING >= simdjson::SIMDJSON_PADDING, "simdjson reads past the end of a line");

namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

/// A member that may be missing; null counts as missing.
struct Member {
    element value;
    bool isThere = false;

    void takeFirst(element found) {
        if (isThere) return;
        value = found;
        isThere = true;
    }

    bool isMissing() const { return !isThere || value.is_null(); }
};

/// The members of a flow record that are read.
struct Members {
    Member timestamp, flowID, source, sourcePort, destination, port, protocol, flow, tls, quic, http;
    Member bytesToServer, bytesToClient, packetsToServer, packetsToClient, start, end, age;
};

Member *innerMember(Members &members, std::string_view key);

Member *outerMember(Members &members, std::string_view key) {
    if (key == "timestamp") return &members.timestamp;
    if (key == "flow_id") return &members.flowID;
    if (key == "src_ip") return &members.source;
    if (key == "src_port") return &members.sourcePort;
    if (key == "dest_ip") return &members.destination;
    if (key == "dest_port") return &members.port;
    if (key == "proto") return &members.protocol;
    if (key == "flow") return &members.flow;
    if (key == "tls") return &members.tls;
    if (key == "quic") return &members.quic;
    if (key == "http") return &members.http;
    // Shippers write members of objects as the line's own.
    if (key.size() > 5 && key.substr(0, 4) == "flow" && (key[4] == '.' || key[4] == '_'))
        return innerMember(members, key.substr(5));
    return nullptr;
}

Member *innerMember(Members &members, std::string_view key) {
    if (key == "bytes_toserver") return &members.bytesToServer;
    if (key == "bytes_toclient") return &members.bytesToClient;
    if (key == "pkts_toserver") return &members.packetsToServer;
    if (key == "pkts_toclient") return &members.packetsToClient;
    if (key == "start") return &members.start;
    if (key == "end") return &members.end;
    if (key == "age") return &members.age;
    return nullptr;
}

void collect(const simdjson::dom::object &object, Members &members, Member *(*find)(Members &, std::string_view)) {
    for (const simdjson::dom::key_value_pair field : object)
        if (Member *member = find(members, field.key)) member->takeFirst(field.value);
}

/// A whole number from 0 on, also one written as a string of digits alone, or with a fraction of zeros, as Wazuh writes
/// large ones; false for anything else.
bool readCount(const element &value, int64_t &count) {
    switch (value.type()) {
    case element_type::INT64: return value.get_int64().get(count) == simdjson::SUCCESS && count >= 0;
    case element_type::STRING: {
        std::string_view text = value.get_string().value_unsafe();
        const size_t point = text.find('.');
        if (point != std::string_view::npos && text.find_first_not_of('0', point + 1) == std::string_view::npos)
            text = text.substr(0, point);
        // 18 digits are always below 2^63; a leading zero is no number's.
        if (text.empty() || text.size() > 18 || (text.size() > 1 && text[0] == '0')) return false;
        count = 0;
        for (const char c : text) {
            if (!isDigit(c)) return false;
            count = count * 10 + (c - '0');
        }
        return true;
    }
    default: return false;
    }
}

/// Likewise, or unknown where the member is missing.
bool readCount(const Member &member, int64_t &count) {
    if (!member.isMissing()) return readCount(member.value, count);
    count = EVE_UNKNOWN;
    return true;
}

bool takeTime(const Member &member, int64_t &nanoseconds) {
    std::string_view text;
    return member.isThere && member.value.get_string().get(text) == simdjson::SUCCESS
        && readTime(text.data(), text.size(), nanoseconds);
}

bool takeAddress(const Member &member, SensorAddress &address) {
    std::string_view text;
    return member.isThere && member.value.get_string().get(text) == simdjson::SUCCESS
        && readAddress(text.data(), text.size(), address);
}

bool readPort(const Member &member, uint16_t &port) {
    port = 0;
    if (member.isMissing()) return true;
    int64_t number;
    if (!readCount(member.value, number) || number > 65'535) return false;
    port = uint16_t(number);
    return true;
}

/// A port that is told apart alone; unknown where it is none.
int64_t readSourcePort(const Member &member) {
    int64_t number;
    return !member.isMissing() && readCount(member.value, number) && number <= 65'535 ? number : EVE_UNKNOWN;
}

uint8_t readProtocol(const Member &member) {
    if (member.isMissing()) return 255;
    std::string_view text;
    if (member.value.get_string().get(text) == simdjson::SUCCESS) return SensorProtocolNumber(text.data(), text.size());
    int64_t number;
    return readCount(member.value, number) && number <= 255 ? uint8_t(number) : 255;
}

int64_t readFlowID(const Member &member) {
    int64_t id;
    if (member.isMissing()) return EVE_UNKNOWN;
    if (readCount(member.value, id)) return id;
    uint64_t bits;
    return member.value.get_uint64().get(bits) == simdjson::SUCCESS ? int64_t(bits) : EVE_UNKNOWN;
}

/// From `flow.start` to `flow.end`, or the age in seconds where they do not say it.
int64_t readDuration(const Members &members) {
    int64_t start, end, age;
    if (takeTime(members.start, start) && takeTime(members.end, end) && end >= start) return end - start;
    constexpr int64_t second = 1'000'000'000;
    if (readCount(members.age, age) && age != EVE_UNKNOWN && age <= INT64_MAX / second) return age * second;
    return EVE_UNKNOWN;
}

Reading rejected(EVEReason reason) {
    Reading reading;
    reading.verdict = Verdict::rejected;
    reading.reason = reason;
    return reading;
}

Reading readMembers(const Members &members, const EVEOptions &options, Flow &flow) {
    flow.fellBack = !options.usesLoggedTime && members.start.isMissing();
    const bool isLogged = options.usesLoggedTime || flow.fellBack;
    if (!takeTime(isLogged ? members.timestamp : members.start, flow.start)) return rejected(EVENoTime);
    if (!takeAddress(members.source, flow.source)) return rejected(EVEBadSource);
    if (!takeAddress(members.destination, flow.destination)) return rejected(EVEBadDestination);
    if (!readPort(members.port, flow.port)) return rejected(EVEBadPort);
    flow.protocol = readProtocol(members.protocol);
    if (options.wantsBytes
        && (!readCount(members.bytesToServer, flow.bytesToServer)
            || !readCount(members.bytesToClient, flow.bytesToClient)))
        return rejected(EVEBadByteCount);
    if (options.wantsPackets
        && (!readCount(members.packetsToServer, flow.packetsToServer)
            || !readCount(members.packetsToClient, flow.packetsToClient)))
        return rejected(EVEBadPacketCount);
    if (options.wantsDuration) flow.duration = readDuration(members);
    if (options.wantsFlowID) flow.flowID = readFlowID(members.flowID);
    if (options.wantsSourcePort) flow.sourcePort = readSourcePort(members.sourcePort);
    Reading reading;
    reading.verdict = Verdict::used;
    return reading;
}

/// Reads what a handshake or a request says of its flow.
///
/// - Returns: false where its flow, its time or its ends cannot be read.
bool readName(const Members &members, Name &name) {
    simdjson::dom::object inner;
    const Member &outer = name.namer == EVENamerTLS ? members.tls
        : name.namer == EVENamerQUIC                ? members.quic
                                                    : members.http;
    Flow &flow = name.flow;
    flow.flowID = readFlowID(members.flowID);
    flow.protocol = readProtocol(members.protocol);
    if (flow.flowID == EVE_UNKNOWN || !takeTime(members.timestamp, flow.start)
        || !takeAddress(members.source, flow.source) || !takeAddress(members.destination, flow.destination)
        || !readPort(members.port, flow.port))
        return false;
    name.host = {};
    name.isProxied = false;
    if (!outer.isThere || outer.value.get_object().get(inner) != simdjson::SUCCESS) return true;
    const bool isHTTP = name.namer == EVENamerHTTP;
    std::string_view text;
    if (inner[isHTTP ? "hostname" : "sni"].get_string().get(text) == simdjson::SUCCESS) name.host = text;
    if (isHTTP && inner["url"].get_string().get(text) == simdjson::SUCCESS)
        name.isProxied = SensorIsProxyTarget(text.data(), text.size());
    return true;
}

/// A parser takes up to 14 times a line's length. Only one thread at a time parses a line longer than this, and gives
/// the memory back at once.
constexpr size_t longLine = 1 << 20;

std::mutex &longLineMutex() {
    static std::mutex mutex;
    return mutex;
}

}  // namespace

struct JSONFlowReader::Parser {
    simdjson::dom::parser usual;

    Reading read(const char *line, size_t length, const EVEOptions &options, Flow &flow) {
        if (length <= longLine) return read(usual, line, length, options, flow);
        const std::lock_guard<std::mutex> guard(longLineMutex());
        simdjson::dom::parser once;
        return read(once, line, length, options, flow);
    }

    /// Reads what a handshake or a request says of its flow; a long line is not worth it.
    Verdict readName(const char *line, size_t length, EVENamer namer, Name &name) {
        simdjson::dom::object object;
        if (length > longLine || usual.parse(line, length, false).get_object().get(object) != simdjson::SUCCESS)
            return Verdict::skipped;
        Members members;
        collect(object, members, outerMember);
        return eve::readName(members, name) ? Verdict::named : Verdict::skipped;
    }

    static Reading read(
        simdjson::dom::parser &parser, const char *line, size_t length, const EVEOptions &options, Flow &flow) {
        simdjson::dom::object object, inner;
        // Not copied: the line has its padding.
        if (parser.parse(line, length, false).get_object().get(object) != simdjson::SUCCESS)
            return rejected(EVENotJSON);
        Members members;
        collect(object, members, outerMember);
        if (members.flow.isThere && members.flow.value.get_object().get(inner) == simdjson::SUCCESS)
            collect(inner, members, innerMember);
        return readMembers(members, options, flow);
    }
};

JSONFlowReader::JSONFlowReader(const EVEOptions &options) : options(options), parser(std::make_unique<Parser>()) {}

JSONFlowReader::~JSONFlowReader() = default;

Reading JSONFlowReader::read(const char *line, size_t length, Flow &flow, Name &name) {
    Reading reading;
    std::string_view time;
    switch (finder.find(line, length, reading.type, time)) {
    case TypeFinder::Result::broken: return rejected(EVENotJSON);
    case TypeFinder::Result::missing: return rejected(EVENoEventType);
    case TypeFinder::Result::found: break;
    }
    if (reading.type == "flow") return parser->read(line, length, options, flow);
    reading.verdict = Verdict::skipped;
    const EVENamer namer = namerOf(reading.type);
    name.namer = namer;
    if (wantsName(options, namer))
        reading.verdict = namer == EVENamerDNS ? Verdict::named : parser->readName(line, length, namer, name);
    reading.hasTime = readTime(time.data(), time.size(), reading.time);
    return reading;
}

}  // namespace eve
