#pragma once

#include "Bytes.hpp"
#include "ProtocolRecords.hpp"

namespace pcap {

/// Which end of a connection sent something.
enum Sender : uint8_t { Client, Server };

/// Payload that comes next in its direction.
struct Payload {
    Sender sender = Client;
    Bytes bytes;
    /// How many bytes behind them are missing.
    uint32_t lost = 0;
    int64_t time = 0;
    /// Where the packet stands, in bytes of its file's content.
    uint64_t position = 0;
};

/// A connection as readers of its payload know it.
struct Ends {
    const PCAPFlow &flow;
    Words &words;

    /// A transaction of the connection.
    Transaction begin(PCAPKind kind, int64_t time, uint64_t position) const {
        Transaction transaction;
        transaction.head = PCAPHead{
            kind, time, flow.source, flow.destination, flow.sourcePort, flow.port, flow.protocol, flow.id, position};
        return transaction;
    }
};

}  // namespace pcap
