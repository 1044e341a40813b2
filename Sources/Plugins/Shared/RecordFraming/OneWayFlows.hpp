#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

namespace framing {

/// Makes flows of Suricata's netflow records, of which there is one for each direction of a flow: the client's, then, if
/// anything came back, the server's.
class OneWayFlows {
public:
    /// Takes a record.
    ///
    /// - out: the flow is appended that it completes, or one that waited for too long.
    /// - Returns: whether something was appended.
    bool take(std::string_view record, std::string &out);

    /// Appends the oldest of the flows that wait for another direction.
    ///
    /// - Returns: false where none waits.
    bool takeRest(std::string &out);

private:
    /// How many flows wait: as many as a busy sensor ends in some seconds, about 40 MB.
    static constexpr size_t most = 1 << 16;

    struct Half {
        std::string id, timestamp, source, sourcePort, destination, destinationPort, protocol, application;
        std::string packets, bytes, start, end, age;
    };

    static Half halfOf(std::string_view record);
    /// - other: what came back; null where nothing did.
    static void append(const Half &half, const Half *other, std::string &out);

    std::unordered_map<std::string, Half> waiting;
    std::deque<std::string> order;
};

}  // namespace framing
