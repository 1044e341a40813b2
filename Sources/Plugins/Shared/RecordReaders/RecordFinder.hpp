#pragma once

#include <string>
#include <string_view>

#include "Plan.hpp"

namespace records {

/// Finds where the records of a table begin and end in what is given of it, piece by piece.
class RecordFinder {
public:
    /// - longest: of a record, in bytes.
    RecordFinder(const TableLayout &layout, size_t longest) : layout(layout), longest(longest) {}

    /// Of a record in what was given: where it begins and ends, and where the next one may begin.
    struct Found {
        size_t begin, end, next;
        const char *fault = nullptr;
    };
    enum class Search { found, more, none };

    /// Begins another file, at a position of it.
    void begin(uint64_t position);
    void give(const char *bytes, size_t length);
    /// - isLast: nothing more is given of the file.
    Search find(bool isLast, Found &found);
    /// Goes on behind what was found.
    void pass(const Found &found);

    /// The record's text, with RECORD_PADDING bytes behind it that can be read.
    std::string_view text(const Found &found) const { return {buffer.data() + found.begin, found.end - found.begin}; }
    /// Where the record begins in the file.
    uint64_t position(const Found &found) const { return origin + found.begin; }
    /// The number of the line in which the next record begins.
    uint64_t line() const { return lineNumber; }

private:
    Search findLine(bool isLast, Found &found);
    Search findRow(bool isLast, Found &found);
    Search findObject(bool isLast, Found &found);
    Search findEvent(bool isLast, Found &found);
    Search goesOn(Found &found);

    const TableLayout &layout;
    const size_t longest;
    /// What was given and not read stands from `at` on, with padding behind it.
    std::string buffer;
    size_t at = 0, length = 0;
    /// Where the buffer begins in the file, and the number of the line at `at`.
    uint64_t origin = 0, lineNumber = 1;
    /// The rest of a record that is too long is passed over.
    bool isPassing = false;
    /// Whether the next object may hold the records: the first one, and one behind an array.
    bool mayHold = true;
};

}  // namespace records
