#pragma once

#include <string_view>

#include "RecordReaders/Header.hpp"

namespace zeek {

using records::Header;

/// The columns that Zeek writes to conn.log by default in the version that writes so many; a header without columns
/// where no version does.
Header headerOfConn(size_t columns);

/// The log that another one tells of again: that of the reduced log http_red (Corelight) and of open_http
/// (zeek-open-connections) is http.
std::string_view originalLog(std::string_view log);

/// What a log without a name is, from the names of its fields; empty where they tell nothing.
class LogGuess {
public:
    void see(std::string_view field);
    std::string_view log() const;

private:
    bool isConn = false, hasSent = false, hasReceived = false;
    bool isSSL = false, isDNS = false, isX509 = false, hasDepth = false, hasTags = false;
};

}  // namespace zeek
