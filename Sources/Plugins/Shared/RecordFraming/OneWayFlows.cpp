#include "OneWayFlows.hpp"

#include <cstdlib>

#include "Walk.hpp"

namespace framing {

OneWayFlows::Half OneWayFlows::halfOf(std::string_view record) {
    Half half;
    std::string_view flow;
    eachMember(record, [&](std::string_view name, std::string_view value) {
        if (name == "flow_id") half.id = value;
        if (name == "timestamp") half.timestamp = value;
        if (name == "src_ip") half.source = value;
        if (name == "src_port") half.sourcePort = value;
        if (name == "dest_ip") half.destination = value;
        if (name == "dest_port") half.destinationPort = value;
        if (name == "proto") half.protocol = value;
        if (name == "app_proto") half.application = value;
        if (name == "netflow") flow = value;
        return true;
    });
    if (flow.empty() || flow.front() != '{') return half;
    eachMember(flow, [&](std::string_view name, std::string_view value) {
        if (name == "pkts") half.packets = value;
        if (name == "bytes") half.bytes = value;
        if (name == "start") half.start = value;
        if (name == "end") half.end = value;
        if (name == "age") half.age = value;
        return true;
    });
    return half;
}

void OneWayFlows::append(const Half &half, const Half *other, std::string &out) {
    // Which direction is the client's is told by the ports where they tell anything: of a single half alone, since of two
    // the first is.
    const long source = std::atol(half.sourcePort.c_str()), destination = std::atol(half.destinationPort.c_str());
    const bool isReversed = other == nullptr && source > 0 && source < 1024 && destination >= 1024;
    const Half none{};
    const Half &client = isReversed ? none : half;
    const Half &server = isReversed ? half : other != nullptr ? *other : none;
    const char *joint = "{";
    const auto put = [&](const char *name, const std::string &value) {
        if (value.empty()) return;
        out.append(joint).append("\"").append(name).append("\":").append(value);
        joint = ",";
    };
    put("timestamp", half.timestamp);
    put("flow_id", half.id);
    put("event_type", "\"flow\"");
    put("src_ip", isReversed ? half.destination : half.source);
    put("src_port", isReversed ? half.destinationPort : half.sourcePort);
    put("dest_ip", isReversed ? half.source : half.destination);
    put("dest_port", isReversed ? half.sourcePort : half.destinationPort);
    put("proto", half.protocol);
    put("app_proto", half.application);
    out.append(joint).append("\"flow\":");
    joint = "{";
    put("pkts_toserver", client.packets);
    put("pkts_toclient", server.packets);
    put("bytes_toserver", client.bytes);
    put("bytes_toclient", server.bytes);
    put("start", half.start);
    put("end", half.end);
    put("age", half.age);
    out.append(joint == std::string_view("{") ? "{}}" : "}}");
}

bool OneWayFlows::take(std::string_view record, std::string &out) {
    Half half = halfOf(record);
    if (half.id.empty()) {
        append(half, nullptr, out);
        return true;
    }
    const auto known = waiting.find(half.id);
    if (known == waiting.end()) {
        order.push_back(half.id);
        waiting.emplace(half.id, std::move(half));
        return waiting.size() > most && takeRest(out);
    }
    Half &first = known->second;
    if (first.source == half.source && first.sourcePort == half.sourcePort && first.destination == half.destination) {
        // Another part of the same direction.
        append(first, nullptr, out);
        first = std::move(half);
        return true;
    }
    append(first, &half, out);
    waiting.erase(known);
    return true;
}

bool OneWayFlows::takeRest(std::string &out) {
    while (!order.empty()) {
        const auto found = waiting.find(order.front());
        order.pop_front();
        if (found == waiting.end()) continue;
        append(found->second, nullptr, out);
        waiting.erase(found);
        return true;
    }
    return false;
}

}  // namespace framing
