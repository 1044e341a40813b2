#pragma once

#include "ContextWords/Book.hpp"

namespace eve {

/// Counts a record that nobody asked for without parsing it, for most lines of a sensor are such.
///
/// - kind: another one than ContextDNS.
/// - Returns: false where the line has to be parsed: it is about an address of interest, or written in another way than
///   Suricata's.
bool countQuickly(std::string_view line, ContextKind kind, ContextBook &book);

/// Reads look-ups without parsing them, the most frequent records of all.
class QuickLookups {
public:
    explicit QuickLookups(ContextBook &book) : book(book) {}

    /// Counts a look-up, and keeps it if it was asked for.
    ///
    /// - Returns: false where the line has to be parsed: it is written in another way than Suricata's.
    bool read(std::string_view line, uint64_t position);

private:
    ContextBook &book;
    std::string answers;
};

}  // namespace eve
