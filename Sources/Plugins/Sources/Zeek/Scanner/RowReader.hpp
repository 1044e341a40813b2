#pragma once

#include <array>
#include <vector>

#include "LogNames.hpp"
#include "Record.hpp"

namespace zeek {

/// Reads rows of columns by the header in force.
class RowReader {
public:
    RowReader(const Wants &wants, size_t longestLine) : wants(wants), longestLine(longestLine) {}

    /// Whether rows can be read: a header said what their columns are.
    bool hasColumns() const { return !header.fields.empty(); }
    const Header &currentHeader() const { return header; }
    /// Has the rows from here on read by another header.
    void setHeader(const Header &next);

    /// Reads one row.
    ///
    /// - line: its begin; ZEEK_PADDING bytes past `end` can be read.
    /// - end: the end of the block; the line ends there or at a line feed before.
    /// - next: where the next line begins.
    Reading read(const char *line, const char *end, uint64_t position, Output &output, const char *&next);

    /// Reads one row that no header stands before as one of conn.log's with the columns that Zeek writes by default,
    /// where it fits them: has a known protocol and a known state in the right places. Anything else is rejected.
    /// Changes the header.
    Reading readAsConn(const char *line, const char *end, uint64_t position, Output &output, const char *&next);

    /// Has to be called when something is wanted that was not before.
    void wantsChanged() { compile(); }

private:
    static constexpr size_t none = SIZE_MAX;

    struct Field {
        size_t place;
        ZeekForm form;
        size_t column;
        /// The column holds others too, separated by spaces.
        bool isJoined;
    };

    struct Destination {
        size_t table;
        std::vector<Field> fields;
    };

    struct Value {
        const char *text;
        size_t length;
    };

    void compile();
    bool fitsConn() const;
    bool split(const char *line, const char *end, const char *&next);
    bool fitsHeader();
    size_t place(std::string_view name) const;

    Value value(size_t place) const {
        const char *const begin = row + (place == 0 ? 0 : ends[place - 1] + 1);
        return Value{begin, size_t(row + ends[place] - begin)};
    }

    SENSOR_INLINE bool isUnset(Value value) const {
        return hasUsualUnset ? value.length == 1 && *value.text == '-'
                             : value.length == header.unset.size()
                && std::memcmp(value.text, header.unset.data(), value.length) == 0;
    }

    SENSOR_INLINE bool readHead(Head &head, ZeekReason &reason) const;
    SENSOR_INLINE bool readFields(
        const Destination &destination, ZeekTable &table, Output &output, Reading &reading) const;
    void writeText(const Field &field, Value value, ZeekTable &table, Output &output) const;
    bool isTooLong(const char *line, const char *next) const;
    Reading skip() const;

    const Wants &wants;
    const size_t longestLine;
    Header header;
    // What the header and the wants come to.
    std::string log;
    const Order *order = nullptr;
    std::vector<Destination> destinations;
    size_t timePlace = none, sourcePlace = none, destinationPlace = none, portPlace = none, protocolPlace = none;
    uint8_t usualProtocol = SENSOR_UNKNOWN_PROTOCOL;
    bool hasConnection = false, isAlone = false, hasUsualUnset = true, lastIsJoined = false;

    // The row at hand: where its columns end, from its begin. A header's columns and those of a block of 64 bytes more.
    const char *row = nullptr;
    size_t columnCount = 0;
    std::array<uint32_t, Header::mostColumns + 64> ends{};
};

}  // namespace zeek
