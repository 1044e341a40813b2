#pragma once

#include <simdjson.h>

#include "ContextWords/Book.hpp"

namespace eve {

namespace dom = simdjson::dom;
using context::Detail;

/// A certificate's time: with no zone it is UTC; CONTEXT_UNKNOWN where none can be read.
int64_t certificateTime(std::string_view text);

/// Makes records of parsed events.
class EventReader {
public:
    explicit EventReader(ContextBook &book) : book(book) {}

    dom::parser parser;

    /// - Returns: false where the event lacks what every record has.
    bool read(const dom::element &event, ContextKind kind, uint64_t position);

private:
    bool readHead(const dom::element &event, ContextHead &head) const;
    void readDNS(const dom::object &dns, const ContextHead &head);
    void readQuery(
        const ContextHead &head, Detail detail, std::string_view name, std::string_view type,
        const std::string &answers, const dom::object &dns);
    void readTLS(const dom::object &tls);
    void readHTTP(const dom::object &http);
    void readFile(const dom::element &event, const dom::object &file);
    void readAlert(const dom::object &alert);
    void count(ContextKind kind, const dom::object &words, const SensorAddress &client);

    ContextBook &book;
    std::string answers, joined;
    std::vector<SensorAddress> addresses;
};

}  // namespace eve
