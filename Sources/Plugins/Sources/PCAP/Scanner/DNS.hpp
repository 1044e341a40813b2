#pragma once

#include <array>
#include <deque>
#include <string>

#include "Payload.hpp"

namespace pcap {

/// Reads lookups (RFC 1035): a question and its answer are one.
class DNSReader {
public:
    /// Whether a server's port is one of name services: DNS, multicast DNS, LLMNR.
    static bool isPort(uint16_t port) { return port == 53 || port == 5353 || port == 5355; }

    /// Takes a message.
    void take(const Payload &payload, const Ends &ends);
    /// Takes what comes next in a direction of a TCP connection.
    ///
    /// - Returns: whether nothing more can be read.
    bool takeStream(const Payload &payload, const Ends &ends);
    /// Writes down the questions that were not answered.
    void finish(const Ends &ends);
    size_t held() const { return waiting.size() * 256 + streams[Client].size() + streams[Server].size(); }

private:
    struct Question {
        uint16_t id;
        uint16_t type;
        std::string name;
        int64_t time;
        uint64_t position;
    };

    static bool readName(Bytes message, Bytes &rest, std::string &name);
    static bool readAnswer(
        Bytes message, Bytes &rest, Transaction &transaction, std::string &joined, std::string &ttls);
    static void write(const Question &question, Transaction &transaction);
    void readResponse(
        Bytes message, Bytes rest, uint16_t flags, uint16_t answers, const Question &asked, const Ends &ends);

    static constexpr size_t mostWaiting = 64;

    std::deque<Question> waiting;
    std::array<std::string, 2> streams;
};

}  // namespace pcap
