#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "PCAPScanner.h"

namespace pcap {

/// What a connection said: a handshake, a request, a lookup.
struct Transaction {
    struct Value {
        PCAPColumn column;
        bool isNumber;
        int64_t number;
        std::string text;
    };

    PCAPHead head{};
    std::vector<Value> values;
    /// Of a lookup, the addresses it was answered with.
    std::vector<SensorAddress> answers;

    /// Does nothing for an empty text. What is no UTF-8 in it becomes U+FFFD, and what is long is cut.
    void text(PCAPColumn column, std::string_view text);
    void number(PCAPColumn column, int64_t number) { values.push_back(Value{column, true, number, {}}); }
    /// About how many bytes of memory it takes.
    size_t size() const;
};

/// A line of texts: appends one to `joined`.
void join(std::string &joined, std::string_view text);

}  // namespace pcap

struct PCAPRecord : pcap::Transaction {};
