#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <simdjson.h>

#include "../Header.hpp"

namespace zeek {

/// One record of any log, its fields by name: from a row in columns or from JSON. Not made for the hot path.
class WordRow {
public:
    Header header;

    /// Takes a row of the header in force.
    ///
    /// - Returns: false where it has other columns.
    bool takeColumns(std::string_view line);
    /// - line: with simdjson's padding behind it.
    bool takeJSON(std::string_view line);

    /// The name of the record's log; empty where it says none.
    std::string_view log() const;
    /// A field's text; empty where it is unset. Valid until the next call of `text` for the same name or the next row.
    std::string_view text(std::string_view name);
    /// The same without undoing Zeek's escapes.
    std::string_view raw(std::string_view name) const;
    /// A field's elements.
    std::vector<std::string> list(std::string_view name);
    bool time(std::string_view name, int64_t &nanoseconds);

private:
    std::string_view cell(std::string_view name) const;

    bool isJSON = false;
    std::vector<std::string_view> cells;
    simdjson::dom::parser parser;
    std::vector<std::pair<std::string, simdjson::dom::element>> members;
    std::unordered_map<std::string, std::string> texts;
    std::string repaired;

    const simdjson::dom::element *member(std::string_view name) const;
};

}  // namespace zeek
