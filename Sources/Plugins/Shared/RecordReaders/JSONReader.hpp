#pragma once

#include <memory>

#include <simdjson.h>

#include "Values.hpp"

namespace records {

/// Undoes the escapes of a string (RFC 8259, section 7).
///
/// - Returns: false where one is none, or half of a surrogate pair.
bool unescapeJSON(std::string_view text, std::string &out);

/// Takes the wanted values out of lines of JSON, in one pass.
///
/// simdjson finds where tokens begin (its first stage), which also tells whether the line is UTF-8; what is not wanted is
/// passed over by these places alone.
class JSONReader {
public:
    JSONReader(const RecordPlan &plan, Values &values) : plan(plan), values(values) {}

    /// - line: with RECORD_PADDING bytes behind it that can be read. What is no UTF-8 in it becomes U+FFFD.
    /// - Returns: false where it is no object, as far as it had to be read.
    bool read(std::string_view line);

private:
    simdjson::error_code findTokens(std::string_view text);
    // The functions begin at the next token, and return false where the line is no JSON.
    bool readObject(const Node &node);
    bool readArray(const Node &node);
    bool readValue(const Node &node, bool isElement);
    bool readEntries(Slot slot);
    bool skip();

    char token() const { return line[*next]; }
    /// A token's text; that of a string with its quotes.
    std::string_view text(const uint32_t *place) const;
    /// The text of a string without its quotes and escapes.
    bool takeString(std::string_view string, std::string_view &plain);

    const RecordPlan &plan;
    Values &values;
    std::unique_ptr<simdjson::internal::dom_parser_implementation> tokens;
    size_t capacity = 0;
    const char *line = nullptr;
    /// Where the tokens begin that are left.
    const uint32_t *next = nullptr, *end = nullptr;
    bool hasEscapes = false;
    /// A line in which something is no UTF-8, repaired.
    std::string repaired;
};

}  // namespace records
