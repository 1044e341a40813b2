#pragma once

#include "ContextWords/Book.hpp"
#include "SensorText/UsualTime.hpp"
#include "Walker.hpp"

namespace eve {

/// Reads the most frequent records without parsing them, as Suricata writes them.
class QuickReader {
public:
    explicit QuickReader(ContextBook &book) : book(book) {}

    /// Counts a record, and keeps it if it was asked for.
    ///
    /// - Returns: false where the line has to be parsed: it is written in another way, or asked for and of another kind than
    ///   `dns`, `tls` and `http`.
    bool read(std::string_view line, ContextKind kind, uint64_t position);

private:
    /// A text, how it begins, and whether the hosts that share it are counted.
    struct Column {
        ContextColumn column;
        std::string_view key;
        bool isCounted = false;
    };
    static constexpr size_t mostColumns = 9;

    bool readLookup(Walker walker, ContextHead &head);
    bool readHandshake(const Walker &words, const ContextHead &head, context::Detail detail);
    bool readRequest(const Walker &words, const ContextHead &head, context::Detail detail);
    /// Takes those of some texts that are kept or counted into `texts`.
    ///
    /// - Returns: false where there are escapes in one.
    template <size_t count>
    bool takeTexts(const Walker &words, const Column (&columns)[count], ContextKind kind, context::Detail detail);

    ContextBook &book;
    sensor::TimeReader times;
    std::string answers;
    std::string_view texts[mostColumns];
    std::string scratches[mostColumns];
};

}  // namespace eve
