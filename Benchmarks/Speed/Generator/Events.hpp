#pragma once

#include <string>

#include "Traffic.hpp"

/// Writes events as Suricata 6 and 7 write them: its keys in its order, no white space, one line each.
class EventWriter {
public:
    explicit EventWriter(Random &random) : random(random) {}

    void flow(std::string &out, const Flow &flow, const Channel &channel);
    void dns(std::string &out, int64_t time, const Channel &channel);
    void tls(std::string &out, int64_t time, const Channel &channel);
    void http(std::string &out, int64_t time, const Channel &channel);
    void alert(std::string &out, int64_t time, const Channel &channel);
    void fileinfo(std::string &out, int64_t time, const Channel &channel);
    void stats(std::string &out, int64_t time);

private:
    void header(std::string &out, int64_t time, const char *type, const Channel &channel, const char *protocol, unsigned port);
    void community(std::string &out);
    void hostName(std::string &out);
    void httpBody(std::string &out);

    Random &random;
};
