#pragma once

#include <array>
#include <deque>
#include <string>
#include <string_view>

#include "Payload.hpp"

namespace pcap {

/// Reads requests and their responses in a connection of HTTP/1 (RFC 9112), as many as there are.
class HTTPReader {
public:
    enum class Next {
        /// More of HTTP.
        goesOn,
        /// Nothing more that can be read.
        over,
        /// What follows is of another protocol, inside a tunnel (RFC 9110, section 9.3.6).
        tunnel
    };

    static bool beginsRequest(Bytes bytes);
    static bool beginsResponse(Bytes bytes);

    /// - rest: what was not read, where a tunnel begins.
    Next take(const Payload &payload, const Ends &ends, Bytes &rest);
    /// Writes down the requests that were not answered.
    void finish(const Ends &ends);
    size_t held() const;

private:
    struct Request {
        std::string method, target, host, agent;
        int64_t time;
        uint64_t position;
    };
    enum class Phase { head, body, chunkSize, chunkData, chunkEnd, trailer, untilClose, lost };
    struct Side {
        Phase phase = Phase::head;
        /// Of the head, or a line, that has not come to its end.
        std::string text;
        /// Bytes of the body or the chunk that are to come.
        uint64_t left = 0;
        int64_t time = 0;
        uint64_t position = 0;
    };
    struct Response {
        int64_t status = 0;
        int64_t length = 0;
        std::string type;
        /// The first bytes of the content, as far as they can tell what it is.
        std::string begin;
        /// Whether no byte that follows is one of the first: bytes before it are missing, or the content is compressed.
        bool isBegun = false;
    };

    void takeHead(Sender sender, Bytes &bytes, const Payload &payload, const Ends &ends);
    bool takeLine(Side &side, Bytes &bytes);
    void readHead(Sender sender, const Ends &ends);
    void readRequest(std::string_view line, std::string_view fields, Side &side);
    void readResponse(std::string_view line, std::string_view fields, Side &side, const Ends &ends);
    void beginBody(std::string_view fields, Side &side, bool mayLastUntilClose);
    void endBody(Sender sender, const Ends &ends);
    void takeContent(Sender sender, Bytes content);
    void passOver(Sender sender, uint32_t lost, const Ends &ends);
    void write(const Request &request, const Response *response, const Ends &ends);

    static constexpr size_t longestHead = 1 << 16, longestLine = 1 << 12, mostWaiting = 256;

    std::array<Side, 2> sides;
    /// Requests without a response, the oldest first.
    std::deque<Request> waiting;
    /// The response whose body comes.
    Response response;
    bool hasResponse = false;
    bool isTunnel = false, isOver = false;
};

}  // namespace pcap
